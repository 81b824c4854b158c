"""The demo's projects, made of a small specimen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from catmaid_server.demo import projects as demo
from catmaid_server.demo.course import make_course
from catmaid_server.demo.specimen.spec import SpecimenSpec
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings


async def make_demo(folder: Path, spec: SpecimenSpec, *, course: bool = False) -> Settings:
    """Make the demo's projects in a data folder, without real data; no service runs there yet."""
    settings = Settings(data_dir=folder)
    with patch.object(demo, "real_data", lambda: None):
        async with opened_store(settings) as store:
            await demo.make_projects(store, settings.folder, _quiet_bar, spec=spec)
            if course:
                await make_course(store, settings.folder)
    return settings


@contextmanager
def _quiet_bar(_title: str, _unit: str) -> Iterator[Progress]:
    yield silent
