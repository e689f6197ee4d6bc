"""The network: layers, units, weights and biases, changed in place while it trains."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page


@pytest.mark.slow
def test_everything_is_changed_while_it_trains(page: Page) -> None:
    page.play()
    units_come_and_go(page)
    each_layer_has_its_own_activation_and_dropout(page)
    a_weight_is_set(page)
    a_pinned_unit_is_shown_with_its_distribution(page)
    a_layer_shows_its_hidden_space(page)
    layers_are_inserted_and_removed_anywhere(page)
    page.goes_on()
    assert page.running


def units_come_and_go(page: Page) -> None:
    page.edited(lambda: page.click("[data-add='0']"))
    page.wait(lambda: page.units == [5, 2], "a unit more in layer 1")
    page.edited(lambda: page.click("[data-drop='1']"))
    page.wait(lambda: page.units == [5, 1], "a unit less in layer 2")
    assert page.find("[data-drop='1']").get_property("disabled")
    assert len(page.find_all(".tile[data-column='1']")) == 5
    page.goes_on()


def a_layer_shows_its_hidden_space(page: Page) -> None:
    """In the place of the network, which is painted as it is by then when it comes back."""
    layers = len(page.units)
    page.click("[data-menu='0']")
    page.click("[data-action='showSpace']")
    page.wait(lambda: len(page.find_all(".space-card")) == layers + 2, "a space each")
    assert page.run("return document.activeElement.dataset.action") == "closeSpaces"
    page.wait(lambda: page.text(".space-card[aria-pressed='true']") == "Layer 1", "its own")
    page.wait(lambda: page.run(PAINTED), "all are painted")
    first = page.run("return document.querySelector('.space-large canvas').toDataURL()")
    page.wait(
        lambda: (
            page.run("return document.querySelector('.space-large canvas').toDataURL()") != first
        ),
        "it moves while it trains",
    )
    assert not page.find(".stage-scroll").is_displayed()
    page.press(Keys.ESCAPE)
    page.wait(lambda: page.find(".stage-scroll").is_displayed(), "the network is back")
    assert page.run("return document.activeElement.dataset.menu") == "0"
    assert len(page.units) == layers


#: Whether every picture of a space has something on it.
PAINTED = """return [...document.querySelectorAll(".space-canvas")].every((canvas) =>
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean))"""


def each_layer_has_its_own_activation_and_dropout(page: Page) -> None:
    page.edited(lambda: page.choose("layers.0.activation", "leaky_relu"))
    assert page.control("activation").get_property("value") == "mixed"
    page.click("[data-menu='0']")
    for path in ("layers.dropout", "layers.negative_slope"):
        page.edited(lambda path=path: page.control(path).send_keys(Keys.ARROW_RIGHT))
    assert page.value("layers.dropout") == "0.05"
    assert page.value("layers.negative_slope") == "0.11"
    page.press(Keys.ESCAPE)
    assert not page.find_all(".popover")
    page.edited(lambda: page.choose("activation", "tanh"))
    assert page.control("layers.0.activation").get_property("value") == "tanh"


def a_weight_is_set(page: Page) -> None:
    page.click(".unit:has(.tile[data-column='2'][data-row='0']) .bias")
    box = page.control("weight.value")
    page.edited(lambda: box.send_keys(Keys.ARROW_UP))
    box.send_keys(Keys.ENTER)


def a_pinned_unit_is_shown_with_its_distribution(page: Page) -> None:
    page.tile(1, 1).click()
    assert page.tile(1, 1).get_attribute("aria-pressed") == "true"
    page.wait(lambda: page.find(".unit-histogram .bars").is_displayed(), "the histogram is drawn")
    assert page.text(".unit-title") == "Layer 1, unit 2 · Tanh"
    counted = page.run(
        """return document.querySelector(".unit-histogram").data
             .map((trace) => trace.y.reduce((a, b) => a + b, 0))"""
    )
    assert counted == [250, 250]
    ticks = page.run("return document.querySelectorAll('.unit-map .xtick').length")
    assert ticks >= 3
    page.hover(page.tile(1, 0))
    page.edited(lambda: page.click(".unit:has(.tile[data-column='1'][data-row='0']) .remove"))
    assert page.tile(1, 0).get_attribute("aria-pressed") == "true"
    page.click("[data-action='unpin']")
    assert not page.find_all(".tile[data-role='hidden'][aria-pressed='true']")


def layers_are_inserted_and_removed_anywhere(page: Page) -> None:
    page.edited(lambda: page.click("[data-insert='0']"))
    page.wait(lambda: len(page.units) == 3, "a layer in front")
    page.edited(lambda: page.click("[data-insert='3']"))
    page.wait(lambda: len(page.units) == 4, "a layer at the end")
    page.edited(lambda: page.click("[data-insert='2']"))
    page.wait(lambda: len(page.units) == 5, "a layer in between")
    for left in (4, 3, 2, 1, 0):
        page.click("[data-menu='0']")
        page.edited(lambda: page.click("[data-action='removeLayer']"))
        page.wait(lambda left=left: len(page.units) == left, "a layer goes")
    assert len(page.find_all(".tile[data-role='output']")) == 1


def test_units_and_weights_are_read_and_set_by_pointer(page: Page) -> None:
    a_hovered_unit_is_shown_large(page)
    a_unit_that_was_hovered_is_shown_when_it_is_pinned(page)
    a_weight_is_read_by_hovering_and_set_by_clicking(page)
    the_bias_of_the_output_can_be_read_and_set(page)
    exactly_the_removed_unit_goes(page)
    removing_a_layer_in_front_keeps_the_rest(page)


def a_hovered_unit_is_shown_large(page: Page) -> None:
    def picture() -> str:
        return page.run("return document.querySelector('.plane-map').toDataURL()")

    output = picture()
    for column, row, name in ((1, 2, "Layer 1, unit 3"), (0, 1, "x₂")):
        page.hover(page.tile(column, row))
        page.wait(lambda name=name: page.text("#output-title") == name, "its name is shown")
        page.wait(lambda: picture() != output, "its map is shown")
        assert page.find(".lens").is_displayed()
    page.hover(page.find("#data-title"))
    page.wait(lambda: picture() == output, "the output is back")
    assert page.text("#output-title") == "Output"


def a_unit_that_was_hovered_is_shown_when_it_is_pinned(page: Page) -> None:
    """Paused, its map and values have come by then, so the click asks the server for nothing."""
    page.hover(page.tile(1, 1))
    page.wait(lambda: page.text("#output-title") == "Layer 1, unit 2", "it is shown large")
    page.settle()
    page.tile(1, 1).click()
    page.wait(lambda: page.find(".unit-histogram .bars").is_displayed(), "the histogram is drawn")
    painted = """const map = document.querySelector(".unit-map .plane-map");
        const copy = new OffscreenCanvas(map.width, map.height).getContext("2d");
        copy.drawImage(map, 0, 0);
        const { data } = copy.getImageData(0, 0, map.width, map.height);
        return new Set(new Uint32Array(data.buffer)).size;"""
    page.wait(lambda: page.run(painted) > 20, "its map is painted")
    page.click("[data-action='unpin']")


def middle_of_first_link(page: Page) -> tuple[int, int]:
    """The middle of the curve from x1 to the first unit, from the middle of its tile."""
    start, end = page.tile(0, 0).rect, page.tile(1, 0).rect
    return (end["x"] - start["x"]) // 2, (end["y"] - start["y"]) // 2


def a_weight_is_read_by_hovering_and_set_by_clicking(page: Page) -> None:
    x, y = middle_of_first_link(page)
    page.hover(page.tile(0, 0), x, y)
    page.wait(lambda: page.tooltip.startswith("x₁ → Layer 1, unit 1\n"), "the weight is told")
    ActionChains(page.driver).click().perform()
    box = page.control("weight.value")
    assert page.control("weight.from").get_property("value") == "0"
    box.send_keys(Keys.CONTROL, "a")
    page.edited(lambda: box.send_keys("-2.5"))
    page.choose("weight.from", "bias")
    assert box.get_property("value") == "0.000"
    page.press(Keys.ESCAPE)
    page.hover(page.tile(0, 1))
    page.hover(page.tile(0, 0), x, y)
    page.wait(lambda: page.tooltip.endswith("\n−2.500"), "the new weight is told")


def the_bias_of_the_output_can_be_read_and_set(page: Page) -> None:
    page.click(".unit:has(.tile[data-role='output']) .bias")
    box = page.control("weight.value")
    box.send_keys(Keys.CONTROL, "a")
    page.edited(lambda: box.send_keys("1.5"))
    box.send_keys(Keys.ENTER)
    page.hover(page.tile(0, 0))
    page.hover(page.find(".unit:has(.tile[data-role='output']) .bias"))
    page.wait(lambda: page.tooltip == "bias of Output\n1.500", "the bias is told")


def exactly_the_removed_unit_goes(page: Page) -> None:
    def incoming(unit: int) -> str:
        """The readout of the bias of a unit of layer 1 after setting it."""
        page.hover(page.find(f".unit:has(.tile[data-column='1'][data-row='{unit}']) .bias"))
        page.wait(lambda: page.tooltip, "the bias is told")
        return page.tooltip.split("\n")[1]

    for unit, value in enumerate(("1", "2", "3", "4")):
        page.click(f".unit:has(.tile[data-column='1'][data-row='{unit}']) .bias")
        box = page.control("weight.value")
        box.send_keys(Keys.CONTROL, "a")
        page.edited(lambda box=box, value=value: box.send_keys(value))
        box.send_keys(Keys.ENTER)
    page.hover(page.tile(1, 1))
    page.edited(lambda: page.click(".unit:has(.tile[data-column='1'][data-row='1']) .remove"))
    assert page.units == [3, 2]
    assert [incoming(unit) for unit in range(3)] == ["1.000", "3.000", "4.000"]


def removing_a_layer_in_front_keeps_the_rest(page: Page) -> None:
    page.edited(lambda: page.choose("layers.1.activation", "relu"))
    page.click("[data-menu='0']")
    page.edited(lambda: page.click("[data-action='removeLayer']"))
    assert page.units == [2]
    assert page.control("layers.0.activation").get_property("value") == "relu"


# What the quiet line says of a frame is tested in tests/page, and that what it offers has been
# tried and is applied, in test_advice.


def follow_advice(page: Page) -> str:
    """Waits until changes have been tried, takes the one that is offered, and returns its value."""
    page.wait(lambda: page.find("[data-action='tryIt']").is_displayed(), "something is offered")
    tried = page.find(".observation").get_attribute("data-tried")
    assert tried, "what is offered has been tried"
    page.edited(lambda: page.click("[data-action='tryIt']"))
    return tried


@pytest.mark.nightly
def test_a_dead_unit_is_noticed_and_the_advice_followed(page: Page) -> None:
    page.edited(lambda: page.choose("activation", "relu"))
    page.click(".unit:has(.tile[data-column='1'][data-row='2']) .bias")
    box = page.control("weight.value")
    box.send_keys(Keys.CONTROL, "a")
    page.edited(lambda: box.send_keys("-100"))
    box.send_keys(Keys.ENTER)
    page.play()
    page.wait(
        lambda: "Layer 1, unit 3 is nearly dead" in page.text(".observation"),
        "the dead unit is noticed",
    )
    tried = follow_advice(page)
    assert page.control("layers.0.activation").get_property("value") == tried
    page.goes_on()


@pytest.mark.nightly
def test_the_step_activation_is_explained(page: Page) -> None:
    page.edited(lambda: page.choose("layers.1.activation", "step"))
    page.wait(lambda: "Layer 2 answers in steps" in page.text(".observation"), "it is explained")
    tried = follow_advice(page)
    assert page.control("layers.1.activation").get_property("value") == tried


@pytest.mark.nightly
def test_a_network_without_a_hidden_layer_is_told_its_limit(page: Page) -> None:
    for left in (1, 0):
        page.click("[data-menu='0']")
        page.edited(lambda: page.click("[data-action='removeLayer']"))
        page.wait(lambda left=left: len(page.units) == left, "a layer goes")
    page.play()
    page.wait(lambda: "is a straight line" in page.text(".observation"), "it is told")
    tried = follow_advice(page)
    page.wait(lambda: page.units == [int(tried)], "a layer comes")
    page.goes_on()


@pytest.mark.slow
def test_each_piece_of_a_maxout_unit_has_links_and_numbers(page: Page) -> None:
    """From ReLU on, whose function it keeps: all that leads to the second pieces is 0."""
    page.edited(lambda: page.choose("layers.0.activation", "relu"))
    before = page.metric("test_loss")
    page.edited(lambda: page.choose("layers.0.activation", "maxout"))
    assert page.metric("test_loss") == before
    page.tile(1, 1).send_keys("e")
    chosen = page.control("weight.from")
    names = [option.text for option in chosen.find_elements("css selector", "option")]
    assert names == [
        f"{source}, piece {piece}" for piece in (1, 2) for source in ("x₁", "x₂", "bias")
    ]
    page.choose("weight.from", "0 5")
    box = page.control("weight.value")
    assert box.get_property("value") == "0.000"
    box.send_keys(Keys.CONTROL, "a")
    page.edited(lambda: box.send_keys("1.5"))
    box.send_keys(Keys.ENTER)
    page.edited(lambda: page.click("[data-action='undo']"))
    page.edited(lambda: page.click("[data-action='redo']"))
    page.tile(1, 1).send_keys("e")
    page.choose("weight.from", "0 5")
    assert page.control("weight.value").get_property("value") == "1.500"
    page.press(Keys.ESCAPE)
    page.hover(page.find(".unit:has(.tile[data-column='1'][data-row='1']) .bias"))
    page.wait(lambda: "bias of Layer 1, unit 2, piece 2\n" in page.tooltip, "both biases are told")


@pytest.mark.slow
def test_the_largest_network_stays_inside_its_card(tab: Page) -> None:
    page = tab.open("/?v=1&layers=32*7")
    page.edited(lambda: page.click("[data-insert='2']"))
    assert len(page.units) == 8
    assert not any(button.is_displayed() for button in page.find_all(".insert")), "8 are the most"
    page.run(
        """const add = () => document.querySelector("[data-add='2']").click();
           for (let i = 0; i < arguments[0]; i += 1) add();""",
        32 - page.units[2],
    )
    page.wait(lambda: page.units == [32] * 8, "32 units")
    assert len(page.find_all(".tile[data-role='hidden']")) == 256
    card = page.find("#network").rect
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    assert card["height"] < 900
    page.play()
    page.goes_on()
    page.pause()
    last = page.find(".tile[data-column='8'][data-row='31']")
    page.run("arguments[0].scrollIntoView({block: 'nearest', inline: 'nearest'})", last)
    last.click()
    page.wait(lambda: "Layer 8, unit 32" in page.text(".unit-title"), "the last unit is pinned")
