"""The colours that carry meaning, as eyes of every kind see them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from tests.browser.page import Page
from tests.browser.vision import VISIONS, contrast, difference, look

THEMES = ("light", "dark")
PAIRS = ("standard", "alternative")


def test_greys_look_the_same_to_all() -> None:
    for grey in (0, 40, 128, 255):
        for vision in VISIONS:
            seen = look([grey] * 3, vision)
            assert seen.coords() == pytest.approx(look([grey] * 3, "normal").coords(), abs=0.6)


def read(page: Page) -> dict[str, Any]:
    """The colours in force, as lists of red, green and blue."""
    return page.load(
        """const { readPalette } = await import("plot/palette");
           const list = (css) => css.match(/[\\d.]+/g).map(Number);
           const palette = readPalette();
           const zero = palette.diverging[512];
           return { positive: list(palette.positive), negative: list(palette.negative),
             classes: palette.classes.map(list),
             zero: [zero & 255, (zero >> 8) & 255, (zero >> 16) & 255] };"""
    )


def choose(page: Page, theme: str, colours: str) -> dict[str, Any]:
    page.prefer(prefers_color_scheme=theme)
    # The page hears of the scheme before a picture, and sets the colours of the preferences.
    page.load("await new Promise(requestAnimationFrame)")
    page.run("document.documentElement.dataset.colours = arguments[0]", colours)
    return read(page)


def apart(one: list[float], other: list[float]) -> dict[str, float]:
    """CIEDE2000 of two colours to every kind of eyes."""
    return {v: difference(look(one, v), look(other, v)) for v in VISIONS}


@pytest.mark.slow
def test_colours_are_told_apart_and_follow_the_choice(page: Page) -> None:
    everything_follows_the_choice(page)
    a_choice_outlives_the_page(page)
    the_scale_is_that_of_a_unit_or_of_the_output(page)
    regression_has_one_scale_with_zero_in_its_middle(page)
    every_eye_tells_the_pairs_apart(page)
    both_signs_are_told_from_zero(page)
    for count in CLASSES:
        classes_are_told_apart(page, count)
    a_point_has_an_edge_that_is_seen(page)


def every_eye_tells_the_pairs_apart(page: Page) -> None:
    for theme in THEMES:
        standard, alternative = (choose(page, theme, colours) for colours in PAIRS)
        first = apart(standard["positive"], standard["negative"])
        second = apart(alternative["positive"], alternative["negative"])
        weakest = min(first, key=lambda vision: first[vision])
        assert weakest == "achromatopsia"
        assert first[weakest] > 10
        assert second[weakest] > 2.5 * first[weakest], theme
        assert min(second.values()) > 30, (theme, second)
        for vision in VISIONS:
            light, dark = (
                look(alternative[sign], vision)["l"] for sign in ("negative", "positive")
            )
            assert light - dark > 30, (theme, vision)


def both_signs_are_told_from_zero(page: Page) -> None:
    for theme in THEMES:
        for colours in PAIRS:
            found = choose(page, theme, colours)
            for sign in ("positive", "negative"):
                assert contrast(found[sign], found["zero"]) > 2.6, (theme, colours, sign)
                assert min(apart(found[sign], found["zero"]).values()) > 23, (theme, colours, sign)


#: How many classes, and the least difference between any two of them to each kind of eyes.
CLASSES = {
    3: {"normal": 38, "protanopia": 17, "deuteranopia": 26, "tritanopia": 10, "achromatopsia": 10},
    5: {"normal": 22, "protanopia": 12, "deuteranopia": 15, "tritanopia": 7.5},
    10: {"normal": 21, "protanopia": 12, "deuteranopia": 11, "tritanopia": 7.5},
}


def classes_are_told_apart(page: Page, count: int) -> None:
    for theme in THEMES:
        classes = choose(page, theme, "standard")["classes"][:count]
        for vision, least in CLASSES[count].items():
            seen = [look(colour, vision) for colour in classes]
            found = min(difference(a, b) for a, b in combinations(seen, 2))
            assert found > least, (theme, vision)


def pictures(page: Page) -> dict[str, str]:
    """Every canvas and chart whose colours carry meaning."""
    return page.run(
        """const drawn = { points: JSON.stringify(document.querySelector(
               ".output-plane .plane-axes").data.map((t) => t.marker.color)) };
           for (const css of [".plane-map", ".pictures", ".links", "[data-dataset='xor'] canvas",
               ".scale-half", ".unit-map .plane-map"]) {
             drawn[css] = document.querySelector(css).toDataURL();
           }
           drawn.histogram = JSON.stringify(document.querySelector(".unit-histogram")
             .data?.map((t) => t.marker.color));
           return drawn;"""
    )


def all_new(before: dict[str, str], now: dict[str, str]) -> bool:
    return all(before[name] != now[name] for name in before)


def change_colours(page: Page, colours: str) -> dict[str, str]:
    """Chooses the other colours and returns the pictures when every one has changed."""
    before = pictures(page)
    page.click(f"input[data-path='colours'][value='{colours}']")
    return page.wait(lambda: all_new(before, now := pictures(page)) and now, "all is drawn anew")


def everything_follows_the_choice(page: Page) -> None:
    page.click("[data-action='oneEpoch']")
    page.wait(lambda: page.step == 25, "an epoch")
    page.tile(1, 0).click()
    page.wait(lambda: page.find_all(".unit-histogram .trace"), "the histogram is drawn")
    page.wait(lambda: page.run(
        "return Boolean(document.querySelector('.output-plane .plane-axes').data)"
    ), "the points are drawn")  # fmt: skip
    page.hover(page.find(".brand"))
    page.click("[data-action='settings']")
    first = change_colours(page, "alternative")
    second = change_colours(page, "standard")
    assert all_new(first, second)
    page.click("input[data-path='colours'][value='alternative']")
    page.wait(lambda: pictures(page) == first, "and as it was")


def a_choice_outlives_the_page(page: Page) -> None:
    chosen = read(page)["positive"]
    page.reload()
    assert read(page)["positive"] == chosen
    assert page.run("return document.documentElement.dataset.colours") == "alternative"


def shown(page: Page, css: str = ".scale-bar") -> list[float]:
    """The numbers of the scale."""
    return [float(t.replace("−", "-")) for t in page.find(css).text.split()]


def the_scale_is_that_of_a_unit_or_of_the_output(page: Page) -> None:
    page.hover(page.tile(0, 0))
    page.wait(lambda: shown(page) == [-6, 0, 6], "the scale of an input")
    page.hover(page.tile(1, 0))
    page.wait(lambda: 0 < shown(page)[2] <= 1, "the scale of a tanh unit")
    page.hover(page.find(".brand"))
    page.wait(lambda: shown(page) == [0, 0.5, 1], "the scale of the output")
    page.edited(lambda: page.choose("loss", "mean_squared_error"))
    page.wait(lambda: shown(page) == [-1, 0, 1], "the scale of labels of -1 and 1")
    page.edited(lambda: page.click("[data-dataset='blobs']"))
    the_scale_of_classes_names_them(page)


def the_scale_of_classes_names_them(page: Page) -> None:
    page.wait(lambda: page.find(".scale-classes").text.split("\n") != [""], "the classes")
    assert page.text(".scale-classes") == "Class 0Class 1Class 2"
    assert not page.find(".scale-bar").is_displayed()
    page.hover(page.tile(3, 1))
    page.wait(lambda: shown(page) == [0, 0.5, 1], "the scale of one class")


#: Which share of the range a colour stands for, by the table that maps are painted with.
SHARES = """
    const { readPalette } = await import("plot/palette");
    const { diverging } = readPalette();
    const places = new Map([...diverging].map((word, i) => [word, (i - 512) / 512]));
