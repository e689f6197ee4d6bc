"""Recordings: made in the page, played from a file offline, and in place of the server."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from tests.app.servers import LiveServer
from tests.browser.page import Page
from tests.browser.proxies import FORGET, Proxy

#: How long the recording is: enough frames to look about in.
FRAMES = 24
MEBIBYTE = 1 << 20

#: Remembers what the map looked like at every step that was painted.
WATCH = """
const seen = window.seen = {};
const canvas = document.querySelector('.output .plane-map');
const { width, height } = canvas;
const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
let painted = -1;
const look = () => {
  requestAnimationFrame(look);
  if (window.livenet.frames === painted) return;
  painted = window.livenet.frames;
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  const words = new Uint32Array(data.buffer);
  let hash = 17;
  for (const word of words) hash = (Math.imul(hash, 31) + word) | 0;
  if (painted) seen[window.livenet.step] = hash;
};
look();
"""


@dataclass
class Kept:
    """A recording of the page: its document, its frames, and how each step was painted."""

    folder: Path
    file: Path = Path()
    frames: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    rehearsed: str = ""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The recording of this module, made by the first test that needs it."""
    return Kept(tmp_path_factory.mktemp("recordings"))


@pytest.fixture
def recorded(tab: Page, kept: Kept) -> Kept:
    """A run of the default network, recorded in the page and saved."""
    if kept.frames:
        return kept
    page = tab.open()
    switch_off_a_bias(page)
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(kept.folder))
    page.click("[data-action='share']")
    page.click("#tab-share-recording")
    page.choose("recording.most", "400")
    page.run(WATCH)
    page.click("[data-action='record']")
    page.wait(lambda: count(page) >= FRAMES, "the frames are recorded")
    assert page.running, "the run goes on while it is recorded"
    page.click(".record-sign")
    page.wait(lambda: page.find("[data-action='saveRecording']").is_displayed(), "it is made")
    kept.frames = count_of(page.text(".recording-status"))
    kept.seen = page.run("return window.seen")
    page.click("[data-action='saveRecording']")
    kept.file = page.wait(lambda: next(kept.folder.glob("*.html"), None), "the document is saved")
    page.click("#tab-share-embed")
    page.click("[data-path='embed-recording']")
    # At once, while the preview of that address is still to be loaded.
    page.until(
        "document.querySelector('[data-share=snippet]').value.includes('recording=')",
        "the address names it",
    )
    page.run("document.querySelector('[data-action=rehearse]').click()")
    note = "return document.querySelector('.recording-note').textContent"
    page.wait(lambda: "plays without" in page.run(note), "the rehearsal goes well")
    kept.rehearsed = page.run(note)
    return kept


def switch_off_a_bias(page: Page) -> None:
    """So that frames hold the network without it, too."""
    page.tile(1, 1).send_keys("e")
    page.click("[data-action='switchLink']")
    page.press(Keys.ESCAPE)
    page.wait(lambda: page.text(".ablation-panel tbody td"), "the comparison")


def count(page: Page) -> int:
    return count_of(page.text(".record-count"))


