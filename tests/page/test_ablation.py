"""What the page makes of units and links that are switched off."""

from __future__ import annotations

import numpy as np

from engine import AblationRequest, parse_spec
from engine.insight.ablation import switch_off
from tests.engine import oracle
from tests.engine.states import draw_params
from tests.page.node import Modules

UNITS = [{"layer": 0, "unit": 1}, {"layer": 1, "unit": 2}]
LINKS = [{"layer": 0, "from": 1, "to": 0}, {"layer": 2, "from": "bias", "to": 0}]
#: What the network does not have.
ABSENT = [{"layer": 0, "unit": 4}], [{"layer": 0, "from": 2, "to": 0}]


def test_the_weights_that_are_drawn_are_those_of_the_engine(modules: Modules) -> None:
    spec = parse_spec({"layers": [{"units": 4}, {"units": 3}]})
    flat = draw_params(spec, 1)
    request = AblationRequest(((0, 1), (1, 2)), ((0, 1, 0), (2, None, 0)))
    drawn = modules.load(
        """const { zeroWeights } = await import("spec/ablation");
           const [weights, widths, units, links, absent] = arguments;
           const flat = new Float32Array(weights);
           const nothing = { units: absent[0], links: absent[1] };
           return [zeroWeights(flat, widths, { units, links }), zeroWeights(flat, widths, nothing)]
             .map((shown) => [...shown]);""",
        flat[: oracle.n_weights(spec)].tolist(), spec.widths, UNITS, LINKS, ABSENT,
    )  # fmt: skip
    expected = switch_off(spec, flat, request)[: oracle.n_weights(spec)]
    np.testing.assert_array_equal(np.float32(drawn[0]), expected)
    np.testing.assert_array_equal(np.float32(drawn[1]), flat[: oracle.n_weights(spec)])


def test_the_page_shows_what_the_session_says_once_nothing_is_on_its_way(
    modules: Modules,
) -> None:
    """Switched off at once; undone by the server; another page's network has other units."""
    found = modules.load(
        """const { createAblation } = await import("network/editing/switching-off");
           const { createPageStore } = await import("run/page-store");
           const store = createPageStore();
           const heard = {}, sent = [], seen = [];
           let settled = 0;
           const connection = {
             on: (type, call) => (heard[type] = call), send: (message) => sent.push(message),
           };
           const edits = { settle: () => settled += 1 };
           const ablate = createAblation(connection, { store, edits });
           const see = () => seen.push(store.get().ablation.units.map(({ unit }) => unit));
           const [first, second] = arguments[0].map(({ unit }) => [{ layer: 0, unit }]);
           const tell = (by, units) =>
             { heard.ablation({ by, units, links: [], undo: true, redo: false }); see(); };
           ablate({ units: first });
           see();
           ablate({ units: second }, "brush");
           tell("ablate", first);
           tell("ablate", second);
           tell("undo", first);
           heard.spec({});
           see();
           heard.spec({ ablation: { units: [], links: [] } });
           see();
           heard.opened({ ablation: { units: second, links: [] } });
           see();
           heard.opened({});
           see();
           return { seen, sent, settled, undo: store.get().run.canUndo };""",
        UNITS,
    )
    assert found["seen"] == [[1], [2], [2], [1], [1], [], [2], []]
    assert [message.get("group") for message in found["sent"]] == [None, "brush"]
    assert found["sent"][1]["units"] == [{"layer": 0, "unit": 2}]
    assert (found["settled"], found["undo"]) == (1, True)


def test_switching_twice_changes_nothing_and_frames_say_what_is_off(modules: Modules) -> None:
    found = modules.load(
        """const a = await import("spec/ablation");
           const [units, links] = arguments;
           let now = { units: [], links: [] };
           for (const unit of units) now = { ...now, ...a.switchUnit(now, unit) };
           for (const link of links) now = { ...now, ...a.switchLink(now, link) };
           const off = [a.isUnitOff(now, units[1]), a.isLinkOff(now, links[1]), a.isAblated(now)];
           const told = a.readAblation([0, 1, -1, 1, 2, -1, 0, 1, 0, 2, -1, 0]);
           const on = { ...a.switchUnit(now, units[0]), ...a.switchLink(now, links[1]) };
           return { now, off, told, on };""",
        UNITS,
        LINKS,
    )
    assert found["now"] == found["told"] == {"units": UNITS, "links": LINKS}
    assert found["off"] == [True, True, True]
    assert found["on"] == {"units": UNITS[1:], "links": LINKS[:1]}


def test_units_are_removed_by_one_edit_unless_a_layer_would_be_empty(modules: Modules) -> None:
    remove = """const { removeUnits } = await import("spec/ablation");
      return removeUnits([{ units: 4 }, { units: 2 }], arguments[0]);"""
    assert modules.load(remove, [*UNITS[:1], {"layer": 1, "unit": 0}]) == {
        "layers": [{"units": 3}, {"units": 1}],
        "origin": [[0, [0, 2, 3]], [1, [1]]],
    }
    assert modules.load(remove, [{"layer": 1, "unit": unit} for unit in (0, 1)]) is None


def test_bytes_of_another_range_are_moved_into_that_of_the_boundary(modules: Modules) -> None:
    moved = modules.load(
        """const { moveRange } = await import("plot/maps");
           const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
           const kept = moveRange(bytes, [-2, 2], [-2, 2]) === bytes;
           return [kept, [...moveRange(bytes, [-2, 2], [-1, 1])]];"""
    )
    values = np.clip(-2 + 4 * np.arange(256) / 255, -1, 1)
    assert moved[0]
    assert np.abs(np.array(moved[1]) - (values + 1) / 2 * 255).max() <= 0.51
