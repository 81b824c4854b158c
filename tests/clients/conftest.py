"""What tests of other clients share: their virtual environment, and a service with neurons to read and edit."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from catmaid_server.db.store import Store
from catmaid_server.demo.specimen.specimen import grow
from catmaid_server.demo.tracing import import_tracing
from catmaid_server.tiles.imports.stacks import import_volume
from tests.clients.laboratory import SPEC, ClientHost, Laboratory, with_more_synapses
from tests.helpers.folders import REPOSITORY
from tests.helpers.service import fresh_service

CLIENTS = REPOSITORY / ".venv-clients"


@pytest.fixture(scope="session")
def clients() -> Path:
    """The Python of the clients' environment, which is made if it is missing."""
    subprocess.run(["make", "--silent", "--directory", REPOSITORY, f"{CLIENTS.name}/.installed"], check=True)
    return CLIENTS / "bin" / "python"


@pytest.fixture(scope="session")
def host(clients: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientHost]:
    """A process that has the clients imported."""
    started = ClientHost(clients, tmp_path_factory.mktemp("clients"))
    yield started
    started.close()


@pytest.fixture(scope="module")
async def laboratory(
    module_store: Store, clients: Path, host: ClientHost, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Laboratory]:
    """The project "Test" with the specimen's neurons and images, and more synapses than it has."""
    data_dir = tmp_path_factory.mktemp("data")
    specimen = grow(SPEC)
    width, height, depth = SPEC.size_px
    async with fresh_service(module_store, data_dir) as service:
        await import_volume(
            module_store,
            data_dir,
            (depth, height, width),
            specimen.section,
            fingerprint=repr(SPEC),
            title="Synthetic neuropil",
            project="Test",
            owner="tracer",
            resolution_nm=SPEC.resolution_nm,
        )
        await import_tracing(module_store, with_more_synapses(specimen.tracing), project="Test", user="tracer")
        yield Laboratory(service, clients, host)
