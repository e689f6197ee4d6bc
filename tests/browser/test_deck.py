"""The example deck under the real reveal.js: fragments drive its networks, in any order."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from tests.app.servers import ROOT, LiveServer
from tests.browser.host import Host
from tests.browser.page import Page
from tests.sizes import at_night

PACKAGES = ROOT / "tests" / "browser" / "node_modules"
HEARD = """
    window.heard = {};
    addEventListener("message", ({ data, source }) => {
      const frame = [...document.querySelectorAll("iframe")]
        .find((one) => one.contentWindow === source);
      if (frame && data.livenet) (heard[frame.id] ??= []).push(data);
    });
"""


def follow(tab: Page) -> None:
    """Has the next page keep what its frames say."""
    tab.command("Page.addScriptToEvaluateOnNewDocument", source=HEARD)


def now(tab: Page, frame: str) -> dict[str, Any]:
    """What a frame said last of where it is."""
    return tab.run(
        """const said = (heard[arguments[0]] ?? []).filter(({ step }) => step !== undefined);
           return said.at(-1) ?? {};""",
        frame,
    )


def comes_to(tab: Page, frame: str, epoch: int) -> None:
    def there() -> bool:
        seen = now(tab, frame)
        return seen.get("epoch") == epoch and not seen.get("running")

    tab.wait(there, f"{frame} comes to epoch {epoch}, and is at {now(tab, frame)}")


def panels(tab: Page, frame: str) -> list[str]:
    tab.driver.switch_to.frame(tab.find(f"#{frame}"))
    # At once, since the panels may be made anew in between.
    names = tab.run(
        "return [...document.querySelectorAll('.embed-panel')].map((e) => e.dataset.panel)"
    )
    tab.driver.switch_to.default_content()
    return names


def slide(tab: Page) -> list[int]:
    return tab.run("const { h, f } = Reveal.getIndices(); return [h, f ?? -1]")


@pytest.mark.slow
def test_fragments_drive_the_network_forth_back_and_from_the_middle(tab: Page) -> None:
    follow(tab)
    tab.driver.get(f"{tab.url}/slides/demo?lang=en#/2")
    tab.wait(lambda: now(tab, "training"), "the frame is ready")
    comes_to(tab, "training", 0)
    tab.press(Keys.ARROW_RIGHT)
    comes_to(tab, "training", 20)
    tab.press(Keys.ARROW_RIGHT)
    comes_to(tab, "training", 200)
    forth = last_loss(tab, "training")
    tab.press(Keys.ARROW_LEFT)
    comes_to(tab, "training", 20)
    tab.press(Keys.ARROW_LEFT)
    comes_to(tab, "training", 0)
    # Into the middle, and at once.
    tab.run("Reveal.slide(2, 0, 1)")
    comes_to(tab, "training", 200)
    assert abs(last_loss(tab, "training") - forth) < 0.01 * forth
    # The next slide has another frame: a unit of what is only now shown is shown large, too.
    tab.run("Reveal.slide(3, 0, 2)")
    tab.wait(lambda: pinned(tab, "hidden") and large(tab, "hidden"), "a neuron is shown large")
    tab.run("Reveal.slide(3, 0, -1)")
    comes_to(tab, "hidden", 150)
    assert panels(tab, "hidden") == ["boundary"]
    tab.press(Keys.ARROW_RIGHT)
    tab.wait(lambda: panels(tab, "hidden") == ["boundary", "network"], "the hidden layer is shown")
    assert now(tab, "hidden")["epoch"] == 150
    tab.press(Keys.ARROW_RIGHT)
    tab.wait(lambda: pinned(tab, "hidden"), "a neuron is shown")
    tab.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    tab.wait(lambda: panels(tab, "hidden") == ["boundary"], "it is hidden again")
    assert now(tab, "hidden")["epoch"] == 150
    tab.press(Keys.ARROW_LEFT)
    tab.wait(lambda: slide(tab) == [2, 1], "the slide before, at its end")
    comes_to(tab, "training", 200)


def last_loss(tab: Page, frame: str) -> float:
    return tab.run(
        """return heard[arguments[0]].filter(({ type, metrics }) => type === "done" && metrics)
             .at(-1).metrics.train_loss;""",
        frame,
    )


def large(tab: Page, frame: str) -> bool:
    tab.driver.switch_to.frame(tab.find(f"#{frame}"))
    found = bool(tab.find_all(".plane.single"))
    tab.driver.switch_to.default_content()
    return found


def pinned(tab: Page, frame: str) -> bool:
    tab.driver.switch_to.frame(tab.find(f"#{frame}"))
    found = bool(tab.find_all(".tile[data-role='hidden'][aria-pressed='true']"))
    tab.driver.switch_to.default_content()
    return found


@pytest.mark.slow
def test_the_frame_has_its_size_on_a_slide_and_its_keys_are_the_decks(tab: Page) -> None:
    follow(tab)
    tab.driver.get(f"{tab.url}/slides/demo?lang=ko#/1")
    tab.wait(lambda: now(tab, "neuron"), "the frame is ready")
    comes_to(tab, "neuron", 0)
    assert tab.run("return document.activeElement.tagName") != "IFRAME"
    assert "뉴런" in tab.text("section.present h2")
    tab.driver.switch_to.frame(tab.find("#neuron"))
    tab.wait(
        lambda: tab.run(
            """const map = document.querySelector(".plane-map");
               const { width, height } = map.getBoundingClientRect();
               return width > 200 && Math.abs(width - height) < 8;"""
        ),
        "the plane is laid out",
    )
    tab.find(".plane").click()
    assert tab.run("return document.hasFocus()")
    tab.press(Keys.PAGE_DOWN)
    tab.driver.switch_to.default_content()
    tab.wait(lambda: slide(tab) == [1, 0], "the deck goes on")
    comes_to(tab, "neuron", 60)
    tab.driver.switch_to.frame(tab.find("#neuron"))
    tab.press(Keys.ARROW_RIGHT)
    tab.driver.switch_to.default_content()
    tab.wait(lambda: slide(tab) == [1, 1], "and on")
    comes_to(tab, "neuron", 120)
    tab.press(Keys.ARROW_LEFT)
    tab.wait(lambda: slide(tab) == [1, 0], "and back")
    comes_to(tab, "neuron", 60)
    # In the overview nothing trains, and the deck comes back from it.
    tab.run("Reveal.toggleOverview(true)")
    tab.wait(lambda: tab.run("return Reveal.isOverview()"), "the overview")
    tab.run("Reveal.toggleOverview(false)")
    comes_to(tab, "neuron", 60)


#: Folder that npm made of each version -> the version.
REVEALS = {"reveal4": "4.", "reveal5": "5.", "reveal.js": "6."}


@pytest.mark.slow
@pytest.mark.parametrize("folder", [at_night("reveal4"), at_night("reveal5"), "reveal.js"])
def test_a_deck_elsewhere_drives_two_frames_with_a_plugin_that_comes_late(
    tab: Page, host: Host, server: LiveServer, folder: str
) -> None:
    reveal = PACKAGES / folder / "dist"
    script, sheet = ((reveal / f"reveal.{kind}").read_text() for kind in ("js", "css"))
    embed = f"{server.url}/embed?panels=boundary"
    host.write(
        f"""<div class="reveal"><div class="slides"><section>
          <iframe id="one" src="{embed}&data=xor" width="300" height="240"></iframe>
          <iframe id="two" src="{embed}&data=gauss" width="300" height="240"></iframe>
          <p class="fragment" data-livenet="train 5" data-livenet-for="one">One</p>
          <p class="fragment" data-livenet="train 3">Both</p>
        </section><section><p>Empty</p></section></div></div>
        <script>{script}</script>
        <script>Reveal.initialize({{ transition: "none" }})</script>""",
        f"<style>{sheet}</style><script>{HEARD}</script>",
    )
    tab.driver.get(host.url)
    assert tab.run("return Reveal.VERSION").startswith(REVEALS[folder])
    tab.wait(lambda: now(tab, "one") and now(tab, "two"), "both frames are ready")
    tab.load(
        """const script = document.createElement("script");
           script.src = arguments[0];
           await new Promise((done) => { script.onload = done; document.head.append(script); });
           Reveal.registerPlugin(RevealLiveNet);""",
        f"{server.url}/slides/livenet.js",
    )
    # reveal.js had them begin; now the fragments say what they show.
    comes_to(tab, "one", 0)
    comes_to(tab, "two", 0)
    tab.press(Keys.ARROW_RIGHT)
    comes_to(tab, "one", 5)
    comes_to(tab, "two", 0)
    tab.press(Keys.ARROW_RIGHT)
    comes_to(tab, "one", 8)
    comes_to(tab, "two", 3)
    tab.press(Keys.ARROW_LEFT)
    comes_to(tab, "one", 5)
    comes_to(tab, "two", 0)
    # A key that is pressed in a frame is the deck's.
    tab.driver.switch_to.frame(tab.find("#one"))
    tab.find(".plane").click()
    tab.press(Keys.PAGE_DOWN)
    tab.driver.switch_to.default_content()
    comes_to(tab, "two", 3)
    # Frames with their own src stay loaded on a slide that was left; then the deck comes back.
    tab.run("Reveal.slide(1)")
    tab.run("Reveal.slide(0, 0, 0)")
    comes_to(tab, "one", 5)
    comes_to(tab, "two", 0)
    tab.run("Reveal.toggleOverview(true)")
    tab.wait(lambda: tab.run("return Reveal.isOverview()"), "the overview")
    tab.run("Reveal.toggleOverview(false)")
    tab.run("Reveal.slide(0, 0, 1)")
    comes_to(tab, "one", 8)


@pytest.mark.slow
def test_a_lesson_is_a_part_of_the_deck_step_by_step(tab: Page) -> None:
    """Frames of other steps are not loaded, and keys that were pressed in one are the deck's."""
    tab.driver.get(f"{tab.url}/slides/demo?lang=en#/6")
    loaded = "return [...document.querySelectorAll('[id^=lesson-]')].filter((e) => e.src).length"
    tab.wait(lambda: tab.run(loaded) == 1, "one step is loaded")
    tab.driver.switch_to.frame(tab.find("#lesson-2"))
    step = "document.documentElement.dataset.step"
    tab.until(f"{step} === '2' && livenet.frames > 0", "the second step")
    tab.find(".step-title").click()
    tab.press(Keys.ARROW_RIGHT)
    tab.driver.switch_to.default_content()
    tab.wait(lambda: slide(tab)[0] == 7, "the deck goes on")
    tab.driver.switch_to.frame(tab.find("#lesson-3"))
    tab.until(f"{step} === '3'", "the third step")
    tab.driver.switch_to.default_content()
    assert slide(tab)[0] == 7, "by one slide"
    tab.run("Reveal.slide(9)")
    tab.wait(lambda: tab.find("#lesson-5").get_attribute("src"), "the fifth step")
    tab.driver.switch_to.frame(tab.find("#lesson-5"))
    tab.until(f"{step} === '5'", "the fifth step")
    tab.driver.switch_to.default_content()
