"""The share dialog: what it hands out opens elsewhere as it was here."""

from __future__ import annotations

import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from selenium.webdriver.support.ui import Select

from app.web.network_addresses import find_network_addresses
from tests.app.servers import LiveServer
from tests.browser.page import FEW_FPS, Page
from tests.browser.painting import choose_own
from tests.sizes import at_night

PIXELS = """
    const map = document.querySelector(".output-plane .plane-map");
    const canvas = new OffscreenCanvas(map.width, map.height);
    const copy = canvas.getContext("2d");
    copy.drawImage(map, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return [canvas.width, ...data.filter((_, i) => i % 4 < 3 && i % 7 === 0)];
"""
METRICS = ("train_loss", "test_loss")


def open_dialog(page: Page, tab: str = "link") -> None:
    page.click("[data-action='share']")
    page.click(f"#tab-share-{tab}")


def link(page: Page) -> str:
    return page.find("[data-share='link']").get_property("value")  # type: ignore[return-value]


def carry(page: Page, weights: str, other_than: str = "") -> str:
    """Chooses what the link carries and returns it."""
    page.find(f"[name='link-weights'][value='{weights}']").click()
    page.wait(lambda: "state=" in link(page) and link(page) != other_than, "the link carries it")
    return link(page)


def boundary(page: Page) -> np.ndarray:
    return np.array(page.run(PIXELS), float)


def visit(page: Page, address: str) -> Page:
    """Opens a link in a tab that knows nothing of the first one."""
    page.spent = True
    page.driver.switch_to.new_window("tab")
    other = Page(page.driver, "")
    other.resize(1440, 900)
    return other.open(address)


def query(page: Page | str) -> dict[str, list[str]]:
    address = page if isinstance(page, str) else page.driver.current_url
    return parse_qs(urlsplit(address).query)


@pytest.mark.slow
def test_a_link_opens_the_very_same_run_in_another_tab(page: Page) -> None:
    a_short_state_is_in_the_link_itself(page)
    choose_own(page)
    page.play()
    page.wait(lambda: page.step > 200, "it has learned something")
    page.pause()
    step, shown, picture = page.step, [page.metric(name) for name in METRICS], boundary(page)
    open_dialog(page)
    page.wait(lambda: "state=" in link(page), "points come along unasked")
    stored = carry(page, "now", link(page))
    assert len(stored) < 100, "500 points are too long for a link, so the server keeps them"
    assert not page.find(".qr-code").is_displayed(), "no phone can open a loopback address"
    assert "HOST=0.0.0.0" in page.text(".share-reach")

    other = visit(page, stored)
    assert other.step == step
    assert [other.metric(name) for name in METRICS] == pytest.approx(shown, abs=2e-3)
    assert np.abs(boundary(other) - picture).mean() < 0.5
    assert other.find("[data-dataset='points']").get_attribute("aria-checked") == "true"
    assert not other.notice
    assert query(other)["state"] == query(stored)["state"]
    entries = other.run("return history.length")
    other.edited(lambda: other.click("[data-add='0']"))
    other.wait(lambda: "state" not in query(other), "the address claims the weights no longer")
    other.play()
    other.pause()
    other.reload()
    assert other.step > step, "a reload keeps the run"
    assert other.run("return history.length") == entries


def a_short_state_is_in_the_link_itself(page: Page) -> None:
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: page.step == 25, "an epoch")
    shown = boundary(page)
    open_dialog(page)
    page.wait(lambda: link(page), "the link is there")
    assert "state" not in link(page)
    carried = carry(page, "now")
    assert 100 < len(carried) < 200
    page.find("[data-path='link-short']").click()
    page.wait(lambda: link(page) != carried, "the server keeps it")
    assert len(link(page)) < 60
    page.find("[name='link-weights'][value='initial']").click()
    page.wait(lambda: "state" not in link(page), "the seed draws the initial ones")
    page.press("\ue00c")
    here = page.driver.current_window_handle
    other = visit(page, carried)
    assert other.step == 25
    assert np.abs(boundary(other) - shown).mean() < 0.5
    page.driver.close()
    page.driver.switch_to.window(here)


