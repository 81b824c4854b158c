"""The shape of the code: sizes of folders, modules and functions, docstrings, and a domain without HTTP."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from tests.helpers.folders import REPOSITORY

PACKAGES = ("catmaid_jupyter", "catmaid_wire", "server/catmaid_server")
DOMAIN = REPOSITORY / "server/catmaid_server/domain"
CATMAID_MODELS = REPOSITORY / "server/catmaid_server/transfer/importers/catmaid"
"""Its classes are called as the models of CATMAID that they read."""
TWO_SIDES = (
    ("catmaid_jupyter/edits", "server/catmaid_server/routes"),
    ("catmaid_jupyter/api/errors.py", "server/catmaid_server/domain/errors.py"),
)
SCRIPTS = ("js/src", "js/pages")
GENERATED_SCRIPTS = REPOSITORY / "js/src/wire"
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60
MOST_MODULES_OF_A_FOLDER = 25
HTTP_ERRORS = range(400, 600)


Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A Python file and its syntax tree."""

    path: Path
    source: str
    tree: ast.Module

    def at(self, line: int, what: str) -> str:
        return f"{self.path.relative_to(REPOSITORY)}:{line}: {what}"

    @property
    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def modules() -> tuple[Module, ...]:
    """The modules of the three packages."""
    paths = sorted(path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))
    sources = [path.read_text() for path in paths]
    return tuple(Module(path, source, ast.parse(source)) for path, source in zip(paths, sources, strict=True))


@cache
def described_methods() -> dict[str, set[str]]:
    """Names of methods that have a docstring in a class, or in one that it is derived from, by the class's name."""
    classes = [node for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    own = {
        node.name: {method.name for method in methods(node) if ast.get_docstring(method) is not None}
        for node in classes
    }
    bases = {node.name: base_names(node) for node in classes}

    def with_inherited(name: str) -> set[str]:
        return own.get(name, set()).union(*map(with_inherited, bases.get(name, ())))

    return {name: with_inherited(name) for name in own}


def methods(node: ast.ClassDef) -> list[Function]:
    return [child for child in node.body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)]


