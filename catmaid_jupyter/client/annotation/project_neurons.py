"""Names, owners and the end of a project's neurons, in people's hands."""

from __future__ import annotations

from collections.abc import Mapping

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import accounts
from catmaid_jupyter.client.neuron_choice import Neurons, neurons_of_skeletons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.neurons import DeleteNeurons, GiveNeurons, RenameNeurons


class ProjectNeurons(Public):
    """What `Project` does with whole neurons."""

    place: Place
    edits: EditJournal

    def rename_neurons(self, names: Mapping[int, str]) -> None:
        """Give neurons other names: one edit, all or none.

        names : the new name of each neuron, by skeleton id.

        Raises `InvalidInput` for an empty name, and if two skeletons of one neuron would give it different names.
        """
        skeleton_ids = skeleton_ids_of(self.place, list(names))
        if len(skeleton_ids) != len(names):
            raise InvalidInput("rename_neurons takes a dict of skeleton ids and new names, each skeleton once.")
        models = loop.run(neurons_of_skeletons(self.place, skeleton_ids))
        renamed: dict[int, str] = {}
        for skeleton_id, name in zip(skeleton_ids, names.values(), strict=True):
            if not isinstance(name, str) or not name.strip():
                raise InvalidInput(f"The neuron of skeleton {skeleton_id} needs a name, not {name!r:.60}.")
            if renamed.setdefault(models[skeleton_id], name) != name:
                raise InvalidInput(f"Skeleton {skeleton_id} and another one are of the same neuron: give one name.")
        if renamed:
            loop.run(self.edits.apply(RenameNeurons(list(renamed.items()))))

    def delete_neurons(self, neurons: Neurons) -> list[int]:
        """Delete neurons with all their skeletons and annotations: one edit. Connectors stay.

        All or none, and `undo` brings them back; at CATMAID's own servers one after the other, and for ever.

        Returns the ids of the skeletons that are gone. Raises `NotAllowed` if a node is not the user's to delete.
        """
        neuron_ids = self._neuron_ids_of(neurons)
        if not neuron_ids:
            return []
        applied = loop.run(self.edits.apply(DeleteNeurons(neuron_ids)))
        return [int(skeleton_id) for skeleton_id in applied.answer["skeleton_ids"]]

    def give_neurons(self, neurons: Neurons, user: str | int) -> None:
        """Let neurons belong to another user: one edit. Nodes stay their authors'.

        user : name or id. `NotFound` if there is no such user.
        """
        user_id = loop.run(accounts.user_id(self.place.http, user)) if isinstance(user, str) else int(user)
        neuron_ids = self._neuron_ids_of(neurons)
        if neuron_ids:
            loop.run(self.edits.apply(GiveNeurons(neuron_ids, user_id)))

    def _neuron_ids_of(self, neurons: Neurons) -> list[int]:
        models = loop.run(neurons_of_skeletons(self.place, skeleton_ids_of(self.place, neurons)))
        return list(dict.fromkeys(models.values()))
