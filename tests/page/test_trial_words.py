"""What the quiet line says of a change that is tried on copies."""

from __future__ import annotations

from tests.page.node import Modules


def test_what_is_said_of_a_trial_and_when_there_is_something_to_click(modules: Modules) -> None:
    states = modules.load(
        """const { describeTrial } = await import("advice/trial-words");
           const candidates = [0.003, 0.01].map((value) => ({ what: "l2", value, patch: {} }));
           const found = { fix: { patch: {} }, candidates };
           const answer = { candidates, epochs: 300, baseline: { test_loss: 1 },
             results: [null, { test_loss: 0.25 }] };
           return [null, { ...answer, best: 1 }, { ...answer, best: 1, baseline: null },
             { ...answer, best: null }, { candidates }].map((one) => describeTrial(found, one));"""
    )
    texts = [one["text"] for one in states]
    assert texts == [
        "Trying L2 of 0.003 or 0.01 on copies of the network …",
        "With L2 of 0.01 the test loss is 0.250 instead of 1.000 after 300 epochs.",
        "With L2 of 0.01 the test loss is 0.250 after 300 epochs.",
        "Tried on copies for 300 epochs: L2 of 0.003 and 0.01. None lowers the test loss.",
        "",
    ]
    assert [one["offers"] for one in states] == [False, True, True, False, True]
    assert [bool(one["candidate"]) for one in states] == [False, True, True, False, False]
