"""Virtual environments with a wheel and what it needs, made of what is installed here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def install_wheel(wheel: Path, folder: Path) -> Path:
    """Make an environment with a wheel and its dependencies, and nothing else; returns its Python.

    The dependencies are those that the wheel and they themselves declare, as installed in the environment that runs
    this: to find and unpack them again takes pip half a minute. `pip check` says whether they are all there.
    """
    venv.create(folder)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-compile", "--no-deps", "--no-index", wheel], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (product,) = distributions(path=[str(site)])
    for dependency in dependencies(product):
        copy_distribution(dependency, site, commands=python.parent)
    subprocess.run([*pip, "check"], check=True)
    return python


def dependencies(product: Distribution) -> list[Distribution]:
    """What a distribution needs, and what that needs, as installed here."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = list(requirements(product, ()))
    while todo:
        requirement = todo.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found[name] = distribution(name)
        todo += requirements(found[name], extras)
    return list(found.values())


def requirements(owner: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    """What a distribution with some of its extras needs on this machine."""
    for text in owner.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def copy_distribution(source: Distribution, site: Path, *, commands: Path) -> None:
    """Copy what a distribution has installed, but for its commands, whose first line names the Python of here."""
    root = Path(str(source.locate_file("")))
    for file in source.files or ():
        origin = root / file
        target = Path(os.path.normpath(site / file))
        if target.parent == commands or not origin.is_file():
            continue
        link_or_copy(origin, target)
        if origin.suffix == ".py" and (compiled := Path(cache_from_source(str(origin)))).is_file():
            link_or_copy(compiled, Path(cache_from_source(str(target))))


def link_or_copy(origin: Path, target: Path) -> None:
    """The same file under another name; a copy, where that is another file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(origin, target)
    except OSError:
        shutil.copy2(origin, target)
