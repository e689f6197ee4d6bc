"""The helper for notebooks: what Jupyter shows, what a console prints, and where it leads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

import livenet
from engine import Packet, Spec, Trainer, decode_packet, read_word

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


def carried(shown: livenet.Embed) -> Packet:
    [word] = parse_qs(urlsplit(str(shown)).query)["state"]
    return decode_packet(read_word(word))


def test_points_and_trained_weights_come_along() -> None:
    points = [[x / 10, -x / 10, x % 2] for x in range(20)]
    spec = {"data": {"name": "points", "points": points}}
    assert carried(livenet.embed(spec)).points == tuple(map(tuple, points))
    trainer = Trainer(Spec())
    trainer.train(epochs=2)
    packet = carried(livenet.embed(trainer))
    assert packet.counters.step == 50
    assert packet.params is not None


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
