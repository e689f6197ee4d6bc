"""Pictures as the page saves them: opened, measured, and compared with what is seen."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.page import Page

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"
TITLE = "#1: <Circle> & co"


def save(page: Page, action: str, folder: Path, suffix: str) -> Path:
    """Clicks and waits for the whole file."""
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    page.click(f"[data-action='{action}']")
    return page.wait(lambda: sorted(folder.glob(f"*.{suffix}")), f"a {suffix} file")[0]


@pytest.fixture
def tab(tab: Page) -> Page:
    """The picture tab over a run of six epochs, with a title of one's own."""
    page = tab.open()
    for _ in range(6):
        before = page.step
        page.click("[data-action='oneEpoch']")
        page.wait(lambda before=before: page.step == before + 25, "one epoch more")
    page.click("[data-action='share']")
    page.click("#tab-share-picture")
    page.wait(lambda: page.find(".picture-preview").get_attribute("data-turn"), "a picture")
    return page


def drawn(page: Page, path: str, value: str) -> None:
    """Chooses or writes something and waits for the picture that shows it."""
    before = page.find(".picture-preview").get_attribute("data-turn")
    control = page.control(path)
    if control.tag_name == "select":
        page.choose(path, value)
    else:
        control.clear()
        control.send_keys(value)
    shown = page.wait(
        lambda: page.find(".picture-preview").get_attribute("data-turn") != before, "another one"
    )
    assert shown


def test_pictures_are_what_the_page_shows(tab: Page, tmp_path: Path) -> None:
    page = tab
    the_run_so_far_moves(page, tmp_path)
    assert page.control("picture.title").get_attribute("value") == "Circle, 4 – 2 units, Tanh"
    caption = page.control("picture.caption").get_attribute("value") or ""
    assert caption.startswith("Epoch 6, test accuracy ")
    drawn(page, "picture.title", TITLE)
    page.wait(lambda: TITLE in (page.find(".picture-preview").get_attribute("alt") or ""), "it")
    drawn(page, "picture.size", "1600x900")
    root = ET.parse(save(page, "saveSvg", tmp_path, "svg")).getroot()
    assert (root.get("width"), root.get("height")) == ("1600", "900")
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert {TITLE, caption, "Layer 1", "x₁", "4 · Tanh", "update", "Train"} <= set(texts)
    assert len(root.findall(f".//{SVG}g[@class='links']/{SVG}path")) > 3
    assert not [one for one in root.iter() if one.tag.endswith(("script", "foreignObject"))]
    links = [v for one in root.iter() for k, v in one.items() if k.endswith("href")]
    assert links
    assert all(link.startswith(("data:image/png", "#")) for link in links), "it stands for itself"

    # The map of the saved picture has the pixels of the page's canvas.
    drawn(page, "picture.motif", "boundary")
    png = save(page, "savePng", tmp_path, "png")
    assert png.name == "livenet-circle-epoch6.png"
    shares = [(0.02, 0.02), (0.98, 0.02), (0.02, 0.98), (0.98, 0.98)]
    shown = page.run("return document.querySelector('.plane-map').toDataURL()").partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(shown))) as canvas:
        ends = [side - 1 for side in canvas.size]
        places = [(round(x * ends[0]), round(y * ends[1])) for x, y in shares]
        wanted = [canvas.convert("RGB").getpixel(place) for place in places]
    for old in tmp_path.glob("*.svg"):
        old.unlink()
    root = ET.parse(save(page, "saveSvg", tmp_path, "svg")).getroot()
    image = next(one for one in root.iter(f"{SVG}image") if one.get("class") == "map")
    x, y, width, height = (float(image.get(key, "")) for key in ("x", "y", "width", "height"))
    with Image.open(png) as opened:
        assert opened.size == (1600, 900)
        scale = 900 / 500
        for (across, down), colour in zip(shares, wanted, strict=True):
            at = (int((x + across * width) * scale), int((y + down * height) * scale))
            found = opened.convert("RGB").getpixel(at)
            assert isinstance(found, tuple)
            assert isinstance(colour, tuple)
            assert max(abs(a - b) for a, b in zip(found, colour, strict=True)) <= 6, (at, found)
    drawn(page, "picture.theme", "dark")
    for old in tmp_path.glob("*.png"):
        old.unlink()
    with Image.open(save(page, "savePng", tmp_path, "png")) as dark:
        assert dark.convert("RGB").getpixel((5, 5)) == (23, 30, 38)


def the_run_so_far_moves(page: Page, tmp_path: Path) -> None:
    page.choose("animation.width", "480")
    file = save(page, "animate", tmp_path, "gif")
    assert file.name == "livenet-circle.gif"
    with Image.open(file) as image:
        assert (image.format, image.n_frames, image.size) == ("GIF", 7, (480, 270))  # type: ignore[attr-defined]
        seen = set()
        for i in range(7):
            image.seek(i)
            seen.add(image.convert("RGB").tobytes())
    assert len(seen) == 7
    page.wait(lambda: page.find("[data-action='animate']").is_displayed(), "another may be made")
