"""Dependencies point one way: templates, static -> (contract) -> app -> engine.

Python is read by its syntax tree, the page's modules by their import lines.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "static" / "js"

#: The engine's rooms, from the bottom up; each imports only from those before it.
ENGINE = (
    "base", "functions", "data", "spec", "network", "frames", "programs", "insight", "state",
    "edits", "runs", "exports", "stacked_trainer", "sweeps", "goals", "search", "trainer",
    "__init__", "__main__",
)  # fmt: skip
#: The rooms of the page's modules; each imports only from rooms above its own.
PAGE = (
    "lib", "spec", "spoken", "plot", "stream", "run", "advice", "controls", "ui", "network",
    "network/editing", "step", "images", "spaces", "flow", "points", "landscape", "race",
    "map/model", "map", "search/model", "search", "goals", "lessons", "pictures", "embed",
    "lessons/page", "recordings",
    "share", "views", "views/images", "views/page", "pages",
)  # fmt: skip
#: What the engine knows nothing of.
SERVING = {
    "app", "asyncio", "flask", "flask_sock", "gunicorn", "http", "requests", "selectors",
    "simple_websocket", "socket", "socketserver", "ssl", "urllib", "werkzeug", "wsgiref",
}  # fmt: skip
#: The one module of the engine that asks others for something: data sets, from their mirrors.
FETCHING = "engine.data.images.downloads"
#: What the server knows nothing of: mathematics.
MATHS = {"jax", "jaxlib", "optax", "scipy", "sklearn", "mlxtend"}
#: The rooms of the server, and the modules that stand alone; each imports only from those before
#: it. `app.create_app`, which the servers call, is `__init__`.
APP = (
    "limits", "web", "protocol", "lessons", "pages", "files", "history", "scheduling", "sessions",
    "hosting", "transports", "api", "operation", "factory", "__init__", "server", "cluster",
    "__main__",
)  # fmt: skip
#: Parts of the server that create_app alone puts together, in the factory.
WIRED = {
    "Assets",
    "Connections",
    "LocalHost",
    "Programs",
    "RecordingShell",
    "Scheduler",
    "BlobStore",
    "HandoverSeal",
    "SessionFiles",
    "SessionObjects",
    "LinkPayloads",
    "StorageQuotas",
    "Watchers",
}


#: Modules that a room holds at most, without its `__init__`; what needs more is two rooms.
MOST_MODULES = 15


def modules(package: str) -> dict[str, Path]:
    """Dotted names and files of a package's modules."""
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted((ROOT / package).rglob("*.py"))
    }


def imported(file: Path, *, everywhere: bool = True) -> Iterator[str]:
    """Dotted names of what a file imports, with the names out of a package.

    Args:
        file: the module.
        everywhere: inside functions, too.
    """
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(name: str, known: Iterable[str]) -> str | None:
    """The module that a dotted name stands in."""
    while name not in known:
        if "." not in name:
            return None
        name = name.rpartition(".")[0]
    return name


def part_of(module: str) -> str:
    """The room or the module of a package: `spec` of `engine.spec.names`."""
    return [*module.split("."), "__init__"][1]


@pytest.mark.parametrize("package", ["engine", "app"])
def test_no_module_imports_itself_in_a_circle(package: str) -> None:
    known = modules(package)
    graph = {
        module: {module_of(name, known) for name in imported(file, everywhere=False)}
        - {None, package, module}
        for module, file in known.items()
        if module != package
    }
    assert len(graph) > 10
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("folder", ["engine", "app", "livenet", "benchmarks", "static/js"])
def test_a_room_is_of_a_size_to_grasp(folder: str) -> None:
    sizes = Counter(
        file.parent.relative_to(ROOT).as_posix()
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".js"} and file.stem != "__init__"
    )
    assert sizes
    assert not {room: size for room, size in sizes.items() if size > MOST_MODULES}


def test_every_room_of_the_engine_has_its_place_in_the_order() -> None:
    assert {part_of(module) for module in modules("engine")} == set(ENGINE)


def test_the_engine_imports_only_what_stands_above() -> None:
    rank = {room: place for place, room in enumerate(ENGINE)}
    known = modules("engine")
    seen = 0
    for module, file in known.items():
        own = part_of(module)
        for name in imported(file):
            found = module_of(name, known)
            if found is None or part_of(found) == own:
                continue
            # Inside the engine a module is named with its room, not taken from the top.
            assert found != "engine", f"{module} imports {name}"
            assert rank[part_of(found)] < rank[own], f"{module} imports {found}"
            seen += 1
    assert seen > 50


def test_the_engine_knows_nothing_of_serving() -> None:
    for module, file in modules("engine").items():
        found = {name.split(".")[0] for name in imported(file)} & SERVING
        found -= {"requests", "urllib"} if module == FETCHING else set()
        assert not found, f"{module} imports {found}"


def test_the_helper_for_notebooks_stands_alone() -> None:
    for module, file in modules("livenet").items():
        found = {name.split(".")[0] for name in imported(file, everywhere=False)}
        assert found <= {"livenet", *sys.stdlib_module_names}, module
    assert not any(
        name.split(".")[0] == "livenet"
        for package in ("app", "engine")
        for file in modules(package).values()
        for name in imported(file)
    )


