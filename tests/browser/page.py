"""The playground in a real browser, as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from selenium.common.exceptions import NoSuchElementException, TimeoutException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from tests.app.servers import wait_until
from tests.browser.drivers import SCRIPT_SECONDS

#: For hangs only: no test waits so long when all is well.
PATIENCE = SCRIPT_SECONDS
#: What a network learns first waits for programs, which take their time on a machine that is busy.
LONG_PATIENCE = 3 * PATIENCE
#: For servers whose frames nobody counts: painting them is most of what tests have to wait for.
FEW_FPS = "8"
#: What takes back a command of the DevTools protocol whose effect outlives the document, made of
#: its parameters and its answer.
TAKE_BACK: dict[str, Callable[[Any, Any], tuple[str, dict[str, Any]]]] = {
    "Page.addScriptToEvaluateOnNewDocument": lambda _, answer: (
        "Page.removeScriptToEvaluateOnNewDocument", answer
    ),
    "Network.emulateNetworkConditions": lambda asked, _: (
        "Network.emulateNetworkConditions", {**asked, "offline": False}
    ),
    "Network.setBlockedURLs": lambda *_: ("Network.setBlockedURLs", {"urls": []}),
    "Network.enable": lambda *_: ("Network.disable", {}),
    "Browser.setDownloadBehavior": lambda *_: (
        "Browser.setDownloadBehavior", {"behavior": "default"}
    ),
    "Browser.setWindowBounds": lambda asked, _: (
        "Browser.setWindowBounds", {**asked, "bounds": {"windowState": "normal"}}
    ),
}  # fmt: skip
#: Commands that only ask.
ASKING = ("Browser.getWindowForTarget",)
HIDDEN = "return document.hidden"
#: How a script imports a module.
_MODULE = re.compile(r'await import\("([\w/-]+)"\)')
IS_RUNNING = "document.querySelector('.play').classList.contains('running')"


class Page:
    """One tab with the playground.

    Args:
        driver: the browser.
        url: where the server is.
    """

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver = driver
        self.url = url
        self.allowed: list[str] = []
        #: Whether a test left its mark on the tab itself, so that no other may have it.
        self.spent = False
        self._to_take_back: list[tuple[str, dict[str, Any]]] = []

    def open(self, path: str = "/") -> Page:
        """Loads the page and waits for its first frame."""
        self.driver.get(self.url + path)
        self.until("livenet.frames > 0", "the first frame is painted")
        return self

    def reload(self) -> None:
        """Loads the page once more and waits for its first frame."""
        self.driver.refresh()
        self.until("livenet.frames > 0", "the first frame is painted again")

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Waits until a condition is true and returns its value; what is not there is not true."""

        def look() -> Any:
            try:
                return condition()
            except NoSuchElementException:
                return None

        return wait_until(look, what, LONG_PATIENCE)

    def until(self, condition: str, what: str, *arguments: object) -> Any:
        """Waits in the page until an expression of it is true, and returns its value.

        Asked from outside again and again, the browser would have more to do with the answers
        than with the page.
        """
        script = f"""const holds = () => {{
              try {{
                return {condition};
              }} catch {{
                return null;
              }}
            }};
            return new Promise((done) => {{
              const look = () => {{
                const value = holds();
                if (value) done(value);
                else setTimeout(look, 20);
              }};
              look();
            }});"""
        try:
            return self.driver.execute_script(script, *arguments)
        except TimeoutException:
            raise AssertionError(f"waited {PATIENCE} s in vain: {what}") from None

    def run(self, script: str, *arguments: object) -> Any:
        """Runs a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def load(self, script: str, *arguments: object) -> Any:
        """Runs a script that answers with a promise, such as one that imports a module by its name.

        The modules are those that the page runs: they are in its script.
        """
        bundle = "(await import(document.querySelector('script[type=module]').src)).default"
        script = _MODULE.sub(rf'{bundle}["\g<1>"]', script)
        body = f"const done = arguments[arguments.length - 1]; (async () => {{ {script} }})()"
        return self.driver.execute_async_script(f"{body}.then(done)", *arguments)

    @property
    def frames(self) -> int:
        """Frames painted so far."""
        return self.run("return window.livenet?.frames ?? 0")

    @property
    def step(self) -> int:
        """The training step of the last frame."""
        return self.run("return window.livenet.step")

    @property
    def spec_id(self) -> int:
        """The spec of the last frame."""
        return self.run("return window.livenet.specId")

    def command(self, name: str, **parameters: object) -> Any:
        """Gives a command of the DevTools protocol; its effect may outlive the document."""
        answer = self.driver.execute_cdp_cmd(name, parameters)
        if name in TAKE_BACK:
            self._to_take_back.append(TAKE_BACK[name](parameters, answer))
        elif name not in ASKING:
            self.spent = True
        return answer

    def take_back(self) -> None:
        """Takes back what the commands have done, so that the next test may have the tab."""
        while self._to_take_back:
            self.driver.execute_cdp_cmd(*self._to_take_back.pop())

    def go_offline(self, offline: bool = True) -> None:
        """Cuts the network of the tab, or brings it back."""
        self.command("Network.enable")
        self.command(
            "Network.emulateNetworkConditions",
            offline=offline, latency=0, downloadThroughput=-1, uploadThroughput=-1,
        )  # fmt: skip

    def find(self, css: str) -> WebElement:
        """Returns the first element that matches."""
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def find_all(self, css: str) -> list[WebElement]:
        """Returns all elements that match."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def click(self, css: str) -> None:
        """Clicks an element."""
        self.find(css).click()

    def text(self, css: str) -> str:
        """Returns the text of an element as the document has it."""
        text = self.run("return document.querySelector(arguments[0])?.textContent ?? null", css)
        if text is None:
            raise NoSuchElementException(css)
        return text

    def metric(self, name: str) -> float:
        """Returns one of the four numbers; percentages as they are shown."""
        shown = self.text(f"[data-metric='{name}'] .metric-value")
        return float(shown.replace("−", "-").replace("%", ""))

    def control(self, path: str) -> WebElement:
        """Returns the control of a path of the spec."""
        return self.find(f"[data-path='{path}']")

    def choose(self, path: str, value: str) -> None:
        """Chooses an option of a control."""
        Select(self.control(path)).select_by_value(value)

    def value(self, path: str) -> str:
        """Returns what a slider shows."""
        return self.run(
            "return document.querySelector(arguments[0]).getAttribute('aria-valuetext') ?? ''",
            f"[data-path='{path}']",
        )

    def tile(self, column: int, row: int) -> WebElement:
        """Returns a tile of the network; column 0 holds the inputs."""
        return self.find(f".tile[data-column='{column}'][data-row='{row}']")

    @property
    def units(self) -> list[int]:
        """Units of each hidden layer, as shown."""
        return self.run(
            "return [...document.querySelectorAll('.head-units')].map((e) => +e.textContent)"
        )

    @property
    def running(self) -> bool:
        """Whether the button offers to pause."""
        return self.run(f"return {IS_RUNNING}")

    def play(self) -> None:
        """Starts training and waits until it goes on."""
        before = self.step
        self.click(".play")
        self.until(f"({IS_RUNNING}) && livenet.step > arguments[0]", "training goes on", before)

    def pause(self) -> None:
        """Pauses and waits until no more frames come."""
        self.click(".play")
        self.until(f"!({IS_RUNNING})", "the button offers to play")
        self.settle()

    def settle(self) -> None:
        """Waits until what was sent has come back: for a while nothing else is painted."""
        self.run("window.rest = { since: performance.now(), shown: null }")
        self.until(
            """(() => {
              const [shown, now] = [`${livenet.step} ${livenet.specId}`, performance.now()];
              if (shown !== rest.shown) window.rest = { since: now, shown };
              return now - rest.since > 400;
            })()""",
            "the picture stands still",
        )

    def goes_on(self, frames: int = 3) -> None:
        """Waits for more frames and says that no step was lost meanwhile."""
        before, step = self.run("return [livenet.frames, livenet.step]")
        self.until("livenet.frames >= arguments[0]", "frames go on", before + frames)
        assert self.step >= step

    def diverge(self) -> None:
        """Trains with a learning rate of 10 until the divergence is said."""
        self.edited(lambda: self.choose("loss", "mean_squared_error"))
        self.edited(lambda: self.click("[data-dataset='ridge']"))
        self.edited(lambda: self.choose("activation", "relu"))
        self.edited(lambda: self.control("optimizer.learning_rate").send_keys(Keys.END))
        assert self.value("optimizer.learning_rate") == "10"
        self.click(".play")
        self.wait(
            lambda: self.find(".observation").get_attribute("data-observation") == "diverged",
            "the divergence is said",
        )
        assert not self.running

    def keep_timers(self) -> None:
        """Has the next page keep what it calls again and again in `window.timers`."""
        script = """window.timers = [];
            const { setInterval: real } = window;
            window.setInterval = (call, ...rest) => {
              window.timers.push(call);
              return real(call, ...rest);
            };"""
        self.command("Page.addScriptToEvaluateOnNewDocument", source=script)

    def edited(self, action: Callable[[], Any]) -> None:
        """Does something that edits the spec and waits for a frame that shows it."""
        before, step = self.run("return [livenet.specId, livenet.step]")
        action()
        self.until("livenet.specId > arguments[0]", "a frame shows the edit", before)
        assert self.step >= step

    def hover(self, element: WebElement, x: int = 0, y: int = 0) -> None:
        """Moves the pointer over an element, off its middle by x and y."""
        ActionChains(self.driver).move_to_element_with_offset(element, x, y).perform()

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, css: str, most: int = 120) -> None:
        """Presses Tab until an element has the focus."""
        for _ in range(most):
            if self.run("return document.activeElement.matches(arguments[0])", css):
                return
            self.press(Keys.TAB)
        raise AssertionError(f"no way to {css} by the Tab key")

    @property
    def tooltip(self) -> str:
        """The text of the tooltip, empty when there is none."""
        return self.run(
            "const t = document.getElementById('tooltip'); return t.hidden ? '' : t.textContent"
        )

    @property
    def notice(self) -> str:
        """The text of the notice, empty when there is none."""
        return self.run(
            "const n = document.querySelector('.notice');return !n || n.hidden ? '' : n.textContent"
        )

    def keep_notices(self) -> None:
        """Has the page keep in `window.notices` what the notice says, since it goes by itself."""
        self.run(
            """const notice = document.querySelector(".notice");
               window.notices = [];
               new MutationObserver(() => window.notices.push(notice.textContent))
                 .observe(notice, { childList: true, characterData: true, subtree: true });"""
        )

    @property
    def notices(self) -> str:
        """All that the notice said since `keep_notices`."""
        return self.run("return window.notices.join(' | ')")

    def resize(self, width: int, height: int, mobile: bool = False) -> None:
        """Gives the page another size."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile},
        )

    def prefer(self, **features: str) -> None:
        """Emulates media features, such as `prefers_color_scheme="dark"`."""
        listed = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def console(self) -> list[str]:
        """What the browser logged, less what the test allowed."""
        entries = [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]
        return [e for e in entries if not any(part in e for part in self.allowed)]


def show(page: Page, state: str) -> None:
    """Minimizes the window of the page, or shows it again (`normal`)."""
    window = page.command("Browser.getWindowForTarget")["windowId"]
    page.command("Browser.setWindowBounds", windowId=window, bounds={"windowState": state})
    page.wait(lambda: page.run(HIDDEN) is (state == "minimized"), f"the window is {state}")