def base_names(node: ast.ClassDef) -> list[str]:
    names = [ast.unparse(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
    return [name.rpartition(".")[2] for name in names if name != node.name]


def undescribed(body: list[ast.stmt], owner: ast.ClassDef | None = None) -> Iterator[tuple[int, str]]:
    """Line and name of each public function, class and method that has no docstring."""
    inherited = set().union(*(described_methods().get(name, set()) for name in base_names(owner))) if owner else set()
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        is_described = ast.get_docstring(node) is not None or node.name in inherited
        if not is_described and not repeats_another_definition(node):
            yield node.lineno, f"{owner.name}.{node.name}" if owner else node.name
        if isinstance(node, ast.ClassDef):
            yield from undescribed(node.body, node)


def repeats_another_definition(node: Function | ast.ClassDef) -> bool:
    """Overloads and setters are described where the name is first defined."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(names & {"overload", "setter", "deleter"})


def test_no_folder_of_the_service_has_too_many_modules() -> None:
    service = (module.path for module in modules() if module.path.is_relative_to(REPOSITORY / "server"))
    counts = {
        folder.relative_to(REPOSITORY): len([path for path in paths if path.name != "__init__.py"])
        for folder, paths in groupby(sorted(service), key=lambda path: path.parent)
    }
    crowded = [f"{folder}: {count} modules" for folder, count in counts.items() if count > MOST_MODULES_OF_A_FOLDER]
    assert not crowded, "\n".join(crowded)


def test_no_module_is_too_long() -> None:
    lengths = [(module, module.source.count("\n")) for module in modules()]
    long = [module.at(MOST_LINES + 1, f"{length} lines") for module, length in lengths if length > MOST_LINES]
    assert not long, "\n".join(long)


def test_no_sql_file_is_too_long() -> None:
    lengths = [
        (path.relative_to(REPOSITORY), path.read_text().count("\n"))
        for package in PACKAGES
        for path in sorted((REPOSITORY / package).rglob("*.sql"))
    ]
    long = [f"{path}:{MOST_LINES + 1}: {length} lines" for path, length in lengths if length > MOST_LINES]
    assert not long, "\n".join(long)


def test_no_function_is_too_long() -> None:
    lengths = [
        (module, node, (node.end_lineno or node.lineno) - node.lineno + 1)
        for module in modules()
        for node in module.functions
    ]
    long = [
        module.at(node.lineno, f"{node.name} has {length} lines")
        for module, node, length in lengths
        if length > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_every_public_name_has_a_docstring() -> None:
    bare = [module.at(line, name) for module in modules() for line, name in undescribed(module.tree.body)]
    assert not bare, "\n".join(bare)


def test_every_package_has_a_docstring() -> None:
    folders = {module.path.parent for module in modules()}
    described = {
        module.path.parent
        for module in modules()
        if module.path.name == "__init__.py" and ast.get_docstring(module.tree)
    }
    bare = [f"{folder.relative_to(REPOSITORY)}/__init__.py:1: no docstring" for folder in sorted(folders - described)]
    assert not bare, "\n".join(bare)


def test_no_two_classes_have_one_name() -> None:
    """But for what is one thing on both sides: an edit and the form of its route, an error and the client's of it."""
    places = defaultdict(list)
    for module in modules():
        if not module.path.is_relative_to(CATMAID_MODELS):
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append((module.path.relative_to(REPOSITORY), module.at(node.lineno, node.name)))
    alike = [
        ", ".join(text for _, text in found)
        for found in places.values()
        if len(found) > 1 and not are_two_sides([path for path, _ in found])
    ]
    assert not alike, "\n".join(alike)


def are_two_sides(paths: list[Path]) -> bool:
    return len(paths) == 2 and any(all(map(Path.is_relative_to, paths, folders)) for folders in TWO_SIDES)


def test_no_two_types_of_the_front_end_have_one_name() -> None:
    places = defaultdict(list)
    for path, source in scripts().items():
        for name in re.findall(r"^(?:export )?(?:abstract )?(?:class|interface|type|enum) (\w+)", source, re.MULTILINE):
            places[name].append(str(path))
    alike = [f"{name}: {', '.join(paths)}" for name, paths in places.items() if len(paths) > 1]
    assert not alike, "\n".join(alike)


def test_no_script_is_too_long() -> None:
    lengths = {path: source.count("\n") for path, source in scripts().items()}
    long = [f"{path}:{MOST_LINES + 1}: {length} lines" for path, length in lengths.items() if length > MOST_LINES]
    assert not long, "\n".join(long)


def scripts() -> dict[Path, str]:
    """The sources of the front end, without what is generated, by path."""
    paths = (path for folder in SCRIPTS for path in sorted((REPOSITORY / folder).rglob("*.ts")))
    return {
        path.relative_to(REPOSITORY): path.read_text() for path in paths if not path.is_relative_to(GENERATED_SCRIPTS)
    }


def test_the_domain_knows_no_http_status() -> None:
    found = [
        module.at(node.lineno, ast.unparse(node))
        for module in modules()
        if module.path.is_relative_to(DOMAIN)
        for node in http_statuses(module.tree)
    ]
    assert not found, "\n".join(found)


def http_statuses(tree: ast.Module) -> Iterator[ast.expr | ast.alias]:
    limits = {id(limit) for node in ast.walk(tree) for limit in named_limits(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=int(value)) if value in HTTP_ERRORS and id(node) not in limits:
                yield node
            case ast.Name(id="HTTPStatus") | ast.Attribute(attr="HTTPStatus") | ast.alias(name="HTTPStatus"):
                yield node


def named_limits(node: ast.AST) -> Iterator[ast.expr]:
    """Numbers that are no status: the value of a constant or field called otherwise, and the bounds of slices."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AnnAssign(target=ast.Name(id=name), value=value)
        ):
            if value is not None and not re.search("status|code", name, re.IGNORECASE):
                yield value
        case ast.Slice():
            yield from filter(None, (node.lower, node.upper))


def test_no_document_has_both_sides_of_a_merge() -> None:
    documents = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
    assert documents
    found = [path.name for path in documents if re.search(r"^(<{7} |>{7} |={7}$)", path.read_text(), re.MULTILINE)]
    assert not found
