"""The embed by itself: its address, its size, and what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.axe import check
from tests.browser.page import Page
from tests.sizes import at_night

PANELS = [
    "boundary", "network", "loss", "unit", "data", "metrics", "legend", "landscape", "step",
    "spaces", "gradients", "race",
]  # fmt: skip

BOXES = """
    const inside = (box) => box.left >= -0.5 && box.top >= -0.5
      && box.right <= innerWidth + 0.5 && box.bottom <= innerHeight + 0.5;
    const panels = [...document.querySelectorAll(".embed-panel:not([hidden])")];
    const boxes = panels.map((panel) => panel.getBoundingClientRect());
    const apart = boxes.every((a, i) => boxes.slice(i + 1).every((b) => a.right <= b.left + 0.5
      || b.right <= a.left + 0.5 || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5));
    const map = document.querySelector(".plane-map").getBoundingClientRect();
    const { scrollWidth, scrollHeight } = document.documentElement;
    const stage = document.querySelector(".stage-scroll");
    return {
      names: panels.map((panel) => panel.dataset.panel), apart,
      inside: [...boxes, map, ...[...document.querySelectorAll(".embed-bar, .play, .embed-link")]
        .map((one) => one.getBoundingClientRect())].every(inside),
      map: Math.min(map.width, map.height), square: Math.abs(map.width - map.height),
      scrolls: scrollWidth > innerWidth || scrollHeight > innerHeight,
      network: !stage || stage.clientWidth === 0 || (stage.scrollWidth <= stage.clientWidth
        && stage.scrollHeight <= stage.clientHeight),
    };
"""


@pytest.mark.slow
def test_it_fits_into_a_frame_of_any_size(tab: Page) -> None:
    tab.open(f"/embed?panels={','.join(PANELS)}&controls=play,step,reset,rate")
    sizes = {(240, 160): 55, (240, 240): 100, (480, 540): 90, (640, 360): 90, (960, 540): 140,
             (1920, 1080): 400, (1600, 300): 120}  # fmt: skip
    shown = {}
    for (width, height), least in sizes.items():
        tab.resize(width, height)

        def settled(least: int = least) -> Any:
            found = tab.run(BOXES)
            fits = found["apart"] and found["inside"] and not found["scrolls"] and found["network"]
            return fits and found["map"] >= least and found["square"] <= 8 and found

        shown[width, height] = tab.wait(settled, f"all is in its place at {width} x {height}")
    check(tab, "the embed")
    assert shown[240, 160]["names"] == ["boundary"]
    assert shown[1920, 1080]["names"] == PANELS


FIVE = """
    const panel = (name) => document.querySelector(`.embed-${name}`);
    const fits = ({ scrollWidth, scrollHeight, clientWidth, clientHeight }) =>
      scrollWidth <= clientWidth && scrollHeight <= clientHeight;
    const box = (element) => element.getBoundingClientRect();
    const title = document.querySelector(".embed-loss .curve-axis");
    const ticks = [...document.querySelectorAll(".embed-loss .xtick text")];
    const stage = document.querySelector(".stage-scroll");
    const tiles = [...document.querySelectorAll(".tile")].map(box);
    return {
      title: Boolean(title) && ticks.length > 1
        && ticks.every((tick) => box(tick).bottom <= box(title).top + 1)
        && box(title).bottom <= box(panel("loss")).bottom + 1,
      unit: Boolean(document.querySelector(".embed-unit .unit-histogram .bars")),
      data: fits(panel("data")),
      tile: Math.min(...tiles.map(({ width }) => width)),
      tiles: tiles.every(({ left, right }) => left >= box(stage).left && right <= box(stage).right),
    };
