"""What tests share: a private PostgreSQL, a migrated template, and a fresh database for each test that asks."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from psycopg.conninfo import make_conninfo

from catmaid_server.db.migrations import migrate
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import passwords, users
from catmaid_server.postgres import tuning
from catmaid_server.postgres.cluster import Cluster
from tests.helpers.database import create_database, drop_database, fresh_store
from tests.helpers.folders import shared_folder
from tests.helpers.service import Service, fresh_service

# How long an example takes says more of the machine than of the code. A change is judged by the same examples at each
# run; HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

TEMPLATE = "catmaid_template"
MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 << 30
MEMORY_OF_DATABASE_BYTES = 1 << 30
"""Every database that is dropped is looked for in all buffers."""
MORE_SETTINGS = """
# What is lost with the machine may be lost here.
fsync = off
# Each test has connections of its own, and each loads PostGIS otherwise.
shared_preload_libraries = 'plpgsql,postgis-3'
"""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; without it, tests that need it are deselected (`pytest_collection_modifyitems`)."""
    folder = shared_folder()
    assert folder is not None
    return folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if shared_folder() is None:
        without = [i for i in items if "shared" in getattr(i, "fixturenames", ())]
        config.hook.pytest_deselected(items=without)
        items[:] = [i for i in items if i not in without]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay until the end: to look for garbage among them takes a quarter of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes of passwords that cost next to nothing, in this process: what they protect here is worth no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for this run: `CATMAID_TEST_DSN` if set, else a private one."""
    given = os.environ.get("CATMAID_TEST_DSN")
    if given:
        yield make_conninfo(given, dbname="postgres")
        return
    with scratch_folder(tmp_path_factory) as folder:
        yield from private_server(folder)


@contextmanager
def scratch_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is room: copying a database to a disk takes ten times as long."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        with tempfile.TemporaryDirectory(prefix="catmaid-tests-", dir=MEMORY) as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("cluster")


def private_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of this run's own."""
    cluster = Cluster(folder)
    settings = tuning.configuration(MEMORY_OF_DATABASE_BYTES) + MORE_SETTINGS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning, "configuration", lambda _: settings)
        cluster.start()
    try:
        dsn = make_conninfo(cluster.dsn, dbname="postgres")
        yield dsn
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
async def template(server_dsn: str) -> AsyncIterator[str]:
    """Name of a migrated database with its first users, to copy from."""
    name = f"{TEMPLATE}_{secrets.token_hex(4)}"
    await create_database(server_dsn, name)
    dsn = make_conninfo(server_dsn, dbname=name)
    await migrate(dsn)
    async with (
        Store.opened(dsn, pool_size=1) as store,
        store.writing(user_id=None, project_id=None, label="bootstrap") as tx,
    ):
        await users.bootstrap(tx)
    yield name
    await drop_database(server_dsn, name)


@pytest.fixture
async def store(server_dsn: str, template: str) -> AsyncIterator[Store]:
    """A fresh store with the users `admin` and `AnonymousUser`."""
    async with fresh_store(server_dsn, template) as opened:
        yield opened


@pytest.fixture(scope="module")
async def module_store(server_dsn: str, template: str) -> AsyncIterator[Store]:
    """As `store`, for the tests of one module together: quicker, where they do not disturb each other."""
    async with fresh_store(server_dsn, template) as opened:
        yield opened


@pytest.fixture
async def service(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    """A fresh service with the project "Test", where `tracer` may annotate and a visitor may do nothing."""
    async with fresh_service(store, tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
async def elsewhere(module_store: Store) -> AsyncIterator[Store]:
    """The store of a module, as another process has it."""
    async with Store.opened(module_store.dsn, pool_size=2) as store:
        yield store


@pytest.fixture(scope="module")
async def module_service(module_store: Store, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """As `service`, for the tests of one module together."""
    async with fresh_service(module_store, tmp_path_factory.mktemp("data")) as started:
        yield started
