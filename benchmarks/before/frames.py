"""Full frames against those of the commit before, by turns in two processes."""

from __future__ import annotations

from pathlib import Path

from benchmarks.before.commit import ROOT, NoCommitError, Worker, check_out, describe_missing
from benchmarks.engine.steps import NETWORKS
from benchmarks.report import Row

GOALS = {"2-4-2-1": 2.5, "2-8x6-1": 2.0}
ROUNDS, FRAMES = 10, 60
SCRIPT = Path(__file__).with_name("frame_worker.py")


def measure_frames_before() -> list[Row]:
    """One epoch, both losses, boundary, every unit: the shortest of 600 frames of each tree."""
    try:
        with check_out() as tree:
            return _measure(tree)
    except NoCommitError as error:
        return [describe_missing(_name(name), f"{goal:.1f}", error) for name, goal in GOALS.items()]


def _name(network: str) -> str:
    return f"frame, {network}, against the commit before"


def _measure(tree: Path) -> list[Row]:
    workers = {"before": Worker(tree, SCRIPT), "now": Worker(ROOT, SCRIPT)}
    rows = []
    try:
        for name, units in NETWORKS.items():
            line = " ".join(map(str, (FRAMES, *units)))
            rounds = [
                {who: float(worker.ask(line)) for who, worker in workers.items()}
                for _ in range(ROUNDS)
            ]
            best = {who: min(one[who] for one in rounds) for who in workers}
            ratio, goal = best["before"] / best["now"], GOALS[name]
            detail = ", ".join(f"{who} {seconds * 1e3:.3f} ms" for who, seconds in best.items())
            rows.append(Row(_name(name), f"{ratio:.2f}", f"{goal:.1f}", ratio >= goal, detail))
    finally:
        for worker in workers.values():
            worker.close()
    return rows
