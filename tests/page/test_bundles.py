"""Bundles: what the server joins for a page runs as the modules do."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.pages.assets import Assets
from app.pages.bundles import UnreadableModuleError
from tests.page.node import ROOT, Modules

FILES = {
    "js/pages/page.js": """\
import { ADDED, add as plus } from "lib/sums";
import {
  createCounter,
  Place,
} from "lib/things";

export async function start() {
  const counter = createCounter();
  return [plus(counter.next(), ADDED), new Place(2).x, await import_(3)];
}

// An import is a word like others: import ants.
async function import_(value) {
  return `import ${value}`;
}
""",
    "js/lib/things.js": """\
/** Things. */

import { ADDED } from "lib/sums";

export class Place {
  constructor(x) {
    this.x = x + ADDED;
  }
}

export function createCounter() {
  let count = 0;
  /** @type {number} */ (count);
  return { next: () => (count += ADDED) };
}

export function* unused() {}
""",
    "js/lib/sums.js": "export const ADDED = 10;\n\nexport function add(a, b) { return a + b; }\n",
    "js/lib/other.js": "export const OTHER = 1;\n",
    "css/pages/page.css": '/* A page. */\n@import "a.css";\n@import "b/b.css";\n',
    "css/a.css": "p { color: red; }\n",
    "css/b/b.css": "p { color: blue; }\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def read(assets: Assets, path: str) -> str:
    document = assets.find(f"bundles/{path}")
    assert document is not None
    return document.content.decode()


def test_a_script_runs_as_its_modules_do(folder: Path, modules: Modules) -> None:
    script = read(Assets(folder), "js/pages/page.js")
    seen = modules.load(
        """const { default: all } = await import(`data:text/javascript;base64,${arguments[0]}`);
           return [Object.keys(all), Object.keys(all["lib/things"]),
             await all["pages/page"].start()];""",
        base64.b64encode(script.encode()).decode(),
    )
    names = ["lib/sums", "lib/things", "pages/page"]
    assert seen == [names, ["Place", "createCounter", "unused"], [20, 12, "import 3"]]


def test_sheets_keep_their_order(folder: Path) -> None:
    sheet = read(Assets(folder), "css/pages/page.css")
    assert sheet == "/* A page. */\np { color: red; }\np { color: blue; }\n"


def test_a_sheet_may_begin_with_those_of_another_page(folder: Path) -> None:
    (folder / "css/pages/more.css").write_text('@import "pages/page.css";\nb { color: green; }\n')
    assets = Assets(folder)
    lines = read(assets, "css/pages/more.css").splitlines()
    assert lines[1:] == ["p { color: red; }", "p { color: blue; }", "b { color: green; }"]
    before = assets.bundle_url("css/pages/more.css")
    (folder / "css/a.css").write_text("p { color: pink; }\n")
    assert assets.bundle_url("css/pages/more.css") != before


def test_a_bundle_is_made_anew_when_a_part_of_it_changes(folder: Path) -> None:
    assets = Assets(folder)
    urls = [assets.bundle_url("js/pages/page.js"), assets.bundle_url("css/pages/page.css")]
    assert assets.find("bundles/js/pages/page.js") is assets.find("bundles/js/pages/page.js")
    (folder / "js/lib/other.js").write_text("export const OTHER = 'not a part of it';\n")
    assert assets.bundle_url("js/pages/page.js") == urls[0]
    (folder / "js/lib/sums.js").write_text(FILES["js/lib/sums.js"].replace("10", "100"))
    (folder / "css/a.css").write_text("p { color: green; }\n")
    assert assets.bundle_url("js/pages/page.js") != urls[0]
    assert assets.bundle_url("css/pages/page.css") != urls[1]
    assert "green" in read(assets, "css/pages/page.css")


def test_there_is_no_bundle_of_nothing(folder: Path) -> None:
    assets = Assets(folder)
    for path in ("js/pages/none.js", "css/none.css", "js/../../etc/passwd", ""):
        assert assets.find(f"bundles/{path}") is None, path


@pytest.mark.parametrize(
    "line",
    [
        'import "lib/sums";',
        'import * as sums from "lib/sums";',
        'import sums from "lib/sums";',
        "export default 1;",
        "export let changing = 1;",
        "export { start };",
        'export { add } from "lib/sums";',
        'const later = () => import("lib/other");',
        "const here = import.meta.url;",
    ],
)
def test_what_cannot_be_joined_is_told(folder: Path, line: str) -> None:
    (folder / "js/lib/sums.js").write_text(f"{FILES['js/lib/sums.js']}\n{line}\n")
    with pytest.raises(UnreadableModuleError, match="lib/sums: "):
        Assets(folder).find("bundles/js/pages/page.js")


@pytest.mark.parametrize("page", ["playground", "embed", "replay"])
def test_every_page_can_be_joined(modules: Modules, page: str) -> None:
    assets = Assets(ROOT / "static")
    script = read(assets, f"js/pages/{page}.js")
    assert modules.load(
        """const { Script } = await import("node:vm");
           new Script(arguments[0].replace("export default modules;", ""));
           return true;""",
        script,
    )
    assert "@import" not in read(assets, f"css/pages/{page}.css")


def test_every_sheet_is_on_a_page_and_every_module_too() -> None:
    static = ROOT / "static"
    for kind, folder in (("css", "css/pages"), ("js", "js/pages")):
        # A sheet is found by what it says first, a module by its name.
        pages = [
            read(Assets(static), file.relative_to(static).as_posix())
            for file in (static / folder).glob(f"*.{kind}")
        ]
        for file in (static / kind).rglob(f"*.{kind}"):
            name = file.relative_to(static / kind).with_suffix("").as_posix()
            first = file.read_text().partition("\n")[0]
            part = first if kind == "css" else f'modules["{name}"] = '
            assert any(part in page for page in pages), file