@pytest.mark.parametrize(
    ("search", "text"),
    [
        ("state=aaaaaaaaaaaaaaaa", "no longer has"),
        at_night("v=1&data=xor&state=eNpjYGBgAAAABAAB", "damaged"),
        at_night("state=AAAA.1", "damaged"),
        at_night("state=AAAA.2", "newer version"),
        at_night("state=<script>", "damaged"),
        at_night("state=AAAA.1&state=AAAA.1", "damaged"),
    ],
)
def test_a_link_that_carries_nonsense_opens_the_default(tab: Page, search: str, text: str) -> None:
    tab.allowed += ["404 (NOT FOUND)", "400 (BAD REQUEST)"]
    tab.open(f"/?{search}")
    tab.wait(lambda: text in tab.notice, "the page says so")
    assert tab.step == 0
    assert tab.find("[data-dataset='circle']").get_attribute("aria-checked") == "true"
    tab.wait(lambda: not query(tab), "the address is that of the default")


@pytest.mark.slow
def test_the_dialog_hands_out_links_embeds_and_code(page: Page, tmp_path: Path) -> None:
    it_copies_and_gives_the_focus_back(page)
    the_embed_that_is_chosen_is_the_one_that_is_seen(page)
    page.press("\ue00c")
    the_run_is_handed_out_as_code(page, tmp_path)
    page.click("#tab-share-embed")
    the_dialog_and_its_preview_grow_with_the_window(page)


