"""The trained model as a file: saved, opened, and refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load, save

from engine import Trainer
from tests.browser.page import Page

pytestmark = pytest.mark.slow

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
FILE = "[data-path='model']"


def train(page: Page, epochs: int) -> None:
    for _ in range(epochs):
        before = page.step
        page.click("[data-action='oneEpoch']")
        page.wait(lambda before=before: page.step == before + 25, "one epoch more")


def save_model(page: Page, folder: Path) -> Path:
    """Clicks and waits for the whole file."""
    before = set(folder.iterdir())
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    page.click("[data-action='saveModel']")

    def find() -> list[Path]:
        return [file for file in set(folder.iterdir()) - before if file.suffix == ".safetensors"]

    return page.wait(find, "the file is there")[0]


def open_model(page: Page, file: Path) -> None:
    page.find(FILE).send_keys(str(file))


def change(file: Path, target: Path, **metadata: str) -> Path:
    """Copies a model with other metadata."""
    with safe_open(file, framework="numpy") as model:
        content = save(load(file.read_bytes()), {**model.metadata(), **metadata})
    target.write_bytes(content)
    return target


def test_models_are_saved_opened_undone_and_refused(page: Page, tmp_path: Path) -> None:
    the_buttons_fit_a_phone(page)
    train(page, 3)
    loss = page.metric("train_loss")
    file = save_model(page, tmp_path)
    assert file.name == "livenet-circle-step75.safetensors"
    page.edited(lambda: page.click("[data-dataset='spiral']"))
    page.edited(lambda: page.click("[data-insert='2']"))
    train(page, 4)
    open_model(page, file)
    page.wait(lambda: page.step == 75 and page.units == [4, 2], "the model of the file")
    page.wait(lambda: page.metric("train_loss") == loss, "and its weights")
    assert page.find("[data-dataset='circle']").get_attribute("aria-checked") == "true"
    page.wait(lambda: f"{file.name} was opened" in page.notice, "the page says so")
    page.click("[data-action='undo']")
    page.wait(lambda: page.step == 175 and len(page.units) == 3, "what was there before")
    page.play()
    open_model(page, file)
    page.wait(lambda: page.units == [4, 2], "the same file once more")
    page.goes_on()
    assert page.running
    a_model_is_saved_while_it_trains(page, tmp_path)
    page.pause()
    what_is_refused_is_said_and_changes_nothing(page, tmp_path)


def a_model_is_saved_while_it_trains(page: Page, tmp_path: Path) -> None:
    page.edited(lambda: page.click("[data-dataset='xor']"))
    file = save_model(page, tmp_path)
    found = re.fullmatch(r"livenet-xor-step(\d+)\.safetensors", file.name)
    assert found, file.name
    trainer = Trainer.load(file)
    assert trainer.step == int(found[1]) > 0
    assert trainer.spec.data.name == "xor"
    page.goes_on()
    assert page.running


def the_buttons_fit_a_phone(page: Page) -> None:
    page.resize(360, 740, mobile=True)
    page.until("innerWidth === 360", "a phone")
    for name in ("saveModel", "openModel"):
        button = page.find(f"[data-action='{name}']")
        assert button.is_displayed()
        assert button.accessible_name
        right = page.run("return arguments[0].getBoundingClientRect().right", button)
        assert right <= 360
    page.resize(1440, 900)
    page.until("innerWidth === 1440", "a laptop")


NO_MODEL, TOO_LARGE = "not a model saved by LiveNet", "too large"
#: What is made of a saved model -> why it is refused.
NO_MODELS: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda model: PICTURE, NO_MODEL),
    (lambda model: b"", NO_MODEL),
    (lambda model: model[:-9], NO_MODEL),
    (lambda model: save({"x": np.zeros(3, np.float32)}), NO_MODEL),
    (lambda model: PICTURE * 150, TOO_LARGE),
    (lambda model: PICTURE * 5000, TOO_LARGE),
]
UNFIT: list[tuple[dict[str, str], str]] = [
    ({"spec": '{"layers":[]}'}, "Its weights do not fit its network"),
    ({"spec": '{"layers":[{"units":99}]}'}, "Its setting layers.0.units is not valid"),
    ({"counters": "{"}, NO_MODEL),
]


def what_is_refused_is_said_and_changes_nothing(page: Page, tmp_path: Path) -> None:
    page.allowed.append("/model - Failed to load resource: the server responded with a status of 4")
    model = save_model(page, tmp_path)
    a_file_that_does_not_fit_or_is_no_model_is_refused(page, model, tmp_path)
    a_session_that_is_gone_is_said(page, model)
    a_server_that_cannot_be_reached_is_said(page)


def a_file_that_does_not_fit_or_is_no_model_is_refused(
    page: Page, model: Path, tmp_path: Path
) -> None:
    step, before = page.step, page.spec_id
    for i, (make, text) in enumerate(NO_MODELS):
        file = tmp_path / f"holiday-{i}.png"
        file.write_bytes(make(model.read_bytes()))
        open_model(page, file)
        said = f"{file.name} could not be opened; nothing has changed."
        page.wait(lambda said=said: page.notice.startswith(said), "the page says so")
        assert text in page.notice, "and why"
    for metadata, text in UNFIT:
        open_model(page, change(model, tmp_path / "odd", **metadata))
        page.wait(lambda text=text: text in page.notice, "the page says why")
    train(page, 1)
    assert page.step == step + 25
    assert page.spec_id == before
    assert page.units == [4, 2]


def a_session_that_is_gone_is_said(page: Page, file: Path) -> None:
    page.run(
        """const [{ fetch }, token] = [window, sessionStorage.getItem("livenet.session")];
           window.fetch = (url, options) => fetch(url.replace(token, "nobody"), options);"""
    )
    page.click("[data-action='saveModel']")
    page.wait(lambda: "not saved. The server no longer has" in page.notice, "the page says so")
    open_model(page, file)
    page.wait(lambda: "nothing has changed. The server no longer" in page.notice, "and here")


def a_server_that_cannot_be_reached_is_said(page: Page) -> None:
    page.allowed.append("ERR_BLOCKED_BY_CLIENT")
    page.command("Network.enable")
    page.command("Network.setBlockedURLs", urls=["*/model"])
    page.click("[data-action='saveModel']")
    page.wait(lambda: "cannot be reached" in page.notice, "the page says so")
