"""The command line: `python -m engine train`, `data`, `search` and `sweep`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tqdm import tqdm

from engine.base.errors import DivergedError, EngineError
from engine.data.image_store import ImageStore
from engine.data.images import command as data_command
from engine.data.images.progress import show_progress
from engine.programs.tiers import Programs
from engine.runs.early_stopping import EarlyStop
from engine.search import command as search_command
from engine.spec.reading import add_spec_arguments, find_preset_weights, read_spec
from engine.sweeps import command as sweep_command
from engine.trainer import Trainer

_COMMANDS = {
    "data": data_command.run,
    "search": search_command.run,
    "sweep": sweep_command.run,
}


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m engine", description="LiveNet's engine")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a network and print its metrics")
    add_spec_arguments(train)
    train.add_argument("--epochs", type=_whole_number, required=True, metavar="N")
    train.add_argument("--data-dir", metavar="DIR", type=Path, help="where data files lie")
    train.add_argument("--save", metavar="FILE", type=Path, help="keep the trainer as safetensors")
    train.add_argument("--json", action="store_true", help="end with the metrics as one JSON line")
    data_command.add_command(commands)
    search_command.add_command(commands)
    sweep_command.add_command(commands)
    return parser


def _whole_number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def train(arguments: argparse.Namespace) -> dict[str, float]:
    """Trains with a progress bar and returns the metrics."""
    spec = read_spec(arguments.spec, arguments.preset)
    with show_progress() as progress:
        store = ImageStore.of_folder(arguments.data_dir, progress)
        trainer = Trainer(spec, Programs(store=store))
    for weight in find_preset_weights(arguments.preset):
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
    if getattr(arguments, "data_dir", None) is not None and not arguments.data_dir.is_dir():
        print(f"error: --data-dir {arguments.data_dir} is not a folder", file=sys.stderr)
        return 2
    try:
        if arguments.command == "train":
            return run_train(arguments)
        _COMMANDS[arguments.command](arguments)
        return 0
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