def it_copies_and_gives_the_focus_back(page: Page) -> None:
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.tab_to("[data-action='share']")
    page.press("\n")
    page.wait(lambda: link(page).endswith("/?v=1&data=xor"), "the link is there")
    page.run("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.tab_to("[data-action='copy']")
    page.press("\n")
    page.wait(lambda: page.text("[data-action='copy']") == "Copied", "without https, too")
    page.run("document.execCommand = () => false")
    page.tab_to("[data-action='copy']")
    page.press("\n")
    page.wait(lambda: "Selected" in page.text(".copy-said"), "it says what to do")
    assert page.run("return String(getSelection())") == link(page)
    page.press("\ue00c")
    assert page.run("return document.activeElement.dataset.action") == "share"
    assert not page.find_all(".share-dialog")


def snippet(page: Page, kind: str) -> str:
    page.find(f"[name='embed-kind'][value='{kind}']").click()
    return page.find("[data-share='snippet']").get_property("value")  # type: ignore[return-value]


def the_embed_that_is_chosen_is_the_one_that_is_seen(page: Page) -> None:
    open_dialog(page, "embed")
    page.click("[data-path='embed-panels-network']")
    page.click("[data-path='embed-controls-step']")
    page.click("[name='embed-theme'][value='dark']")
    height = page.find("[data-path='embed-height']")
    choice = Select(page.find("[data-path='embed-format']"))
    sizes = {"wideHalf": ("640", "720"), "narrow": ("960", "720"), "sheet": ("1123", "794"),
             "wide": ("1280", "720"), "page": ("960", "540")}  # fmt: skip
    for name, (wide, high) in sizes.items():
        choice.select_by_value(name)
        assert f'width="{wide}" height="{high}"' in snippet(page, "html")
        assert height.get_property("value") == high
    height.clear()
    height.send_keys("300")
    assert choice.first_selected_option.get_attribute("value") == "own"
    page.find("[data-path='embed-epochs']").send_keys("5")
    title = page.find("[data-path='embed-title']")
    title.clear()
    title.send_keys('"XOR" <2>')
    page.find("[name='embed-weights'][value='now']").click()
    page.wait(lambda: "state=" in snippet(page, "link"), "the link carries the weights")
    address = snippet(page, "link")
    said = {word: value for word, [value] in query(address).items()}
    assert urlsplit(address).path == "/embed"
    assert said.pop("state").endswith(".1")
    assert said == {
        "v": "1", "data": "xor", "panels": "boundary,loss", "controls": "play,step,reset",
        "theme": "dark", "epochs": "5",
    }  # fmt: skip
    code = snippet(page, "html")
    made = page.run(
        """const box = document.createElement("template");
           box.innerHTML = arguments[0];
           const [frame] = box.content.children;
           const names = ["src", "title", "width", "height", "loading"];
           return [box.content.childNodes.length, ...names.map((name) => frame.getAttribute(name))]
        """,
        code,
    )
    assert made == [1, address, '"XOR" <2>', "960", "300", "lazy"]

    page.driver.switch_to.frame(page.find(".preview-frame"))
    page.wait(lambda: page.run("return location.href") == address, "the preview is that embed")
    page.wait(lambda: page.frames > 0, "it is alive")
    assert len(page.find_all(".embed-panel")) == 2
    assert not page.notice
    page.driver.switch_to.default_content()


def the_run_is_handed_out_as_code(page: Page, tmp_path: Path) -> None:
    def shown() -> str:
        return page.find("[data-share='source']").get_property("value")  # type: ignore[return-value]

    open_dialog(page, "code")
    for name, line in {"keras_functional": "keras.Model(", "pytorch": "import torch"}.items():
        page.choose("code-source", name)
        page.wait(lambda line=line: line in shown(), f"the source of {name}")
    assert "base64" not in shown()
    page.find("[name='code-weights'][value='inline']").click()
    page.wait(lambda: "base64" in shown(), "the weights are in it")
    compile(shown(), "source", "exec")
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.click("[data-action='saveCode']")
    saved = page.wait(lambda: next(tmp_path.glob("*.zip"), None), "it is saved")
    with zipfile.ZipFile(saved) as archive:
        files = {Path(name).name: archive.read(name).decode() for name in archive.namelist()}
    assert set(files) == {"livenet_pytorch.py", "points.csv"}
    assert files["livenet_pytorch.py"].strip() == shown().strip()


def the_dialog_and_its_preview_grow_with_the_window(page: Page) -> None:
    seen = []
    for width, height in ((360, 700), (1440, 900), (1920, 1080)):
        page.resize(width, height)
        seen.append(page.wait(lambda: fits(page), f"all is inside at {width} x {height}"))
    assert seen[0] < seen[1] < seen[2], "the preview is larger where there is more room"
    assert seen[2] > 680


def fits(page: Page) -> float:
    """The width of the preview, or 0 where something leaves the dialog."""
    return page.run(
        """const dialog = document.querySelector(".share-dialog");
           const { left, right, top, bottom } = dialog.getBoundingClientRect();
           const body = dialog.querySelector(".share-body");
           const frame = dialog.querySelector(".preview-frame").getBoundingClientRect();
           const box = dialog.querySelector(".preview").getBoundingClientRect();
           const whole = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight
             && body.scrollWidth <= body.clientWidth && frame.right <= box.right + 3
             && frame.bottom <= box.bottom + 3;
           return whole ? frame.width : 0;"""
    )


@pytest.mark.slow
def test_a_link_for_phones_names_the_machine_on_its_network(tab: Page) -> None:
    """Such a link can be opened, and read as a QR code; without a network there is none."""
    with LiveServer(HOST="0.0.0.0", LIVENET_MAX_FPS=FEW_FPS) as server:
        port = server.url.rsplit(":", 1)[1]
        page = Page(tab.driver, f"http://127.0.0.1:{port}")
        page.open("/?data=xor")
        open_dialog(page)
        page.wait(lambda: "127.0.0.1" in page.text(".share-reach"), "it says for whom it is")
        found = find_network_addresses()
        assert urlsplit(link(page)).hostname == (found[0] if found else "127.0.0.1")
        if found:
            page.wait(lambda: page.find(".qr-code").is_displayed(), "there is a QR code")
            with urllib.request.urlopen(link(page), timeout=30) as answer:
                assert answer.status == 200
            page.find("[name='link-reach'][value*='127.0.0.1']").click()
            page.wait(lambda: "127.0.0.1" in link(page), "for this machine")
        page.wait(lambda: not page.find(".qr-code").is_displayed(), "which no phone opens")
        page.driver.get("about:blank")