def test_every_room_of_the_server_has_its_place_in_the_order() -> None:
    assert {part_of(module) for module in modules("app")} == set(APP)


def test_rooms_of_the_server_import_only_rooms_before_them() -> None:
    known = modules("app")
    seen = 0
    for module, file in known.items():
        own = part_of(module)
        for name in imported(file):
            found = module_of(name, known)
            if found is None or part_of(found) == own:
                continue
            assert APP.index(part_of(found)) < APP.index(own), f"{module} imports {found}"
            seen += 1
    assert seen > 100


def test_the_server_does_no_mathematics() -> None:
    for module, file in modules("app").items():
        found = {name.split(".")[0] for name in imported(file)} & MATHS
        assert not found, f"{module} imports {found}"


def test_the_server_takes_the_engine_from_its_top() -> None:
    """Names, not modules; the lists of the contract's names are the one exception."""
    known, public = modules("engine"), set(read_all(ROOT / "engine" / "__init__.py"))
    seen = 0
    for module, file in modules("app").items():
        for name in imported(file):
            if name.split(".")[0] != "engine":
                continue
            seen += 1
            found = module_of(name, known)
            if found == "engine":
                assert name.removeprefix("engine.") in public, f"{module} imports {name}"
            else:
                assert found == "engine.spec.names", f"{module} imports {name}"
    assert seen > 5


def read_all(file: Path) -> list[str]:
    """Returns a module's `__all__`."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    raise AssertionError(f"{file} has no __all__")


def test_only_the_factory_puts_the_server_together() -> None:
    made: dict[str, set[str]] = {part: set() for part in WIRED}
    for module, file in modules("app").items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in WIRED:
                    made[name].add(module)
    assert made == {part: {"app.factory"} for part in WIRED}


_IMPORT = re.compile(
    r"""^\s*import\s*(?:[\w$*{},\s]+?\bfrom\s*)?["']([^"']+)["']"""
    r"""|^\s*export\s*(?:\{[^}]*\}|\*(?:\s*as\s+[\w$]+)?)\s*from\s*["']([^"']+)["']""",
    re.MULTILINE,
)
_DYNAMIC = re.compile(r"""\bimport\(\s*["']?([^"')]*)""")
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)


def scripts() -> dict[str, str]:
    """Bare names and sources of the page's modules, without comments."""
    return {
        file.relative_to(SCRIPTS).with_suffix("").as_posix(): _COMMENT.sub("", file.read_text())
        for file in sorted(SCRIPTS.rglob("*.js"))
    }


def imports_of(source: str) -> set[str]:
    static = {one or other for one, other in _IMPORT.findall(source)}
    return static | set(_DYNAMIC.findall(source))


def test_the_reader_of_import_lines_reads_them_all() -> None:
    source = """
import { a } from "one";
import {
  b,
  c as d,
} from 'two';
import "three";
import e, * as f from "four";
export { g } from "five";
export * from "seven";
export const text = "import"; const later = () => import("six");
export function from(source) { return "eight"; }
// import "nine";
/* import "ten"; */
"""
    found = imports_of(_COMMENT.sub("", source))
    assert found == {"one", "two", "three", "four", "five", "six", "seven"}


def test_modules_of_the_page_import_each_other_by_bare_names() -> None:
    known = scripts()
    assert {"pages/playground", "lib/store", "lib/frames"} <= set(known)
    for name, source in known.items():
        for found in imports_of(source):
            assert found in known, f"{name} imports {found}"


def test_every_module_of_the_page_is_in_a_room() -> None:
    rooms = {name.rpartition("/")[0] for name in scripts()}
    assert rooms == set(PAGE)


def test_a_room_of_the_page_imports_only_rooms_above_it() -> None:
    rank = {room: place for place, room in enumerate(PAGE)}
    seen = 0
    for name, source in scripts().items():
        own = name.rpartition("/")[0]
        for found in imports_of(source):
            room = found.rpartition("/")[0]
            assert rank[room] <= rank[own], f"{name} imports {found}"
            seen += room != own
    assert seen > 100


@pytest.mark.parametrize(
    "name", ["lib/store", "lib/frames", "spec/url-state", "embed/options", "share/snippets"]
)
def test_the_foundations_of_the_page_import_nothing(name: str) -> None:
    assert not imports_of(scripts()[name])


def test_views_never_import_each_other() -> None:
    known = scripts()
    views = {name for name in known if name.startswith("views/")}
    assert len(views) > 3
    for name in views:
        assert not imports_of(known[name]) & views, name


def test_only_pages_compose_views() -> None:
    for name, source in scripts().items():
        composed = {found for found in imports_of(source) if found.startswith("views/")}
        assert name.startswith("pages/") or not composed, name


def test_no_module_of_the_page_imports_itself_in_a_circle() -> None:
    graph = {name: imports_of(source) for name, source in scripts().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_one_module_alone_touches_the_global_of_plotly() -> None:
    for name, source in scripts().items():
        found = re.search(r"\b(?:window|globalThis|self)\.Plotly\b|(?<![\w.(])Plotly\.", source)
        assert name == "plot/plotly" or not found, name
