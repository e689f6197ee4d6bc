"""The embed: options of its address, and the places of its panels."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.specs import bounded
from tests.page.node import Modules
from tests.sizes import choose

MANY = 300

PANELS = [
    "boundary", "network", "loss", "unit", "data", "metrics", "legend", "landscape", "step",
    "spaces", "gradients", "race",
    "map", "search", "classes", "goal",
]  # fmt: skip
NUMBERS = st.floats(1e-9, 1e6, allow_nan=False)


def some_of(names: list[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, min_size=least).map(
        lambda chosen: [name for name in names if name in chosen]
    )


ORIGINS = ["https://deck.example", "http://localhost:8080", "http://[::1]:90"]
OPTIONS = st.fixed_dictionaries({
    "panels": some_of(PANELS, 1),
    "controls": some_of(["play", "step", "reset", "speed", "data", "noise", "rate", "batch"]),
    "background": st.sampled_from([None, "transparent"]),
    "theme": st.sampled_from([None, "light", "dark"]),
    "text": st.floats(0.75, 2),
    "start": st.sampled_from(["pause", "click", "auto"]),
    "epochs": st.none() | st.integers(1, 10**6),
    "stop_loss": st.none() | NUMBERS,
    "until": st.none() | st.from_regex(r"[ -~]{1,400}", fullmatch=True),
    "goal": st.none() | st.just("test_loss <= 0.1 & (epoch > 3)"),
    "speed": st.integers(1, 200),
    "lang": st.sampled_from([None, "en", "ko", "pt-BR"]),
    "recording": st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    "rehearse": st.sampled_from([None, "1"]),
    "origin": st.none() | some_of(ORIGINS, 1),
})  # fmt: skip

ROUND_TRIP = """
    const { readOptions, writeOptions } = await import("embed/options");
    return arguments[0].map((options) => {
      const text = writeOptions(options);
      const { search } = new URL(`/embed?data=xor&${text}&rate=1`, location);
      return [readOptions(search), text];
    });
"""
READ = """
    const { readOptions } = await import("embed/options");
    return arguments[0].map((query) => {
      const wrong = [];
      const options = readOptions(query, ({ word, value }) => wrong.push([word, value]));
      return [options, wrong];
    });
"""
WRONG = [
    ("panels=", "panels", ""),
    ("panels=boundary,pictures", "panels", "boundary,pictures"),
    ("controls=play,everything", "controls", "play,everything"),
    ("background=red", "background", "red"),
    ("theme=<script>", "theme", "<script>"),
    ("text=3", "text", "3"),
    ("text=NaN", "text", "NaN"),
    ("start=now", "start", "now"),
    ("epochs=0", "epochs", "0"),
    ("epochs=1.5", "epochs", "1.5"),
    ("epochs=1&epochs=2", "epochs", "2"),
    ("stop_loss=-1", "stop_loss", "-1"),
    ("goal=", "goal", ""),
    ("until=%F0%9F%98%80", "until", "\N{GRINNING FACE}"),
    ("speed=1e9", "speed", "1e9"),
    ("lang=../ko", "lang", "../ko"),
    ("recording=../../etc", "recording", "../../etc"),
    ("origin=*", "origin", "*"),
    ("origin=https://deck.example/page", "origin", "https://deck.example/page"),
]


def test_options_come_back_and_broken_ones_are_named(modules: Modules) -> None:
    found: list[dict[str, Any]] = []

    @bounded(MANY)
    @given(OPTIONS)
    def collect(options: dict[str, Any]) -> None:
        found.append(options)

    collect()
    assert len(found) >= MANY
    for options, (read, text) in zip(found, modules.load(ROUND_TRIP, found), strict=True):
        assert read == options, text
    [[defaults, text]] = modules.load(ROUND_TRIP, [{}])
    assert text == ""
    results = modules.load(READ, [query for query, *_ in WRONG])
    for (query, *wrong), (options, said) in zip(WRONG, results, strict=True):
        assert said == [wrong], query
        # Who may speak is never left open by a slip.
        closed = {"origin": []} if wrong[0] == "origin" else {}
        assert options == {**defaults, **closed}, query
    [[options, _]] = modules.load(READ, ["panels=loss,boundary,loss&controls=reset,play"])
    assert options["panels"] == ["boundary", "loss"], "in the order in which they are shown, once"
    assert options["controls"] == ["play", "reset"]
    words = modules.load(
        """const [{ PARTS }, { PATHS }] =
             await Promise.all([import("embed/options"), import("spec/url-state")]);
           return [PARTS, Object.keys(PATHS)];"""
    )
    # The output layer is frozen in the network itself, as hidden layers are: with `layers`.
    own = set(words[1]) - {"task", "output_trainable"}
    assert sorted(words[0]) == sorted(own), "every part has its control"
    assert not set(words[1]) & set(defaults), "no word means two things"


ARRANGE = """
    const { arrange } = await import("embed/layout");
    const { PANELS } = await import("embed/options");
    const choices = Array.from({ length: 2 ** PANELS.length - 1 }, (_, i) =>
      PANELS.filter((_, k) => (i + 1) & (1 << k)))
      .filter(({ length }) => length <= arguments[1] || length === PANELS.length);
    const apart = (a, b) => a.x + a.width <= b.x || b.x + b.width <= a.x
      || a.y + a.height <= b.y || b.y + b.height <= a.y;
    const wrong = [];
    for (const [width, height, rem] of arguments[0]) {
      for (const panels of choices) {
        const boxes = arrange(panels, { width, height, rem });
        const inside = boxes.every(({ x, y, width: w, height: h }) =>
          x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= width && y + h <= height);
        const first = panels.slice(0, boxes.length).sort();
        const fine = inside && String(boxes.map(({ name }) => name).sort()) === String(first)
          && boxes.every((a, i) => boxes.slice(i + 1).every((b) => apart(a, b)));
        const find = (one) => boxes.find(({ name }) => name === one);
        const [plane, legend] = [find("boundary"), find("legend")];
        const paired = !plane || !legend || (legend.x === plane.x && legend.y > plane.y);
        if (!fine || !paired) wrong.push([panels, width, height]);
      }
    }
    const room = [{ width: 1896, height: 968, rem: 22 }, { width: 944, height: 454, rem: 16.9 }];
    return [wrong, ...room.map((one) => arrange(PANELS, one).length)];
"""


def test_every_choice_of_panels_has_its_places(modules: Modules) -> None:
    sizes = [
        (944, 454, 16.9),
        (1896, 968, 22),
        (464, 461, 15.6),
        (627, 294, 12.9),
        (228, 101, 11.5),
    ]
    # There are 65,535 choices, all of which are tried at night.
    wrong, shown, most = modules.load(ARRANGE, sizes, choose(2, len(PANELS)))
    assert wrong == []
    assert shown == len(PANELS)
    assert most == len(PANELS) - 5, "half a slide has no room for the last five"
