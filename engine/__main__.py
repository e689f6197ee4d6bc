"""The command line: `python -m engine train` and `python -m engine data`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.base.errors import DivergedError, EngineError, SpecError
from engine.data.image_store import ImageStore
from engine.data.images import command
from engine.data.images.progress import show_progress
from engine.programs.tiers import Programs
from engine.runs.early_stopping import EarlyStop
from engine.spec import Spec, parse_spec
from engine.spec.presets import PRESETS
from engine.trainer import Trainer

_PRESETS = {preset.id: preset for preset in PRESETS}


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m engine", description="LiveNet's engine")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a network and print its metrics")
    what = train.add_mutually_exclusive_group()
    what.add_argument("--spec", metavar="FILE", help="a spec as JSON; - reads standard input")
    what.add_argument("--preset", choices=sorted(_PRESETS), help="a named spec")
    train.add_argument("--epochs", type=_whole_number, required=True, metavar="N")
    train.add_argument("--data-dir", metavar="DIR", type=Path, help="where data files lie")
    train.add_argument("--save", metavar="FILE", type=Path, help="keep the trainer as safetensors")
    train.add_argument("--json", action="store_true", help="end with the metrics as one JSON line")
    command.add_command(commands)
    return parser


def _whole_number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def read_spec(file: str | None, preset: str | None) -> Spec:
    """Reads a spec from a file or a preset; the default one if there is neither.

    Raises:
        SpecError: the file cannot be read, is no JSON, or breaks a rule.
    """
    if preset is not None:
        return parse_spec(_PRESETS[preset].spec)
    if file is None:
        return Spec()
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        value: Any = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise SpecError(f"{file} cannot be read as JSON: {error}") from None
    return parse_spec(value)


def train(arguments: argparse.Namespace) -> dict[str, float]:
    """Trains with a progress bar and returns the metrics."""
    spec = read_spec(arguments.spec, arguments.preset)
    with show_progress() as progress:
        environment = {**os.environ}
        if arguments.data_dir is not None:
            environment["LIVENET_DATA_DIR"] = str(arguments.data_dir)
        store = ImageStore.of_environment(environment, progress)
        trainer = Trainer(spec, Programs(store=store))
    for weight in _PRESETS[arguments.preset].weights if arguments.preset else ():
        trainer.set_weight(*weight)
    metrics = trainer.metrics
    with tqdm(total=arguments.epochs, unit="epoch", disable=None) as bar:
        for _ in range(arguments.epochs):
            metrics = trainer.train(epochs=1)
            bar.update()
            if stop := trainer.early_stop:
                bar.write(describe_stop(stop), sys.stderr)
                break
            if bar.n == bar.total or not bar.disable:
                bar.set_postfix(
                    train_loss=f"{metrics['train_loss']:.4f}",
                    test_loss=f"{metrics['test_loss']:.4f}",
                    refresh=False,
                )
    if arguments.save is not None:
        trainer.save(arguments.save)
    return metrics


def describe_stop(stop: EarlyStop) -> str:
    """Says in one line why training ended early."""
    return (
        f"stopped at epoch {stop.epoch}: the smallest validation loss is that of epoch "
        f"{stop.best_epoch}, {stop.best_loss:.4f}"
    )


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; 2 for bad arguments, 1 for a training that diverged."""
    arguments = make_parser().parse_args(argv)
    if arguments.data_dir is not None and not arguments.data_dir.is_dir():
        print(f"error: --data-dir {arguments.data_dir} is not a folder", file=sys.stderr)
        return 2
    try:
        if arguments.command == "data":
            command.run(arguments)
            return 0
        return run_train(arguments)
    except DivergedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (EngineError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def run_train(arguments: argparse.Namespace) -> int:
    """Trains and prints the metrics."""
    if arguments.save is not None and not arguments.save.absolute().parent.is_dir():
        print(f"error: there is no folder for --save {arguments.save}", file=sys.stderr)
        return 2
    metrics = train(arguments)
    if arguments.json:
        print(json.dumps(metrics))
    else:
        for name, value in metrics.items():
            print(f"{name:>16}  {value:.6g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
