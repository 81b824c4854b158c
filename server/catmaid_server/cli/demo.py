"""The command that shows everything: `catmaid-jupyter demo`."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from catmaid_server import service
from catmaid_server.cli.options import DataDir, numbers, settings_from
from catmaid_server.cli.output import progress, run, say
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord

app = typer.Typer()


@app.command()
def demo(
    data_dir: DataDir = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--notebook-dir",
            metavar="DIR",
            show_default=False,
            help="Where to put the notebooks; default: in the data folder.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address that JupyterLab listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of JupyterLab; if taken, one after it.")] = 8888,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser, if there is one.")] = True,
    lab: Annotated[bool, typer.Option("--lab/--no-lab", help="Start JupyterLab; else only the service.")] = True,
    size: Annotated[
        str, typer.Option(metavar="X,Y,Z", help="Extent of the synthetic specimen, in voxels.")
    ] = "1024,1024,60",
    seed: Annotated[int, typer.Option(min=0, help="Another number makes another specimen.")] = 1,
    course: Annotated[
        bool,
        typer.Option("--course", help="Also make a course with a trainer and two students, and open its notebook."),
    ] = False,
) -> None:
    """Show everything: make sample projects, start the service and JupyterLab, and open the first notebook.

    With --course, a trainer and two students have a course in three levels; their gold neurons are in a project that
    students may not browse. What is made is kept: the next time starts at once. Ctrl-C ends what this started.
    """
    from catmaid_server.demo.notebooks import COURSE, FIRST, copy_notebooks
    from catmaid_server.demo.specimen.spec import SpecimenSpec

    settings = settings_from(data_dir=data_dir)
    voxels: Any = tuple(int(extent) for extent in numbers(size, 3, "--size", positive=True))
    try:
        spec = SpecimenSpec(seed=seed, size_px=voxels)
    except ValueError as error:
        raise typer.BadParameter(f"--size: {error}") from None
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` ends it as Ctrl-C does
    with ExitStack() as at_end:
        try:
            folder = folder or settings.folder / "notebooks"
            if lab:
                copy_notebooks(folder)
            record = _start_service(settings, at_end)
            titles = run(_make_projects(settings, spec))
            say(f"The service runs at {record.url}, with the projects {', '.join(titles)}.")
            if course:
                run(_make_course(settings))
            if lab:
                _work_in_lab(settings, folder, COURSE if course else FIRST, host, port, browser)
            else:
                say("Press Ctrl-C to end it.")
                signal.pause()
        except KeyboardInterrupt:
            say("Ending what was started.")


async def _make_projects(settings: Settings, spec: Any) -> list[str]:
    from catmaid_server.demo.projects import make_projects

    async with opened_store(settings) as store:
        return await make_projects(store, settings.folder, progress, spec=spec, tell=say)


async def _make_course(settings: Settings) -> None:
    from catmaid_server.demo.course import COURSE, COURSE_PROJECT, PEOPLE, make_course

    async with opened_store(settings) as store:
        files = await make_course(store, settings.folder)
    trainer, *students = PEOPLE
    say(
        f"The course {COURSE!r} is in the project {COURSE_PROJECT!r}: {trainer} teaches {' and '.join(students)}. "
        f"Their tokens are in {files[0].parent}."
    )


def _start_service(settings: Settings, at_end: ExitStack) -> ServiceRecord:
    running = service.status(settings).service
    if running is not None:
        return running
    record = service.start(settings)
    at_end.callback(service.stop, settings)
    return record


def _work_in_lab(settings: Settings, folder: Path, notebook: str, host: str, port: int, browser: bool) -> None:
    """Run JupyterLab on a notebook until it ends or somebody wants it to."""
    from catmaid_server.demo.lab import Lab, open_browser

    log = settings.folder / "logs" / "jupyter.log"
    jupyter = Lab(folder, log=log, host=host, port=port, environment={"CATMAID_DATA_DIR": str(settings.folder)})
    try:
        url = jupyter.url(notebook)
        opened = browser and open_browser(url)
        where = "open in your browser" if opened else "ready"
        say(f"\nJupyterLab is {where}:\n\n    {url}\n\nPress Ctrl-C to end it.")
        jupyter.wait()
        raise ServiceError(f"JupyterLab has ended; see {log}.")
    finally:
        jupyter.stop()
