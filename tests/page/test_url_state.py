"""The state in the address: read back as it was, short, and firm against nonsense."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from engine import dump_spec, parse_spec
from engine.spec.presets import PRESETS
from livenet import embed
from livenet.addresses import write_number, write_state
from tests.engine.specs import bounded, specs
from tests.page.node import Modules

MANY = 100
DEFAULTS = dump_spec(parse_spec({}))

#: Writes each spec and reads it again, as the address bar has it.
ROUND_TRIP = """
    const { readState, writeState } = await import("spec/url-state");
    const [specs, defaults] = arguments;
    return specs.map((spec) => {
      const text = writeState(spec, defaults);
      const { search } = new URL(`/?${text}`, location);
      return { text, search, read: readState(search) };
    });
"""
READ = """
    const { readState } = await import("spec/url-state");
    return arguments[0].map((query) => {
      try { return [readState(query), null]; }
      catch ({ name, key, value }) { return [null, key ? [key, value] : name]; }
    });
"""


def round_trip(modules: Modules, specs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return modules.load(ROUND_TRIP, specs, DEFAULTS)


def test_every_spec_comes_back(modules: Modules) -> None:
    found: list[dict[str, Any]] = []

    @bounded(MANY)
    @given(specs(batch_norm=True, frozen=True))
    def collect(spec: dict[str, Any]) -> None:
        found.append(dump_spec(parse_spec(spec)))

    collect()
    assert len(found) >= MANY
    tables = ({"name": "iris", "axes": ["pc1", "pc2"]}, {"name": "boston", "columns": ["rm", "b"]})
    found += [dump_spec(parse_spec({"data": table})) for table in tables]
    for spec, trip in zip(found, round_trip(modules, found), strict=True):
        assert write_state(spec, DEFAULTS) == trip["text"], "a notebook says the same"
        assert dump_spec(parse_spec(trip["read"] or {})) == spec, trip["text"]
        assert trip["search"] == f"?{trip['text']}", "it needs no escapes"


def test_links_are_short(modules: Modules) -> None:
    trips = round_trip(modules, [dump_spec(parse_spec(preset.spec)) for preset in PRESETS])
    texts = {preset.id: trip["text"] for preset, trip in zip(PRESETS, trips, strict=True)}
    assert texts["circle"] == ""
    assert texts["spiral"] == "v=1&data=spiral&layers=8:elu*3&optimizer=adam&rate=0.005"
    long = texts.pop("mnist_5")
    assert max(len(text) for text in texts.values()) < 150, texts
    assert len(long) < 170, "three layers that differ, and a schedule"


def test_what_is_no_state_is_left_alone(modules: Modules) -> None:
    for query in ("", "?", "?lang=ko", "?utm_source=mail&fbclid=1"):
        assert modules.load(READ, [query]) == [[None, None]]
    [[spec, wrong]] = modules.load(READ, ["?lang=ko&rate=1&layers=none&clip=none&hello=1"])
    assert wrong is None
    assert spec == {"layers": [], "optimizer": {"learning_rate": 1, "clip_norm": None}}
    rest = modules.load(
        """const { dropState } = await import("spec/url-state");
           return dropState("?lang=ko&v=1&rate=1&hello=1");"""
    )
    assert rest == "lang=ko&hello=1"


def test_numbers_of_a_notebook_are_written_as_the_page_does(modules: Modules) -> None:
    numbers = [10.0**-power * factor for power in range(12) for factor in (1, 1.5, 1.234567)]
    assert modules.load("return arguments[0].map(String)", numbers) == [*map(write_number, numbers)]


def test_the_page_reads_the_options_of_a_notebook(modules: Modules) -> None:
    chosen = {
        "panels": ["loss", "data"], "controls": ["play", "rate"], "theme": "dark", "text": 1.5,
        "start": "auto", "epochs": 30, "stop_loss": 1e-6, "speed": 5, "lang": "ko",
    }  # fmt: skip
    address = str(embed({"data": {"name": "xor"}}, transparent=True, **chosen))
    script = """const { readOptions } = await import("embed/options");
        return readOptions(new URL(arguments[0]).search);"""
    read = modules.load(script, address)
    assert {key: read[key] for key in chosen} == chosen
    assert read["background"] == "transparent"


#: Words as the server writes them: a state itself, its id, and nothing.
CARRIED = ("eNpjY-_A0-.1", "-_" * 900 + ".1", "aaaabbbbcccc2222", None)


def test_what_a_link_carries_stands_beside_its_words(modules: Modules) -> None:
    spec = dump_spec(parse_spec({"data": {"name": "xor"}}))
    script = """
        const { readPayload, readState, writeState, dropState } = await import("spec/url-state");
        const [words, spec, defaults] = arguments;
        return words.map((word) => {
          const { search } = new URL(`/?lang=ko&${writeState(spec, defaults, word)}`, location);
          return [search, readPayload(search), readState(search), dropState(search)];
        });
    """
    for word, (search, carried, read, rest) in zip(
        CARRIED, modules.load(script, CARRIED, spec, DEFAULTS), strict=True
    ):
        assert carried == word
        assert read == {"data": {"name": "xor"}}
        assert rest == "lang=ko"
        assert search == f"?lang=ko&{write_state(spec, DEFAULTS, word or '')}"


WRONG: list[tuple[str, str, str]] = [
    ("v=2&data=xor", "v", "2"),
    ("v=", "v", ""),
    ("data=xor&data=gauss", "data", "gauss"),
    ("data=<script>alert(1)</script>", "data", "<script>alert(1)</script>"),
    ("rate=fast", "rate", "fast"),
    ("rate=", "rate", ""),
    ("rate=1e999", "rate", "1e999"),
    ("rate=0x10", "rate", "0x10"),
    ("rate=NaN", "rate", "NaN"),
    ("layers=", "layers", ""),
    ("layers=8:relu*0", "layers", "8:relu*0"),
    ("layers=8*9999", "layers", "8*9999"),
    ("layers=8*2*2", "layers", "8*2*2"),
    (f"layers={',' * 5000}", "layers", ""),
    (f"layers={'1,' * 200}1", "layers", f"{'1,' * 200}1"),
    ("features=x1,,x2", "features", ""),
]


def test_what_is_wrong_is_named(modules: Modules) -> None:
    for (query, *wrong), found in zip(
        WRONG, modules.load(READ, [query for query, *_ in WRONG]), strict=True
    ):
        assert found == [None, wrong], query
    [[spec, _]] = modules.load(READ, ["layers=8:dx"])
    assert spec["layers"][0]["activation"] == "dx", "the server refuses it by name"
