"""A map in the browser: its networks train together, one is opened, a box is zoomed into."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.axe import check_themes
from tests.browser.finger import Finger
from tests.browser.page import Page

#: Four rates, and networks of two sizes.
SMALL = "map=rate:0.01:1:4:log,units:2:3:2"
#: The map has been painted, as its canvas tells.
PAINTED = """(() => {
  const canvas = document.querySelector(".map-canvas");
  const wall = document.querySelector(".map-wall");
  return wall?.checkVisibility() && canvas.width > 50
    && !document.querySelector(".map-look.waiting");
})()"""
#: The train loss of the cell that is shown large.
LOSS = ".map-cell .metric-value"
#: Colours of a canvas that differ.
COLOURS = """const canvas = document.querySelector(arguments[0]);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;"""


def painted(page: Page) -> None:
    page.until(PAINTED, "the map is painted")


def at_epoch(page: Page, least: int) -> None:
    """Waits until the clock, which is that of the map, shows so many epochs."""
    page.until(
        "+document.querySelector('.epoch-value').textContent >= arguments[0]", "epochs", least
    )


def test_a_network_of_a_map_is_opened_by_keyboard(tab: Page) -> None:
    page = tab.open(f"/?{SMALL}")
    painted(page)
    assert page.text(".map-about").startswith("8 networks")
    page.tab_to(".map-wall")
    page.press(Keys.SPACE)
    at_epoch(page, 2)
    page.press(Keys.SPACE)
    page.until("!document.querySelector('.play').classList.contains('running')", "it pauses")
    # The first key looks at the first cell.
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_UP):
        page.press(key)
    said = "Learning rate 0.215 · Units per layer 3: Train loss"
    page.wait(lambda: page.text("#map-cell").startswith(said), "the cell is said")
    assert page.text(".map-name") == "Learning rate 0.215 · Units per layer 3"
    # The map may train one epoch more before it hears of the pause.
    epoch = int(page.text(".epoch-value"))
    page.press(Keys.ENTER)
    page.wait(lambda: page.value("optimizer.learning_rate") == "0.215443", "it is opened")
    page.until("document.querySelector('.stage-scroll').checkVisibility()", "the network is shown")
    page.wait(lambda: page.units == [3, 3], "its layers")
    page.until(
        "livenet.step === 25 * document.querySelector('.epoch-value').textContent",
        "a frame of it, at the end of an epoch",
    )
    assert int(page.text(".epoch-value")) >= epoch
    assert "map=" not in page.run("return location.search")
    page.click("[data-action='undo']")
    page.wait(lambda: page.value("optimizer.learning_rate") == "0.03", "it is undone")
    page.wait(lambda: page.text(".epoch-value") == "0", "and so are its epochs")


@pytest.mark.slow
def test_a_box_is_zoomed_into_and_out_again(page: Page) -> None:
    page.click("[data-action='showMap']")
    painted(page)
    page.wait(
        lambda: "map=rate:0.001:3:16:log,units:1:16:16" in page.run("return location.search"),
        "the address",
    )
    first = page.run("return location.search")
    wall = page.find(".map-wall")
    width, height = wall.size["width"], wall.size["height"]
    drag = ActionChains(page.driver)
    drag.move_to_element_with_offset(wall, -width // 4, -height // 4).click_and_hold()
    drag.move_by_offset(width // 2, height // 2).release().perform()
    page.wait(lambda: page.text(".map-about").startswith("128 networks"), "the part of the box")
    low, high = (
        float(part) for part in page.run("return location.search").split("rate:")[1].split(":")[:2]
    )
    # A quarter of the axis is left out at each end, half a cell nearer than its cells' middles.
    assert low == pytest.approx(0.001 * 3000 ** ((4 - 0.25) / 15), rel=0.1)
    assert high == pytest.approx(0.001 * 3000 ** ((11 + 0.25) / 15), rel=0.1)
    page.tab_to(".map-wall")
    page.press("-")
    page.wait(lambda: page.text(".map-about").startswith("256 networks"), "the whole again")
    page.wait(lambda: page.run("return location.search") == first, "its address")
    page.press(Keys.ARROW_RIGHT, "+")
    page.wait(lambda: page.text(".map-about").startswith("128 networks"), "the part around a cell")
    page.press(Keys.ESCAPE)
    page.until("document.querySelector('.stage-scroll').checkVisibility()", "the network is shown")
    page.wait(lambda: "map=" not in page.run("return location.search"), "it is told no longer")
    page.until("document.activeElement.dataset.action === 'showMap'", "the way back has the focus")


@pytest.mark.slow
def test_cells_show_boundaries_or_numbers(tab: Page) -> None:
    page = tab.open(f"/?lang=en&{SMALL},colour:test_loss")
    painted(page)
    page.click(".play")
    at_epoch(page, 5)
    page.click(".play")
    page.allowed.append("willReadFrequently")
    # Eight cells of one colour each, and what is between them.
    page.wait(lambda: 5 <= page.run(COLOURS, ".map-canvas") <= 9, "a colour for each cell")
    assert page.find(".map-bar").is_displayed()
    page.choose("mapColour", "boundary")
    page.wait(lambda: page.run(COLOURS, ".map-canvas") > 50, "boundaries")
    assert not page.find(".map-bar").is_displayed()
    page.choose("mapSeeds", "3")
    page.wait(lambda: page.text(".map-about").startswith("24 networks"), "three seeds a cell")
    painted(page)
    page.choose("mapColour", "success")
    page.wait(lambda: page.find(".map-bar").is_displayed(), "how often they succeed")
    page.click("[data-map-preset='seeds_16']")
    page.wait(lambda: page.text(".map-about").startswith("16 networks"), "a wall of seeds")
    page.until("document.querySelector('.map-seeds').checkVisibility()", "their mean")
    page.wait(lambda: "of 16 networks" in page.text(".map-seeds"), "how many succeed")


@pytest.mark.slow
def test_an_axis_is_chosen_and_a_wrong_one_is_said(tab: Page) -> None:
    page = tab.open(f"/?{SMALL}")
    painted(page)
    page.tab_to("[data-action='mapAxis-up']")
    page.press(Keys.ENTER)
    page.choose("mapPath", "optimizer.name")
    page.wait(lambda: page.text(".map-title.up") == "Optimizer", "the other axis")
    page.wait(lambda: page.text(".map-about").startswith("40 networks"), "all optimizers")
    page.press(Keys.ESCAPE)
    page.until("document.activeElement.matches('.map-title.up')", "the focus is back")
    tab.open("/?map=rate:0.01:1:4:log,units:2:300:3")
    page.wait(lambda: page.find_all(".map-about.problem"), "it is refused")
    assert "32" in page.text(".map-about")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "mobile"), [(360, True), (1440, False), (1920, False)])
def test_a_map_fits_and_axe_finds_nothing(tab: Page, width: int, mobile: bool) -> None:
    tab.resize(width, 780 if mobile else 1000, mobile)
    for language in ("en", "ko"):
        page = tab.open(f"/?lang={language}&{SMALL},colour:test_loss")
        painted(page)
        assert page.run("return document.documentElement.scrollWidth") <= width
        inside = """const wall = document.querySelector(".map-wall").getBoundingClientRect();
          const card = document.querySelector("#network").getBoundingClientRect();
          return wall.left > card.left && wall.right < card.right && wall.width > 150;"""
        assert page.run(inside)
        check_themes(page, f"a map, {language}")
        page.tab_to(".map-title.across")
        page.press(Keys.ENTER)
        page.until("document.querySelector('.popover')", "the menu of the axis")
        check_themes(page, "the menu of an axis", ".popover")
        page.press(Keys.ESCAPE)


@pytest.mark.slow
def test_a_finger_draws_a_box(tab: Page) -> None:
    tab.resize(360, 780, True)
    page = tab.open(f"/?lang=en&{SMALL}")
    painted(page)
    wall, finger = page.find(".map-wall"), Finger(page)
    page.run("arguments[0].scrollIntoView({ block: 'center' })", wall)
    width, height = wall.size["width"], wall.size["height"]
    assert page.run("return getComputedStyle(arguments[0]).touchAction", wall) == "pan-y"
    page.run("document.querySelector('[data-action=map-box]').click()")
    assert page.run("return getComputedStyle(arguments[0]).touchAction", wall) == "none"
    finger.down(wall, -width / 4 - 5, -height / 4)
    for share in (0.3, 0.6, 1):
        finger.move(wall, (share * 0.5 - 0.25) * width, (share * 0.5 - 0.25) * height)
    finger.up()
    page.wait(lambda: SMALL not in page.run("return location.search"), "the axes are others")
    page.until("!document.querySelector('.map-wall.boxing')", "one box, and it scrolls again")


@pytest.mark.slow
def test_the_network_below_a_map_is_as_it_has_become(tab: Page) -> None:
    """It has changed while it was covered, on a page that began with the map."""
    page = tab.open(f"/?{SMALL}")
    painted(page)
    page.edited(lambda: page.click("[data-map-preset='border']"))
    page.wait(lambda: page.text(".map-about").startswith("1,024 networks"), "another map")
    page.press(Keys.TAB)
    page.click("[data-action='showNetwork']")
    page.wait(lambda: page.units == [8, 8], "its layers")
    page.until("document.querySelector('.stage').offsetWidth > 500", "it fills its card")
    page.until(
        """(() => {
          const [map, card] = [".plane-map", "#output"].map((css) =>
            document.querySelector(css).getBoundingClientRect());
          return map.width > 0.8 * card.width;
        })()""",
        "so does the output",
    )
    assert not page.find("#fault").is_displayed()


@pytest.mark.slow
def test_a_map_stands_in_a_slide(tab: Page) -> None:
    tab.resize(960, 540)
    page = tab.open(f"/embed?panels=map&controls=play,reset&{SMALL}")
    painted(page)
    page.click(".play")
    at_epoch(page, 3)
    assert page.run("return document.documentElement.scrollHeight") <= 540
    assert page.find(".map-cell").is_displayed()
    check_themes(page, "a map in a slide")


@pytest.mark.slow
def test_a_recording_plays_a_map_without_a_network(tab: Page, tmp_path: Path) -> None:
    page = tab.open(f"/?lang=en&{SMALL}")
    painted(page)
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.click("[data-action='share']")
    page.click("#tab-share-recording")
    page.click("[data-action='record']")
    at_epoch(page, 8)
    page.click(".record-sign")
    page.wait(lambda: page.find("[data-action='saveRecording']").is_displayed(), "it is made")
    assert "epochs 0 to" in page.text(".recording-status")
    page.click("[data-action='saveRecording']")
    file = page.wait(lambda: next(tmp_path.glob("*.html"), None), "the document is saved")
    page.go_offline()
    page.driver.get(file.as_uri())
    painted(page)
    assert page.text(".epoch-value") == "0"
    assert page.text(".map-about") == "8 networks, one for each pair of values."
    page.tab_to(".map-wall")
    page.press(*[Keys.ARROW_RIGHT] * 4, Keys.ARROW_UP, Keys.ENTER)
    assert page.text(".map-name") == "Learning rate 1 · Units per layer 3"
    first = page.text(LOSS)
    page.click(".play")
    page.wait(lambda: int(page.text(".epoch-value")) >= 8, "it plays")
    page.wait(lambda: page.text(LOSS) != first, "the numbers are those of the frame")
    page.wait(lambda: not page.running, "it ends by itself")
    page.allowed.append("willReadFrequently")
    page.choose("mapColour", "test_loss")
    page.wait(lambda: 5 <= page.run(COLOURS, ".map-canvas") <= 9, "a colour for each cell")
    assert not page.find_all(".map-preset")
    assert not page.find("[data-action='openCell']").is_displayed()
    check_themes(page, "a recorded map")
    page.click("[data-action='showNetwork']")
    page.until("document.querySelector('.stage-scroll').checkVisibility()", "the network is shown")
    page.click("[data-action='showMap']")
    painted(page)