"""


@pytest.mark.slow
def test_five_panels_are_whole_and_grow_with_the_frame(tab: Page) -> None:
    tab.open("/embed?panels=boundary,network,loss,unit,data&start=auto&epochs=20")
    for (width, height), tile in {(960, 540): 40, (1920, 1080): 90}.items():
        tab.resize(width, height)

        def whole(tile: int = tile) -> bool:
            found = tab.run(FIVE)
            return all(found.values()) and found["tile"] >= tile

        tab.wait(whole, f"every panel shows what it has at {width} x {height}: {tab.run(FIVE)}")
    # Who lets go of the unit is left alone, until the network has another shape.
    tab.click("[data-action='unpin']")
    tab.wait(lambda: "nit" in tab.text(".embed-unit .hint"), "none is chosen")


LEFT = """
    return [document.cookie, localStorage.length, sessionStorage.length, history.length,
      location.search, (await indexedDB.databases()).length, (await caches.keys()).length];
"""


def test_it_leaves_nothing_behind(tab: Page) -> None:
    tab.open("/embed?controls=play,step,reset,rate,data&lang=ko&theme=dark")
    before = tab.load(LEFT)
    tab.play()
    tab.pause()
    tab.edited(lambda: tab.choose("data.name", "xor"))
    tab.click("[data-action='reset']")
    tab.wait(lambda: tab.step == 0, "it is reset")
    assert tab.run("return document.documentElement.lang") == "ko"
    assert tab.run("return document.documentElement.dataset.theme") == "dark"
    assert tab.load(LEFT) == before
    assert before[:3] == ["", 0, 0]
    link = tab.find(".embed-link").get_attribute("href")
    assert link == f"{tab.url}/?lang=ko&v=1&data=xor", "the link opens what is seen"


def test_it_stops_where_it_is_told_to(tab: Page) -> None:
    tab.open("/embed?panels=boundary&start=auto&epochs=30&speed=7")
    tab.wait(lambda: tab.step == 750 and not tab.running, "it stops after 30 epochs")
    tab.click("[data-action='reset']")
    tab.wait(lambda: tab.step == 0, "it is reset")
    tab.click(".play")
    tab.wait(lambda: tab.step == 750 and not tab.running, "it stops there again")
    tab.click(".play")
    tab.wait(lambda: tab.step > 1000, "whoever wants it to go on, has it go on")
    tab.open("/embed?panels=loss&start=auto&stop_loss=0.5")
    tab.wait(lambda: tab.step > 0 and not tab.running, "it stops at a loss")


def test_it_waits_for_a_click(tab: Page) -> None:
    tab.open("/embed?start=click&panels=boundary&controls=none&text=2&background=transparent")
    assert tab.step == 0
    assert not tab.find_all(".transport .play")
    tab.click(".embed-start")
    tab.wait(lambda: tab.step > 100, "it trains")
    assert not tab.find(".embed-start").is_displayed()
    style = "return getComputedStyle(document.{})[arguments[0]]"
    assert tab.run(style.format("body"), "backgroundColor") == "rgba(0, 0, 0, 0)"
    assert tab.run(style.format("documentElement"), "fontSize") == "44px"


@pytest.mark.parametrize("query", ["panels=all&text=9", at_night("rate=fast&epochs=none")])
def test_what_is_broken_is_said_and_left(tab: Page, query: str) -> None:
    tab.open(f"/embed?{query}")
    tab.wait(lambda: query.rsplit("&", maxsplit=1)[-1] in tab.notice, "the frame says so")
    tab.wait(lambda: len(tab.find_all(".embed-panel:not([hidden])")) == 3, "the usual panels")


def test_images_have_their_panels(tab: Page) -> None:
    tab.open(
        "/embed?data=digits&layers=16:relu&panels=boundary,network,data&controls=none&start=auto"
    )
    tab.wait(lambda: tab.step > 0, "it trains")
    tab.wait(lambda: tab.find_all(".confusion .plot-container"), "what is answered is shown")
    tab.wait(lambda: len(tab.find_all(".digit:not([hidden])")) > 20, "images to choose from")
    for size in ((360, 240), (960, 540)):
        tab.resize(*size)
        tab.wait(
            lambda: tab.run(
                """const bars = document.querySelector(".bars");
                   const { bottom, right } = bars.getBoundingClientRect();
                   const panel = document.querySelector(".embed-network");
                   const box = panel.getBoundingClientRect();
                   return panel.hidden || (bottom <= box.bottom + 1 && right <= box.right + 1);"""
            ),
            f"all ten answers are in sight at {size}",
        )