"""
MAP = """
    const map = document.querySelector(".output-plane .plane-map");
    const context = new OffscreenCanvas(map.width, map.height).getContext("2d");
    context.drawImage(map, 0, 0);
    const words = new Uint32Array(
      context.getImageData(0, 0, map.width, map.height).data.buffer);
    return words.every((word) => places.has(word));
"""
POINTS = """
    const { x, y, marker } = document.querySelector(".output-plane .plane-axes").data[0];
    const word = (css) => css.match(/\\d+/g).reduceRight((w, c) => w * 256 + Number(c), 255);
    return x.map((x1, i) => [x1, y[i], places.get(word(marker.color[i])) ?? null]);
"""


def regression_has_one_scale_with_zero_in_its_middle(page: Page) -> None:
    page.hover(page.find(".brand"))
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.edited(lambda: page.click("[data-dataset='bumps']"))
    page.play()
    page.wait(lambda: page.metric("test_r2") > 0.5, "it learns")
    page.pause()
    low, middle, high = page.wait(lambda: len(shown(page)) == 3 and shown(page), "the scale")
    assert middle == 0
    assert low == -high
    assert page.load(SHARES + MAP), "the map has the colours of the scale and no others"
    points = page.wait(
        lambda: [p for p in page.load(SHARES + POINTS) if max(abs(p[0]), abs(p[1])) < 5.5],
        "the points are drawn",
    )
    assert all(share is not None for _, _, share in points), "so have the points"
    shares = sorted(points, key=lambda point: point[2])
    box = page.find(".output-plane .plane-map")
    width = box.rect["width"]
    for x, y, share in (shares[0], shares[len(shares) // 2], shares[-1]):
        page.hover(box, round(x * width / 12), round(-y * width / 12))
        page.wait(lambda: "label" in page.tooltip, "the point is read")
        label = float(page.tooltip.split("label ")[1].split()[0].replace("−", "-"))
        assert label == pytest.approx(share * high, abs=0.04 * high)
        page.hover(page.find(".brand"))
        page.wait(lambda: not page.tooltip, "the readout goes")


def a_point_has_an_edge_that_is_seen(page: Page) -> None:
    edges = page.load(
        """const { readPalette } = await import("plot/palette");
           const { classes, edge } = readPalette();
           const list = (css) => css.match(/[\\d.]+/g).map(Number);
           return classes.map((fill) => [list(fill), list(edge(fill))]);"""
    )
    assert all(contrast(fill, edge) >= 1.8 for fill, edge in edges), edges
