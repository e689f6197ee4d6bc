"""The run of a live picture: one session, for whoever looks, and none for nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from tests.page.node import Modules

#: A live run over transports that keep what is sent; `answer` answers all that waits for it.
MAKE = """
    const { createLiveRun } = await import("lessons/live-run");
    const frame = Uint8Array.from(arguments[0]).buffer;
    const opened = [];
    const painted = [];
    function open(on) {
      const transport = { on, sent: [], closed: false };
      opened.push(transport);
      const close = () => { transport.closed = true; };
      return { send: (message) => transport.sent.push(message), close };
    }
    const run = createLiveRun({ open, paint: ({ meta }) => painted.push(meta.step) });
    let id = 0;
    function answer() {
      const { on, sent } = opened.at(-1);
      for (const { type } of [...sent.splice(0)]) {
        if (type === "open") on.message({ type: "opened", id: 0 });
        else if (["load", "set_weight"].includes(type)) on.message({ type: "spec", id: ++id });
      }
    }
    const network = { spec: { seed: 3 }, weights: [[0, "bias", 0, 4]] };
    const types = () => opened.map(({ sent }) => sent.map(({ type }) => type));
"""


def run(modules: Modules, script: str, spec_id: int = 2) -> Any:
    metadata = {"step": "7", "spec_id": str(spec_id), "boundary_range": "[0, 1]"}
    frame = save({"boundary": np.zeros((1, 2, 2), np.uint8)}, metadata)
    return modules.load(MAKE + script, [*frame])


def test_it_trains_what_is_looked_at_once_all_of_it_is_there(modules: Modules) -> None:
    said, weight, before, after = run(
        modules,
        """run.show(network);
           opened[0].on.ready();
           answer();
           opened[0].on.frame(frame);
           const before = [...painted];
           const said = types()[0];
           const weight = opened[0].sent.find(({ type }) => type === "set_weight");
           answer();
           opened[0].on.frame(frame);
           return [[...said, "|", ...types()[0]], weight, before, painted];""",
    )
    assert said == ["views", "speed", "pause", "load", "set_weight", "ack", "|", "run", "ack"]
    assert weight == {"type": "set_weight", "layer": 0, "from": "bias", "to": 0, "value": 4}
    assert (before, after) == ([], [7]), "no frame of another network"


def test_another_one_trains_in_the_same_session(modules: Modules) -> None:
    said, painted = run(
        modules,
        """run.show(network);
           opened[0].on.ready();
           answer();
           answer();
           run.show({ spec: { seed: 4 }, weights: [] });
           opened[0].on.frame(frame);
           answer();
           answer();
           run.pause();
           opened[0].on.frame(frame);
           return [types(), painted];""",
        spec_id=3,
    )
    assert said == [["pause", "ack"]]
    assert painted == []


@pytest.mark.parametrize("said", ["queued", "error"])
def test_it_takes_no_place_that_others_wait_for(modules: Modules, said: str) -> None:
    closed, left = run(
        modules,
        f"""run.show(network);
            opened[0].on.ready();
            opened[0].on.message({{ type: "{said}" }});
            return [opened[0].closed, opened.length];""",
    )
    assert (closed, left) == (True, 1)


def test_it_never_has_two_places(modules: Modules) -> None:
    said, count = run(
        modules,
        """run.show(network);
           opened[0].on.ready();
           answer();
           opened[0].sent.length = 0;
           run.stop();
           run.show(network);
           const before = opened.length;
           opened[0].on.close(1000);
           return [types(), [before, opened.length]];""",
    )
    assert said == [["end"], []]
    assert count == [1, 2], "another one once the first has ended"


def test_a_lost_server_is_not_sought(modules: Modules) -> None:
    before, after = run(
        modules,
        """run.show(network);
           opened[0].on.close(1006);
           const before = opened.length;
           run.show(network);
           return [before, opened.length];""",
    )
    assert (before, after) == (1, 2), "until somebody looks again"
