"""Sizes, themes, motion: from a phone to a projector."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.sizes import at_night, choose

#: The narrowest, both sides of each width at which the page is laid out otherwise, the widest.
WIDTHS = choose(
    (320, 719, 720, 1024, 1179, 1180, 2560),
    (320, 360, 414, 600, 719, 720, 834, 1024, 1179, 1180, 1366, 1440, 1920, 2560),
)


def outside(page: Page) -> list[str]:
    """Controls that reach over the edge of their card, where the card does not scroll there."""
    return page.run(
        """const found = [];
           for (const card of document.querySelectorAll(".card")) {
             const { left, right } = card.getBoundingClientRect();
             for (const one of card.querySelectorAll("button, input, select, .switch, .metric")) {
               if (one.closest(".stage-scroll, .sr-only") || !one.checkVisibility()) continue;
               const box = one.getBoundingClientRect();
               if (box.left < left || box.right > right) found.push(one.outerHTML.slice(0, 80));
             }
           }
           return found;"""
    )


def small_targets(page: Page) -> list[str]:
    """What a finger is to press in the network and is smaller than 24 px."""
    return page.run(
        """return [...document.querySelectorAll("#network :is(button, select)")]
             .filter((one) => one.checkVisibility())
             .filter((one) => {
               const { width, height } = one.getBoundingClientRect();
               return Math.min(width, height) < 24;
             })
             .map((one) => one.outerHTML.slice(0, 80))"""
    )


def cut_choices(page: Page) -> list[str]:
    """Choices of the strip whose text is wider than its place."""
    return page.run(
        """const pen = new OffscreenCanvas(1, 1).getContext("2d");
           return [...document.querySelectorAll("#strip .select")].filter((one) => {
             const style = getComputedStyle(one);
             pen.font = style.font;
             const room = one.clientWidth - parseFloat(style.paddingLeft)
               - parseFloat(style.paddingRight);
             const { width } = pen.measureText(one.selectedOptions[0].text);
             return one.checkVisibility() && width > room;
           }).map((one) => one.selectedOptions[0].text)"""
    )


@pytest.mark.slow
def test_a_laptop_a_projector_and_every_width(page: Page) -> None:
    a_laptop_shows_all_without_scrolling(page)
    a_projector_shows_all_and_larger(page)
    many_units_are_smaller(page)
    no_width_scrolls_sideways(page)
    page.resize(1440, 900)
    all_is_painted_in_the_theme_of_the_system_or_the_switch(page)


def no_width_scrolls_sideways(page: Page) -> None:
    page.edited(lambda: page.choose("preset", "spiral"))
    page.click(".more-toggle")
    for width in WIDTHS:
        page.resize(width, 800)
        page.until("innerWidth === arguments[0]", "the new width", width)
        wide = page.run("return document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} at {width}"
        assert outside(page) == [], width


def test_a_phone_has_the_strip_on_top_and_the_controls_in_a_sheet(tab: Page) -> None:
    tab.resize(360, 740, mobile=True)
    page = tab.open()
    tops = [page.find(f"#{name}").rect["y"] for name in ("output", "network", "data")]
    assert tops == sorted(tops)
    assert not page.control("optimizer.name").is_displayed()
    page.run("window.scrollTo(0, 900)")
    page.wait(lambda: page.run("return scrollY") > 500, "scrolled down")
    assert page.run("return document.querySelector('.play').getBoundingClientRect().top") < 60
    page.play()
    page.click(".sheet-open")
    page.edited(lambda: page.choose("optimizer.name", "adam"))
    page.edited(lambda: page.control("optimizer.learning_rate").send_keys(Keys.ARROW_LEFT))
    page.click(".sheet .more-toggle")
    assert page.control("initializer.name").is_displayed()
    page.click(".sheet-close")
    assert not page.control("optimizer.name").is_displayed()
    assert page.run("return document.activeElement.matches('.sheet-open')")
    page.goes_on()
    page.pause()
    assert page.run("return document.documentElement.scrollWidth <= 360")
    scroller = page.find(".stage-scroll")
    assert page.run("return arguments[0].scrollWidth <= arguments[0].clientWidth", scroller)
    assert not page.find(".scroll-sign").is_displayed(), "the default network is seen whole"
    page.run("arguments[0].scrollIntoView({ block: 'center' })", scroller)
    assert small_targets(page) == []
    for at in (0, 1):
        page.edited(lambda at=at: page.click(f"[data-insert='{at}']"))
    page.wait(lambda: page.find(".scroll-sign").is_displayed(), "a sign that there is more")
    assert page.run("return arguments[0].scrollWidth > arguments[0].clientWidth", scroller)
    ends = "arguments[0].scrollLeft += arguments[0].clientWidth"
    page.click(".scroll-sign")
    page.wait(lambda: page.run("return arguments[0].scrollLeft", scroller) > 0, "it leads on")
    page.run(ends, scroller)
    page.wait(lambda: not page.find(".scroll-sign").is_displayed(), "there is no more")
    output = page.find(".tile[data-role='output']")
    assert page.run("return arguments[0].getBoundingClientRect().right <= innerWidth", output)


def a_projector_shows_all_and_larger(page: Page) -> None:
    tile, plane = page.tile(1, 0).rect["width"], page.find(".plane-map").rect["width"]
    page.resize(1920, 1080)
    page.wait(lambda: page.tile(1, 0).rect["width"] > tile, "larger tiles")
    assert page.find(".plane-map").rect["width"] > plane
    assert page.run("return document.documentElement.scrollHeight") <= 1080
    page.resize(1440, 900)
    page.wait(lambda: page.tile(1, 0).rect["width"] == tile, "as before")


def a_laptop_shows_all_without_scrolling(page: Page) -> None:
    assert page.run("return document.documentElement.scrollHeight") <= 900
    assert cut_choices(page) == []
    tile = page.tile(1, 0).rect["width"]
    assert 80 <= round(tile) <= 96, "few units fill the card"
    highest, lowest = page.run(
        """const field = document.querySelector(".stage-scroll").getBoundingClientRect();
           const boxes = [...document.querySelectorAll("#network .tile")]
             .map((tile) => tile.getBoundingClientRect());
           return [Math.min(...boxes.map((box) => box.top)) - field.top,
             field.bottom - Math.max(...boxes.map((box) => box.bottom))];"""
    )
    assert highest < 140, "from below the heads"
    assert lowest < 60, "to the foot of the card"
    page.click(".more-toggle")
    page.wait(lambda: page.find("#more").is_displayed(), "all controls")
    page.wait(
        lambda: page.run("return document.documentElement.scrollHeight") <= 900,
        "the curves stay in sight",
    )
    page.click(".more-toggle")
    page.wait(lambda: page.tile(1, 0).rect["width"] == tile, "tiles as large as before")


def many_units_are_smaller(page: Page) -> None:
    page.edited(lambda: page.choose("preset", "vanishing"))
    page.wait(lambda: round(page.tile(1, 0).rect["width"]) in range(42, 50), "many are smaller")


#: What a note may not lie over, as it stands in the network's card.
SEEN = ".tile, .input-label, .insert, .heads > *, .bias, .first-note"


def notes(page: Page) -> list[str]:
    """The notes on the drawing that are shown."""
    return [note.text for note in page.find_all(".first-note") if note.is_displayed()]


def collisions(page: Page) -> list[list[str]]:
    """Notes that lie over something, or out of sight in the card."""
    return page.run(
        """const boxOf = (one) => one.getBoundingClientRect();
           const card = boxOf(document.querySelector(".stage-scroll"));
           const all = (css) => [...document.querySelectorAll(`#network :is(${css})`)]
             .filter((one) => one.checkVisibility());
           return all(".first-note").flatMap((note) => {
             const a = boxOf(note);
             const out = a.left < card.left || a.right > card.right || a.bottom > card.bottom;
             const hit = all(arguments[0]).filter((other) => {
               const b = boxOf(other);
               return other !== note && a.left < b.right && a.right > b.left
                 && a.top < b.bottom && a.bottom > b.top;
             });
             return out || hit.length ? [[note.innerText, ...hit.map((one) => one.className)]] : [];
           });""",
        SEEN,
    )


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", at_night("ko")])
def test_three_notes_explain_the_drawing_until_the_first_click(tab: Page, language: str) -> None:
    page = tab.open(f"/?lang={language}")
    for width, height in ((360, 740), (820, 1100), (1180, 800), (1440, 900), (1920, 1080)):
        page.resize(width, height)
        page.until("innerWidth === arguments[0]", "the new width", width)
        page.wait(lambda: len(notes(page)) == 3 and not collisions(page), f"three at {width}")
    page.resize(1440, 900)
    page.click("#data-title")
    assert notes(page) == []
    page.open(f"/?lang={language}")
    assert notes(page) == [], "they do not come back"


def background(page: Page) -> str:
    return page.run("return getComputedStyle(document.body).backgroundColor")


def zero(page: Page) -> list[int]:
    """The colour of the map where the output is undecided: its middle shade."""
    return page.load(
        """const { readPalette } = await import("plot/palette");
           const [colour] = readPalette().diverging.slice(512, 513);
           return [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];"""
    )


def pictures(page: Page) -> list[str]:
    return page.run(
        """return [".plane-map", ".pictures"]
             .map((css) => document.querySelector(css).toDataURL())"""
    )


def all_is_painted_in_the_theme_of_the_system_or_the_switch(page: Page) -> None:
    a_new_layer_slides_in_unless_less_motion_is_asked_for(page)
    text_is_told_from_its_ground(page)
    the_theme_follows_the_system_and_the_switch(page)


def the_theme_follows_the_system_and_the_switch(page: Page) -> None:
    page.prefer(prefers_color_scheme="light")
    # They are painted with the next frame of the browser, after the style of the page.
    page.load("for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);")
    light, before = background(page), pictures(page)
    assert min(zero(page)) > 240
    page.prefer(prefers_color_scheme="dark")
    page.wait(lambda: background(page) != light, "dark as the system")
    page.wait(
        lambda: all(a != b for a, b in zip(before, pictures(page), strict=True)),
        "every picture is painted anew",
    )
    dark = background(page)
    assert max(zero(page)) < 40
    page.click(".settings-open")
    page.click("[data-path='theme'][value='light']")
    assert background(page) == light
    page.click("[data-path='theme'][value='dark']")
    assert background(page) == dark
    page.prefer(prefers_color_scheme="light")
    assert background(page) == dark
    page.reload()
    assert background(page) == dark
    page.click(".settings-open")
    page.click("[data-path='theme'][value='auto']")
    assert background(page) == light


def text_is_told_from_its_ground(page: Page) -> None:
    assert page.find("#more").is_displayed(), "all controls"
    for scheme in ("light", "dark"):
        page.prefer(prefers_color_scheme=scheme)
        page.until("matchMedia(`(prefers-color-scheme: ${arguments[0]})`).matches", scheme, scheme)
        told_from_its_ground(page)


def told_from_its_ground(page: Page) -> None:
    worst = page.run(
        """const parse = (c) => c.match(/[\\d.]+/g).map(Number);
           const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
             .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
             .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
           const ground = (e) => {
             for (let at = e; at; at = at.parentElement) {
               const c = parse(getComputedStyle(at).backgroundColor);
               if (c.length < 4 || c[3] > 0.99) return c;
             }
             return [255, 255, 255];
           };
           const found = [];
           const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
           while (walker.nextNode()) {
             const e = walker.currentNode.parentElement;
             if (!walker.currentNode.data.trim()) continue;
             if (!e.checkVisibility({ opacityProperty: true })) continue;
             if (e.closest("svg, script, option, :disabled, .off")) continue;
             const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
             const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
             found.push([Math.round(ratio * 100) / 100, walker.currentNode.data.trim()]);
           }
           return found.sort((x, y) => x[0] - y[0])[0];"""
    )
    assert worst[0] >= 4.5, worst


def same_places(page: Page) -> bool:
    """Whether all tiles stand still from one picture to the next."""
    return page.load(
        """const look = () => [...document.querySelectorAll(".tile")]
             .map((tile) => tile.getBoundingClientRect().x).join();
           const next = () => new Promise((done) => requestAnimationFrame(() => done(look())));
           const [first, second] = [await next(), await next()];
           return first === second;"""
    )


def a_new_layer_slides_in_unless_less_motion_is_asked_for(page: Page) -> None:
    """Its clock runs slowly, so that a slow screen shows the slide too."""
    script = """window.places = new Set();
        const real = performance.now.bind(performance);
        const began = real();
        performance.now = () => began + (real() - began) / 20;
        const look = () => {
          const first = document.querySelector(".tile[data-column='1']");
          if (first) window.places.add(Math.round(first.getBoundingClientRect().x));
          requestAnimationFrame(look);
        };
        look();"""
    page.run(script)
    page.edited(lambda: page.click("[data-insert='2']"))
    page.wait(lambda: page.run("return window.places.size") > 3, "it slides")
    page.run("delete performance.now")
    page.wait(lambda: same_places(page), "it has come")
    page.prefer(prefers_reduced_motion="reduce")
    page.run("window.places.clear()")
    page.edited(lambda: page.click("[data-insert='3']"))
    page.settle()
    assert page.run("return window.places.size") <= 2
