"""What somebody else wrote, or one view that fails, keeps no page from going on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.servers import LiveServer
from tests.browser.page import Page
from tests.page.node import Modules
from tests.page.recordings import make_recording, make_with
from tests.sizes import at_night, choose

SAVE = """
const { makeDocument } = await import("recordings/document");
const packed = await make(changes[0]);
return makeDocument({ packed, language: "en", plotly: false, live: null });
"""
#: The drawing of the network alone asks for this.
BREAK = "Path2D.prototype.roundRect = () => { throw new Error('no round corners'); };"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "said"), [at_night("en", "This recording is damaged"), ("ko", "손상되어")]
)
def test_an_embed_says_that_its_recording_cannot_be_played(
    tab: Page, server: LiveServer, language: str, said: str
) -> None:
    with Modules() as modules:
        packed = make_recording(modules, "spec.seed = spec.data.noise = 'x'")
    name = json.loads(server.get("/api/recordings", "POST", packed).body)["id"]
    tab.driver.get(f"{tab.url}/embed?recording={name}&rehearse=1&lang={language}")
    tab.wait(lambda: said in tab.notice, "it is told")
    tab.open(f"/embed?recording={name}&lang={language}")
    tab.wait(lambda: said in tab.notice, "it is told beside the live run too")


@pytest.mark.slow
def test_a_view_that_fails_is_told_and_the_rest_goes_on(page: Page, tmp_path: Path) -> None:
    document = tmp_path / "run.html"
    document.write_text(page.load(make_with([""], SAVE)), encoding="utf-8")
    page.command("Page.addScriptToEvaluateOnNewDocument", source=BREAK)
    page.allowed += ["no round corners"]

    page.open()
    assert "the network" in fault(page)
    page.click(".play")
    page.wait(lambda: page.step > 0, "it trains")
    assert page.metric("train_loss") > 0
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.click("[data-action='language']")
    page.wait(lambda: "신경망" in fault(page), "it is told in Korean too")

    page.open("/embed?start=auto")
    assert "the network" in fault(page)
    page.wait(lambda: page.step > 0, "the embed trains")

    for query in ("", "?panels=network,boundary"):
        page.driver.get(document.as_uri() + query)
        page.wait(lambda: page.frames > 0, "the recording is shown")
        assert "the network" in fault(page)
        page.click(".play")
        page.wait(lambda: page.step == 2, "it plays to its end")


GARBAGE = ("{", "null", "[]", '{"name": "http", "at": {}}', "\u0000" * 9, "x" * 5000)
USUAL_GARBAGE = (GARBAGE[0], GARBAGE[1], GARBAGE[3])


@pytest.mark.slow
def test_what_a_browser_keeps_for_the_page_is_not_trusted(page: Page) -> None:
    keys = page.run("return [localStorage, sessionStorage].flatMap(Object.keys)")
    assert {"livenet.visited", "livenet.session"} <= set(keys)
    keys += ["livenet.transport", "livenet.theme", "livenet.colours", "livenet.language"]
    for text in choose(USUAL_GARBAGE, GARBAGE):
        page.run(
            "for (const storage of [localStorage, sessionStorage])"
            "  for (const key of arguments[0]) storage.setItem(key, arguments[1])",
            keys, text,
        )  # fmt: skip
        page.open()


@pytest.mark.slow
def test_a_page_runs_where_the_browser_has_no_room_to_keep_anything(page: Page) -> None:
    page.run(
        "for (const storage of [localStorage, sessionStorage]) {"
        "  storage.clear();"
        "  for (let size = 1 << 23; size >= 1; size >>= 1)"
        "    for (let i = 0; ; i += 1) try { storage.setItem(`${size} ${i}`, 'x'.repeat(size)); }"
        "      catch { break; }"
        "}"
    )
    page.open()
    page.click(".play")
    page.wait(lambda: page.step > 0, "it trains")
    page.edited(lambda: page.click("[data-dataset='xor']"))


def fault(page: Page) -> str:
    """What the page says of parts that failed; "" for nothing."""
    line = page.find("#fault")
    return line.text if line.is_displayed() else ""


def test_a_page_that_cannot_start_says_so(tab: Page) -> None:
    tab.command("Network.enable")
    tab.command("Network.setBlockedURLs", urls=["*/api/schema*"])
    for path in ("/", "/embed"):
        tab.driver.get(tab.url + path)
        tab.wait(lambda: "could not start" in fault(tab), "it says that it cannot start")
    tab.allowed += ["api/schema", "Failed to fetch"]
