"""Pictures of the views that look inside: their texts, charts and numbers, as files."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.axe import check_themes
from tests.browser.page import Page

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def trained(tab: Page) -> Page:
    page = tab.open("/?v=1&data=circle&layers=4:tanh*2&optimizer=adam&rate=0.01")
    for _ in range(3):
        before = page.step
        page.click("[data-action='oneEpoch']")
        page.wait(lambda before=before: page.step == before + 25, "one epoch more")
    return page


def save(page: Page, root: str, folder: Path, suffix: str = "svg") -> bytes:
    """The file of the view in an element."""
    folder.mkdir(exist_ok=True)
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    page.run(f"document.querySelector(\"{root} [data-action='savePicture-{suffix}']\").click()")
    file = page.wait(lambda: sorted(folder.glob(f"*.{suffix}")), f"a {suffix} file")[0]
    content = page.wait(file.read_bytes, "its content")
    file.unlink()
    return content


def read_texts(content: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(content).iter(f"{SVG}text")]


def close(page: Page) -> None:
    page.run("document.querySelector('dialog').close()")
    page.until("!document.querySelector('dialog')", "it is closed")


def test_dialogs_are_saved_with_what_they_show(trained: Page, tmp_path: Path) -> None:
    """Their words, and no control; the landscape as a chart of Plotly, its axes as vectors."""
    page = trained
    page.click("[data-action='landscape']")
    page.until("document.querySelector('.landscape-plot .main-svg')", "the landscape")
    words = page.text(".landscape-words p")
    root = ".view-dialog"
    content = save(page, root, tmp_path)
    texts = read_texts(content)
    assert texts[0] == "Loss landscape"
    assert words in " ".join(texts)
    assert texts[-1].startswith("Circle, 2 layers of 4, Tanh · Epoch 3, test accuracy")
    assert not {"PNG", "SVG", "Epoch", "Plane"} & set(texts)
    assert content.count(b"<path") > 20
    image = Image.open(io.BytesIO(save(page, root, tmp_path, "png")))
    assert max(image.size) == 1920
    assert len(set(image.convert("L").resize((64, 64)).tobytes())) > 20
    check_themes(page, "a view with its picture", ".view-dialog")
    close(page)
    page.click("#tab-score")
    page.click("[data-action='classes']")
    page.until("document.querySelector('.classes-matrix tbody td')", "the matrix")
    cells = page.run(
        "return [...document.querySelectorAll('.classes-matrix td')].map((td) => td.innerText)"
    )
    texts = read_texts(save(page, root, tmp_path))
    assert set(cells) <= set(texts)
    close(page)


def test_panels_are_saved_with_their_numbers(trained: Page, tmp_path: Path) -> None:
    page = trained
    page.click("#tab-flow")
    page.wait(lambda: page.text(".flow-words"), "the gradients")
    rows = page.run(
        "return [...document.querySelectorAll('.flow-table td')].map((td) => td.innerText.trim())"
    )
    texts = read_texts(save(page, "#panel-flow", tmp_path))
    assert {row for row in rows if row} <= set(texts)
    page.tile(1, 0).click()
    page.until("document.querySelector(\"[data-action='switchUnit']\").checkVisibility()", "it")
    page.run("document.querySelector(\"[data-action='switchUnit']\").click()")
    page.until("document.querySelector('.ablation-panel tbody td').innerText", "the comparison")
    content = save(page, ".ablation-panel", tmp_path)
    assert "Layer 1, unit 1" in read_texts(content)
    assert content.count(b"data:image/png") == 2
    page.click("[data-action='restoreAblation']")
    page.click("[data-action='openStep']")
    page.until("document.querySelector('.step-formulas').innerText", "the formulas")
    content = save(page, ".step-panel", tmp_path)
    assert any(text.startswith("x₁") for text in read_texts(content))
    page.click("[data-action='closeStep']")
    page.until("document.querySelector('.tile.idle')", "the heads are built anew")
    page.click("[data-menu='0']")
    page.click("[data-action='showSpace']")
    page.until("document.querySelector('.space-words').innerText", "the spaces")
    content = save(page, ".spaces", tmp_path)
    # Small pictures of inputs, two layers and output, and the large one.
    assert content.count(b"data:image/png") == 5
