"""A project as a space: copies of it for one's own work, who is invited, whether it is a favourite."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, Self

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.deadlines import end_of
from catmaid_jupyter.client.naming import one_name
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.spaces import invitations
from catmaid_jupyter.client.spaces.browsed_projects import CAPABILITY
from catmaid_wire.forms import Form

TO_TRACE: Final = ("can_browse", "can_annotate")


class ProjectSpaces(Public):
    """What `Project` does as a space."""

    instance: Any
    title: str
    id: int
    place: Place

    def fork(self, title: str, *, comment: str = "", volumes: bool = False, neurons: Neurons | None = None) -> Self:
        """Make a project of one's own with the same stacks, and return it.

            mine = project.fork("Ana's lobula", neurons=project.search(annotation="PN"))

        volumes : whether its volumes are copied, too.
        neurons : those that are copied, such as a Selection; none by default. Each keeps where it comes from (see
            `origins`), and links to connectors stay behind, as in `import_skeletons`.

        One may do everything in it, and it is a favourite. Needs `can_fork` in this project, and from notebooks
        `can_annotate_with_token`; else `NotAllowed`. Raises `NotFound` for unknown neurons; then nothing is made.
        """
        self.place.require_present()
        form: Form = {"name": one_name(title, "title"), "description": comment, "copy_volumes": volumes}
        wanted = [] if neurons is None else skeleton_ids_of(self.place, neurons)
        made = loop.run(self.place.http.request("POST", self.place.path("fork"), form=form)).json()
        self.instance.tell_of_projects()
        copy: Self = self.instance.project(int(made["new_project_id"]))
        if wanted:
            target: Any = copy
            target.import_skeletons(self, wanted)
        return copy

    def invite(
        self,
        address: str | None = None,
        *,
        name: str = "",
        permissions: Iterable[str] = TO_TRACE,
        approval: bool = False,
        expires: str | date | datetime | None = None,
        uses: int | None = None,
    ) -> str:
        """Make an invitation and return its link: whoever opens it, or joins by `cj.connect().join(link)`, gets in.

        address : e-mail address of the person who is meant. The service sends the link there, if it sends mail; it says
            so if it does not. The invitation is for one person then, if `uses` says nothing else.
        name : what it is for; shown to administrators.
        permissions : that it gives. With `can_annotate` comes the permission to do so from notebooks.
        approval : whether an administrator has to approve of each user first.
        expires : when it ends; a day ends at midnight UTC. By default it does not end.
        uses : how many people it is for; any number by default.

        Keep it as you keep a password, and give it to those who are meant. What became of its mail is in
        `invitations`. For administrators of the project.
        """
        self.place.require_present()
        wish: Form = {
            "name": name,
            "permissions": list(permissions),
            "needs_approval": approval,
            "expires": end_of(expires, "The end of an invitation"),
            "uses": uses,
            "email": address,
        }
        link, is_mailed = loop.run(invitations.invite(self.place, wish))
        if address is not None and not is_mailed:
            warnings.warn(f"This service sends no mail: give the link to {address} yourself.", stacklevel=2)
        return link

    @property
    def invitations(self) -> pd.DataFrame:
        """The invitations into the project, for its administrators.

        id int64, name str, permissions (lists), needs_approval, is_open bool, expires datetime64[us, UTC] (NaT: never),
        uses, most_uses int64 (-1: any number), user (who made it), email (for whom; empty: whoever has the link), mail
        (`sent`, for what it waits, or why it failed; empty: there is none, or not any more), link str, creation_time
        datetime64[us, UTC].
        """
        return loop.run(invitations.invitation_table(self.place))

    def withdraw_invitation(self, invitation_id: int) -> None:
        """Let nobody in with an invitation any more; who is in stays. For administrators, and for who made it.

        Raises `NotFound` if there is none.
        """
        self.place.require_present()
        loop.run(invitations.withdraw(self.place, int(invitation_id)))

    @property
    def join_requests(self) -> pd.DataFrame:
        """Who used an invitation that needs approval and waits for it, for administrators of the project.

        invitation_id int64, invitation str (its name), user_id int64, user, full_name str, permissions (lists that they
        get), time datetime64[us, UTC].
        """
        return loop.run(invitations.join_request_table(self.place))

    def approve_join(self, user: str, word: str = "") -> None:
        """Let somebody in who waits for it; they get a message with your word, by mail where the service sends some.

        Raises `NotFound` if they do not wait; the message says who does.
        """
        self.place.require_present()
        loop.run(invitations.decide(self.place, user, "approve", word))
        self.instance.tell_of_projects()

    def refuse_join(self, user: str, word: str = "") -> None:
        """Do not let somebody in who waits for it; what they may do already, they may still. Otherwise as above."""
        self.place.require_present()
        loop.run(invitations.decide(self.place, user, "refuse", word))
        self.instance.tell_of_projects()

    def archive(self) -> None:
        """Let nobody edit the project any more, until `restore`; it stays readable, out of the usual lists.

        For its administrators. Raises `InvalidInput` if it is archived already, or the server has no archive.
        """
        self._set_archived("POST")

    def restore(self) -> None:
        """Bring the project back from the archive: who might edit it before may again.

        For its administrators. Raises `InvalidInput` if it is not archived.
        """
        self._set_archived("DELETE")

    @property
    def is_archived(self) -> bool:
        """Whether the project is archived, so that nobody edits it; False at servers that have no archive."""
        described = loop.run(self.place.http.read_json("GET", self.place.path("")))
        return bool(described.get("archived", False))

    def _set_archived(self, verb: str) -> None:
        self.place.require_present()
        if CAPABILITY not in self.place.capabilities:
            raise InvalidInput(f"{self.place.http.url} has no archive of projects: take the right to edit from people.")
        loop.run(self.place.http.request(verb, self.place.path("archive")))
        self.instance.tell_of_projects()

    def favor(self, favorite: bool = True) -> None:
        """Count the project among one's favourites, which `instance.projects` tells, or not any more."""
        self.place.require_present()
        loop.run(self.place.http.request("POST" if favorite else "DELETE", self.place.path("favorite")))
        self.instance.tell_of_projects()
