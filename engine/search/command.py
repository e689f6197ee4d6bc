"""`python -m engine search`: searches hyperparameters and says what was found."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.base.errors import SearchError
from engine.data.image_store import ImageStore
from engine.data.images.progress import show_progress
from engine.programs.tiers import Programs
from engine.search.dimensions import PATHS
from engine.search.proposals.methods import METHODS
from engine.search.proposals.objectives import OBJECTIVES
from engine.search.search import Search
from engine.search.settings import SearchSettings
from engine.search.table import write_trials
from engine.search.trials import SearchTrial
from engine.spec.reading import add_spec_arguments, read_spec
from engine.state.checkpoints import save_checkpoint

_EPILOG = f"""\
What can be varied: {", ".join(PATHS)}.
A number is varied by PATH, PATH=LOW:HIGH or PATH=LOW:HIGH:log (:COUNT for a grid), a choice by
PATH or PATH=ONE,OTHER.
"""


def add_command(commands: Any) -> None:
    """Adds `search` to the commands of a parser."""
    search: argparse.ArgumentParser = commands.add_parser(
        "search",
        help="search hyperparameters with Optuna",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_spec_arguments(search)
    search.add_argument(
        "--dimension", metavar="PATH=RANGE", action="append", required=True, type=read_dimension,
        help="what is varied; up to 8 times",
    )  # fmt: skip
    search.add_argument("--method", choices=[*METHODS], default="tpe")
    search.add_argument(
        "--objective", choices=[*OBJECTIVES], action="append",
        help="what is made small or large; twice for a Pareto front",
    )  # fmt: skip
    search.add_argument("--trials", type=int, default=64, metavar="N")
    search.add_argument("--epochs", type=int, default=100, metavar="N", help="of each trial")
    search.add_argument("--seconds", type=float, metavar="S", help="begin no trial after so long")
    search.add_argument("--batch", type=int, metavar="N", help="trained together")
    search.add_argument("--seed", type=int, default=0, help="of the method")
    search.add_argument("--prune", action="store_true", help="give up trials that fall behind")
    search.add_argument("--ensemble", type=int, metavar="N", help="average the N best trials")
    search.add_argument("--data-dir", metavar="DIR", type=Path, help="where data files lie")
    search.add_argument("--study", metavar="FILE", type=Path, help="keep it in SQLite, and go on")
    search.add_argument("--csv", metavar="FILE", type=Path, help="write a table of all trials")
    search.add_argument("--save", metavar="FILE", type=Path, help="keep the best as safetensors")
    search.add_argument("--json", action="store_true", help="end with one JSON line")


def read_dimension(text: str) -> dict[str, Any]:
    """Reads a dimension: `PATH`, `PATH=LOW:HIGH[:log|linear][:COUNT]` or `PATH=ONE,OTHER`."""
    path, _, given = text.partition("=")
    if not given:
        return {"path": path}
    if ":" not in given:
        return {"path": path, "values": given.split(",")}
    low, high, *rest = given.split(":")
    try:
        read: dict[str, Any] = {"path": path, "low": float(low), "high": float(high)}
        for part in rest:
            read |= {"scale": part} if part in ("log", "linear") else {"count": int(part)}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no range") from None
    return read


def run(arguments: argparse.Namespace) -> None:
    """Searches with a progress bar, and prints the best trials with their test metrics.

    Raises:
        SearchError: a setting breaks a rule, or the study cannot be kept.
    """
    settings = SearchSettings.parse(
        {
            "spec": read_spec(arguments.spec, arguments.preset),
            "dimensions": arguments.dimension,
            "method": arguments.method,
            "objectives": arguments.objective or ["validation_loss"],
            "trials": arguments.trials,
            "epochs": arguments.epochs,
            "seconds": arguments.seconds,
            "pruning": arguments.prune,
            "batch": arguments.batch,
            "seed": arguments.seed,
        }
    )
    if settings.is_judged:
        rule = "must be numbers: preferences are a person's, on the page or by `Search.prefer`"
        raise SearchError(rule, "objectives")
    with show_progress() as progress:
        store = ImageStore.of_folder(arguments.data_dir, progress)
        search = Search(settings, arguments.study, Programs(store=store))
        _train(search)
    best = search.best
    if not best:
        raise SearchError("no trial has been trained to its end")
    tested = search.measure_test()
    if arguments.csv is not None:
        arguments.csv.write_text(write_trials(settings, search.trials), encoding="utf-8")
    if arguments.save is not None:
        save_checkpoint(arguments.save, search.snapshot(best[0].number))
    told = {
        "trials": len(search.trials),
        "best": [
            {"number": one.number, "values": dict(one.values), "metrics": tested[one.number]}
            for one in best
        ],
        "importances": search.measure_importances(),
    }
    if arguments.ensemble is not None:
        told["ensemble"] = _score_ensemble(search, arguments.ensemble)
    print(json.dumps(told) if arguments.json else _write(told))


def _train(search: Search) -> None:
    objective = search.settings.objectives[0]
    with tqdm(total=search.settings.budget, unit="trial", disable=None) as bar:
        while not search.done:
            if not search.advance(0.2):
                continue
            ended = sum(one.state != "training" for one in search.trials)
            now = [one for one in search.trials if one.state == "training" and one.epoch]
            told = {"epoch": f"{now[-1].epoch:g}"} if now else {}
            if search.best:
                told[f"best {objective}"] = f"{search.best[0].metrics[objective]:.4g}"
            bar.set_postfix(told, refresh=False)
            bar.update(ended - bar.n)


def _score_ensemble(search: Search, n: int) -> dict[str, Any]:
    """Returns the metric of the mean of the n best trials by the first objective."""
    objective = OBJECTIVES[search.settings.objectives[0]]
    complete = [one for one in search.trials if one.state == "complete"]
    sign = 1 if objective.direction == "minimize" else -1

    def rank(trial: SearchTrial) -> float:
        return sign * trial.metrics[objective.name]

    numbers = [one.number for one in sorted(complete, key=rank)[:n]]
    ensemble = search.make_ensemble(numbers)
    return {"trials": numbers, "validation": ensemble.score("validation"),
            "test": ensemble.score("test")}  # fmt: skip


def _write(told: dict[str, Any]) -> str:
    """Writes the result in lines for a person."""
    lines: list[str] = []
    for one in told["best"]:
        lines.append(f"trial {one['number']} of {told['trials']}")
        lines += [f"{name:>28}  {value}" for name, value in one["values"].items()]
        lines += [f"{name:>28}  {value:.6g}" for name, value in one["metrics"].items()]
    lines.append("how much each dimension matters")
    lines += [f"{name:>28}  {share:.0%}" for name, share in told["importances"].items()]
    if "ensemble" in told:
        lines.append("mean of the best trials")
        shown = ("validation", "test")
        lines += [f"{name:>28}  {told['ensemble'][name]:.6g}" for name in shown]
    return "\n".join(lines)