def count_of(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0


def scrub(page: Page, index: int) -> None:
    """Drags the thumb to a frame and waits until it is painted."""
    before = page.frames
    page.run(
        "const s = document.querySelector('.scrubber'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input', { bubbles: true }))",
        index,
    )
    page.wait(lambda: page.frames > before, "the frame is painted")


def look(page: Page) -> int:
    """The map as it is painted now."""
    page.run(WATCH)
    return page.run("return window.seen[window.livenet.step]")


def packed_of(document: str) -> bytes:
    found = re.search(r'id="recording">([^<]*)<', document)
    assert found
    return base64.b64decode(found[1])


@pytest.mark.slow
def test_a_run_is_replayed_from_a_file_without_a_network(tab: Page, recorded: Kept) -> None:
    page = tab
    file, frames, seen = recorded.file, recorded.frames, recorded.seen
    assert frames >= FRAMES
    assert file.stat().st_size < 3 * MEBIBYTE, "without Plotly"
    page.go_offline()
    page.driver.get(file.as_uri())
    page.wait(lambda: page.frames > 0, "the first frame is painted")
    assert page.step == 0
    compared = 0
    # The last goes first, so that the way is back as well as forth.
    for index in (frames - 1, *range(frames)):
        scrub(page, index)
        # A frame that was painted over before the browser showed it was not seen.
        if str(page.step) in seen:
            compared += 1
            assert look(page) == seen[str(page.step)], f"frame {index}, step {page.step}"
        if compared == 5:
            break
    assert compared == 5

    scrub(page, frames // 2)
    tooltip = hover_point(page)
    assert "prediction" in tooltip
    assert "loss" in tooltip
    scrub(page, 0)
    assert hover_point(page) != tooltip, "a point's fate is that of the frame"
    page.hover(page.tile(1, 0))
    page.wait(lambda: page.text("#output-title") == "Layer 1, unit 1", "the unit is shown large")
    page.hover(page.find("#about"))

    assert page.text(".ablation-off") == "bias of Layer 1, unit 2"
    loss = page.text(".ablation-panel tbody td")
    scrub(page, frames - 1)
    page.wait(lambda: page.text(".ablation-panel tbody td") != loss, "it is that of the frame")
    scrub(page, 0)
    page.choose("replaySpeed", "4")
    page.click(".play")
    page.wait(lambda: page.step > 0, "it plays")
    page.wait(lambda: not page.running, "it ends by itself")
    last = page.step
    said = page.find(".scrubber").get_attribute("aria-valuetext") or ""
    assert said.startswith(f"frame {frames} of")
    page.press(" ")
    page.wait(lambda: page.running and page.step < last, "Space plays it again from the start")
    page.press(" ")
    page.click("[data-action='language']")
    title = "return document.querySelector('#data-title')?.textContent"
    page.wait(lambda: page.run(title) == "데이터", "it speaks the other language too")
    assert page.run("return performance.getEntriesByType('resource').map((e) => e.name)"
                    ".filter((name) => !/^(blob|data):/.test(name))") == []  # fmt: skip
    a_broken_file_says_so_and_nothing_hangs(page, file)


def hover_point(page: Page) -> str:
    """Points at a train point, wherever it is, and returns what is said of it."""
    x1, x2 = page.run(
        "const canvas = document.querySelector('.plane-hand');"
        "const { width, height } = canvas.getBoundingClientRect();"
        "const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');"
        "copy.drawImage(canvas, 0, 0);"
        "const data = copy.getImageData(0, 0, canvas.width, canvas.height);"
        "for (let i = data.width * (data.height >> 1); i < data.data.length / 4; i += 1)"
        "  if (data.data[4 * i + 3] === 255)"
        "    return [(i % data.width) / data.width * width - width / 2,"
        "            Math.floor(i / data.width) / data.height * height - height / 2];"
    )
    page.hover(page.find(".plane-hand"), 0, 0)
    page.hover(page.find(".plane-hand"), round(x1), round(x2) + 3)
    return page.wait(lambda: page.tooltip, "the point is told")


def a_broken_file_says_so_and_nothing_hangs(page: Page, file: Path) -> None:
    document = file.read_text(encoding="utf-8")
    broken = file.with_name("broken.htm")
    text = base64.b64encode(packed_of(document)).decode()
    broken.write_text(document.replace(text, text[: len(text) // 8 * 4]), encoding="utf-8")
    page.driver.get(broken.as_uri())
    page.wait(lambda: page.find("#broken").is_displayed(), "it is told")
    assert "damaged" in page.text("#broken")
    assert page.frames == 0


@pytest.mark.slow
def test_an_embed_plays_its_recording_when_the_server_is_gone(
    tab: Page, driver: Chrome, recorded: Kept, server: LiveServer
) -> None:
    """To the page a network that is cut is a server that has stopped."""
    assert f"{recorded.frames} frames are ready" in recorded.rehearsed
    packed = packed_of(recorded.file.read_text(encoding="utf-8"))
    answer = server.get("/api/recordings", "POST", packed)
    assert answer.status == 200
    name = json.loads(answer.body)["id"]

    network = Proxy(server.url, "pass")
    with network:
        embed = Page(driver, network.url)
        embed.open(f"/embed?recording={name}&rehearse=1&panels=boundary,goal&goal=epoch>=3")
        embed.wait(lambda: embed.text(".standby-line"), "it says that it is the recording")
        assert embed.run("return window.livenet.recorded") == recorded.frames
        embed.wait(lambda: embed.step > 100, "it plays without the server, by itself")
        assert embed.text(".goal-sentence") == "A recording does not say whether a goal is reached."
        assert embed.notice == ""

        embed.open(f"/embed?recording={name}&controls=play,rate")
        assert embed.text(".standby-line") == ""
        embed.click(".play")
        embed.wait(lambda: embed.step > 0, "it is live")
        embed.run(FORGET)
        live = recorded.file.with_name("live.htm")
        live.write_text(
            recorded.file.read_text(encoding="utf-8")
            .replace('"live":null', f'"live":"{network.url}/embed?data=xor"')
            .replace("connect-src blob: ; frame-src ;",
                     f"connect-src blob: {network.url}; frame-src {network.url};"),
            encoding="utf-8",
        )  # fmt: skip
        played = embed.driver.current_window_handle
        embed.driver.switch_to.new_window("tab")
        embed.driver.get(live.as_uri())
        embed.wait(lambda: embed.find_all("iframe.replay-live"), "the file goes live")
        embed.driver.switch_to.frame(embed.find("iframe"))
        embed.wait(lambda: embed.frames > 0, "and shows the embed of the server")
    embed.driver.switch_to.default_content()
    embed.driver.get(live.as_uri())
    embed.wait(lambda: embed.frames > 0, "without the server the file plays its recording")
    assert embed.find("#about").text
    embed.driver.close()
    embed.driver.switch_to.window(played)
    embed.wait(
        lambda: "cannot be reached" in embed.text(".standby-line"), "the recording takes over"
    )
    before = embed.frames
    embed.wait(lambda: embed.frames > before + 3, "and plays on")
    with Proxy(server.url, "pass", network.port):
        embed.wait(lambda: not embed.text(".standby-line"), "the server is back, and it is live")
        embed.wait(lambda: embed.spec_id == 0, "a session of its own is painted")
        embed.edited(lambda: embed.control("optimizer.learning_rate").send_keys(Keys.ARROW_UP))
        embed.driver.get("about:blank")
    tab.allowed += ["net::ERR_", "WebSocket connection to"]
