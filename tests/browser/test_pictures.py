"""The pictures of the documentation, made of the real page: `pytest --pictures`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.page import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "img"
SIZES = {"playground": (1440, 900, False), "phone": (360, 740, True)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", list(SIZES))
def test_picture_of_the_playground(tab: Page, name: str, scheme: str) -> None:
    width, height, mobile = SIZES[name]
    tab.resize(width, height, mobile)
    tab.prefer(prefers_color_scheme=scheme)
    page = tab.open()
    page.choose("preset", "spiral")
    page.wait(lambda: page.units == [8, 8, 8], "the preset is there")
    page.play()
    page.wait(lambda: page.metric("test_accuracy") >= 97, "the spiral is learned")
    page.pause()
    page.wait(lambda: page.find_all("#panel-loss .xtick"), "the curves are drawn")
    page.run("document.activeElement.blur()")
    suffix = "-dark" if scheme == "dark" else ""
    FOLDER.mkdir(parents=True, exist_ok=True)
    assert page.driver.save_screenshot(str(FOLDER / f"{name}{suffix}.png"))
