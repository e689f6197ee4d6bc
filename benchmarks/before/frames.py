"""Full frames against those of the commit before small networks trained in folded loops."""

from __future__ import annotations

from benchmarks.before.commit import NoCommitError, check_out, describe_missing
from benchmarks.before.engine_tasks import EPOCH, Task, make_plane_spec, time_tasks
from benchmarks.engine.steps import NETWORKS
from benchmarks.report import Row

GOALS = {"2-4-2-1": 2.5, "2-8x6-1": 2.0}
ROUNDS, FRAMES = 10, 60


def measure_frames_before() -> list[Row]:
    """One epoch, both losses, boundary, every unit: the shortest of 600 frames of each tree."""
    tasks = {
        name: Task(make_plane_spec(units), True, EPOCH, None, FRAMES)
        for name, units in NETWORKS.items()
    }
    try:
        with check_out() as tree:
            times = time_tasks(tree, tasks, ROUNDS)
    except NoCommitError as error:
        return [describe_missing(_name(name), f"{goal:.1f}", error) for name, goal in GOALS.items()]
    return [_describe(name, best) for name, best in times.items()]


def _name(network: str) -> str:
    return f"frame, {network}, against the commit before"


def _describe(network: str, best: dict[str, float]) -> Row:
    ratio, goal = best["before"] / best["now"], GOALS[network]
    detail = ", ".join(f"{who} {seconds * 1e3:.3f} ms" for who, seconds in best.items())
    return Row(_name(network), f"{ratio:.2f}", f"{goal:.1f}", ratio >= goal, detail)
