"""Times frames and updates of one tree: a script, of which each tree has one process.

A line is the JSON of a `Task` (`engine_tasks`); the answer is the shortest time of one call, in
seconds. It knows nothing but what both trees have.
"""

from __future__ import annotations

import json
import sys
import time
from functools import cache
from typing import Any

from engine import FrameRequest, Programs, Trainer, parse_spec


@cache
def _make_programs(exact: bool) -> Programs:
    programs = Programs()
    if not exact:
        programs.warm()
    return programs


@cache
def _make_trainer(spec: str, exact: bool) -> Trainer:
    trainer = Trainer(parse_spec(json.loads(spec)), _make_programs(exact))
    if exact:
        trainer.train(steps=1)
    return trainer


def _time_calls(task: dict[str, Any]) -> float:
    trainer = _make_trainer(task["spec"], task["exact"])
    views = task["views"]
    request = None if views is None else FrameRequest(tuple(views))
    times = []
    for _ in range(1 + task["calls"]):
        begun = time.perf_counter()
        trainer.turn(batches=task["batches"], request=request).arrays  # noqa: B018
        times.append(time.perf_counter() - begun)
    # Before the first call of a task there may be something to compile.
    return min(times[1:])


for line in sys.stdin:
    print(_time_calls(json.loads(line)), flush=True)
