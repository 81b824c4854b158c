"""Put what was traced in a specimen into a project."""

from __future__ import annotations

from catmaid_server.db.store import Connection, Store
from catmaid_server.demo.specimen.spec import Tracing
from catmaid_server.domain.accounts import users
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.tracing.connectors import create_connector, create_link
from catmaid_server.domain.tracing.labels import LabelTarget, set_labels
from catmaid_server.domain.tracing.states import State
from catmaid_server.transfer.importers.arbors import store_arbor
from catmaid_server.transfer.target import TargetProject, open_target
from catmaid_wire.arbor import Arbor
from catmaid_wire.relations import POSTSYNAPTIC, PRESYNAPTIC

_UNCHECKED = State('{"nocheck": true}')


async def import_tracing(
    store: Store, tracing: Tracing, *, project: str, user: str, progress: Progress = silent
) -> None:
    """Make neurons, labels and connectors of a tracing, all in one transaction.

    `project` is a title, made if new; `user` the name of who will own everything. `progress` counts skeletons and
    connectors.
    """
    target = await open_target(store, project, user, create=True)
    total = len(tracing.skeletons) + len(tracing.connectors)
    async with store.writing(
        user_id=target.user_id, project_id=target.project_id, label="skeletons.import", note="synthetic specimen"
    ) as tx:
        owner = await users.require_user(tx, user)
        nodes: list[list[int]] = []
        for done, skeleton in enumerate(tracing.skeletons):
            progress(done, total)
            made = await store_arbor(
                tx, target, Arbor(skeleton.name, skeleton.ids, skeleton.parents, skeleton.xyz, skeleton.radius)
            )
            nodes.append(made.treenode_ids.tolist())
        await _label(tx, owner, target, tracing, nodes)
        await _connect(tx, owner, target, tracing, nodes)
    progress(total, total)


async def _label(tx: Connection, owner: User, target: TargetProject, tracing: Tracing, nodes: list[list[int]]) -> None:
    for skeleton, treenode_ids in zip(tracing.skeletons, nodes, strict=True):
        for name, labelled in skeleton.labels.items():
            for index in labelled:
                await set_labels(
                    tx,
                    owner,
                    target.project_id,
                    LabelTarget.TREENODE,
                    treenode_ids[index],
                    [name],
                    delete_existing=False,
                )


async def _connect(
    tx: Connection, owner: User, target: TargetProject, tracing: Tracing, nodes: list[list[int]]
) -> None:
    for synapse in tracing.connectors:
        x, y, z = synapse.xyz
        connector_id, _ = await create_connector(tx, owner, target.project_id, x=x, y=y, z=z)
        sites = [(synapse.presynaptic, PRESYNAPTIC)]
        sites += [(site, POSTSYNAPTIC) for site in dict.fromkeys(synapse.postsynaptic)]
        for (skeleton, index), relation in sites:
            await create_link(tx, owner, target.project_id, nodes[skeleton][index], connector_id, relation, _UNCHECKED)
