"""The plugin of reveal.js: which commands lead from one fragment to another."""

from __future__ import annotations

from tests.app.servers import ROOT
from tests.page.node import Modules

PLUGIN = ROOT / "static" / "slides" / "livenet.js"
WAYS = """
    const script = `${arguments[0]}\nexport default RevealLiveNet;`;
    const { default: plugin } =
      await import(`data:text/javascript,${encodeURIComponent(script)}`);
    const { readCommands, stateAfter, findWay } = plugin;
    const how = (exact, watched) =>
      ({ exact, watched, own: { query: "data=xor", panels: ["boundary"] } });
    const state = (text) => stateAfter(readCommands(text));
    const way = (from, to, exact = true, watched = true) =>
      findWay(state(from), state(to), how(exact, watched));
    const refusal = (text) => {
      try { return readCommands(text) && null; } catch ({ message }) { return message; }
    };
    const wrong = ["train", "train 0", "train 2e3", "train 9999999", "fly", "unit 1", "show",
      "reset 1"].map(refusal);
    return {
      on: way("train 20", "train 20; train 180"),
      back: way("train 20; train 180", "train 20"),
      again: way("train 20", "train 20"),
      touched: way("train 20", "train 20", false),
      jump: way("", "train 20; step 3; show loss,network; unit 0 1", true, false),
      other: way("train 20", "train 20; load data=gauss&layers=none; train 5"),
      home: way("load data=gauss", ""),
      closed: way("show loss; unit 0 1", ""),
      played: way("play", "pause"),
      carried: way("load data=xor&state=abc; train 20", "load data=xor&state=abc"),
      wrong,
    };
"""


def test_the_way_between_two_fragments(modules: Modules) -> None:
    ways = modules.load(WAYS, PLUGIN.read_text(encoding="utf-8"))
    fast = {"type": "train", "epochs": 20, "fast": True}
    assert ways["on"] == [{"type": "train", "epochs": 180, "fast": False}]
    assert ways["back"] == ways["touched"] == [{"type": "reset"}, fast]
    assert ways["again"] == []
    assert ways["jump"] == [
        fast, {"type": "step", "batches": 3}, {"type": "show", "panels": ["loss", "network"]},
        {"type": "show", "unit": {"layer": 0, "unit": 1}},
    ]  # fmt: skip
    assert ways["other"] == [
        {"type": "load", "query": "data=gauss&layers=none"},
        {"type": "train", "epochs": 5, "fast": True},
    ]
    assert ways["home"] == [{"type": "load", "query": "data=xor"}]
    assert ways["closed"] == [
        {"type": "show", "panels": ["boundary"]},
        {"type": "show", "unit": None},
    ]
    assert ways["carried"] == [{"type": "load", "query": "data=xor&state=abc"}]
    assert ways["played"] == [{"type": "reset"}]
    assert all(message and message.startswith("data-livenet: ") for message in ways["wrong"])
