"""The helper for notebooks: what Jupyter shows, what a console prints, and where it leads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

import livenet
from engine import LinkPayload, Spec, Trainer, decode_payload, read_word
from livenet import options

ROOT = Path(__file__).parents[2]


def test_jupyter_shows_a_frame_and_a_console_the_link() -> None:
    shown = livenet.embed(
        {"data": {"name": "xor"}, "layers": [{"units": 8, "activation": "relu"}] * 2},
        server="https://net.example/live/", width=600, height=300, title='"A" <b>',
        panels=["boundary", "loss"], controls=[], text=1.25, transparent=True, start="click",
        epochs=200, lang="ko",
    )  # fmt: skip
    expected = (
        "https://net.example/live/embed?v=1&data=xor&layers=8:relu*2&panels=boundary,loss"
        "&controls=none&background=transparent&text=1.25&start=click&epochs=200&lang=ko"
    )
    assert str(shown) == repr(shown) == expected
    frame = ElementTree.fromstring(shown._repr_html_())
    assert frame.attrib["src"] == expected
    assert frame.attrib["title"] == '"A" <b>'
    assert (frame.attrib["width"], frame.attrib["height"]) == ("600", "300")
    assert str(livenet.embed(Spec())) == str(livenet.embed()) == "http://127.0.0.1:8000/embed"


def test_what_breaks_a_rule_is_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"optimizer\.learning_rate must be at most 10"):
        livenet.embed({"optimizer": {"learning_rate": 11}})
    with pytest.raises(ValueError, match="must be an object"):
        livenet.embed("xor")
    with pytest.raises(ValueError, match="server must be an address"):
        livenet.embed(server="localhost:8000")


@pytest.mark.parametrize(
    ("argument", "value", "rule"),
    [
        ("panels", ["nosuch"], "any of boundary, network, loss"),
        ("panels", "boundary", "a list of names"),
        ("panels", [], "a list with one name or more"),
        ("panels", ["loss", 3], "any of boundary"),
        ("controls", ["play", "nosuch"], "any of play, step"),
        ("controls", 5, "a list of names"),
        ("theme", "blue", "one of light, dark"),
        ("start", "soon", "one of pause, click, auto"),
        ("lang", "fr", "one of en, ko"),
        ("text", 3, "a number from 0.75 to 2"),
        ("text", "1", "a number"),
        ("epochs", 0, "a whole number from 1 to 1,000,000"),
        ("epochs", 2.5, "a whole number"),
        ("epochs", True, "a whole number"),
        ("stop_loss", -1, "a number from"),
        ("stop_loss", float("nan"), "a number from"),
        ("until", "", "a goal of 1 to 400 ASCII characters"),
        ("goal", "x" * 401, "a goal of 1 to 400"),
        ("goal", 3, "a goal of"),
        ("speed", 201, "a whole number from 1 to 200"),
        ("speed", float("inf"), "a whole number from 1 to 200"),
        ("width", 0, "a whole number from 1 to 10,000"),
        ("height", -3, "a whole number from 1 to 10,000"),
        ("height", None, "a whole number from 1 to 10,000"),
        ("transparent", "yes", "True or False"),
        ("title", 5, "a text"),
    ],
)  # fmt: skip
def test_an_argument_that_breaks_its_rule_is_named(argument: str, value: Any, rule: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{argument} must be {rule}")) as caught:
        livenet.embed(**{argument: value})
    said = str(caught.value).rpartition("got ")[2]
    assert said in (repr(value), "'nosuch'", "3", "0")


def list_words(source: str, name: str) -> tuple[str, ...]:
    """A list of the page's script, with the lists that are in it."""
    found = re.search(rf"export const {name} = \[(.*?)\];", source, re.DOTALL)
    assert found
    inner = [w for other in re.findall(r"\.\.\.(\w+)", found[1]) for w in list_words(source, other)]
    return (*inner, *re.findall(r'"(\w+)"', found[1]))


def test_the_page_takes_the_same_words_and_numbers() -> None:
    source = (ROOT / "static" / "js" / "embed" / "options.js").read_text(encoding="utf-8")
    for name in ("PANELS", "CONTROLS", "THEMES", "STARTS"):
        assert getattr(options, name) == list_words(source, name), name
    numbers = re.findall(r"(\w+): \{[^}]*number\(([^)]*)\)", source)
    assert {name for name, _ in numbers} == set(options.NUMBERS) - {"width", "height"}
    for name, said in numbers:
        least, most, *whole = said.split(", ")
        assert options.NUMBERS[name] == (float(least), float(most), whole == ["true"])
    catalogues = (ROOT / "static" / "i18n").glob("*.json")
    assert set(options.LANGUAGES) == {file.stem for file in catalogues}


def carried(shown: livenet.Embed) -> LinkPayload:
    [word] = parse_qs(urlsplit(str(shown)).query)["state"]
    return decode_payload(read_word(word))


def test_points_and_trained_weights_come_along() -> None:
    points = [[x / 10, -x / 10, x % 2] for x in range(20)]
    spec = {"data": {"name": "points", "points": points}}
    assert carried(livenet.embed(spec)).points == tuple(map(tuple, points))
    trainer = Trainer(Spec())
    trainer.train(epochs=2)
    payload = carried(livenet.embed(trainer))
    assert payload.counters.step == 50
    assert payload.params is not None


def test_what_is_too_long_needs_the_server() -> None:
    trainer = Trainer(Spec.model_validate({"layers": [{"units": 32}, {"units": 32}]}))
    with pytest.raises(OSError, match=r"refused|\[Errno"):
        livenet.embed(trainer, server="http://127.0.0.1:9")


ALONE = """
import sys
sys.modules["engine"] = None
import livenet
print(livenet.embed({"data": {"name": "spiral"}, "layers": [{"units": 3}]}, epochs=5))
"""


def test_it_needs_no_engine() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "http://127.0.0.1:8000/embed?v=1&data=spiral&layers=3&epochs=5\n"
