"""`python -m engine sweep`: trains a grid of networks and writes its numbers."""

from __future__ import annotations

import argparse
import csv
import json
import math
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.base.errors import SweepError
from engine.spec.reading import add_spec_arguments, read_spec
from engine.sweeps.sweep import Sweep

#: Cells that are printed: those with the smallest test loss.
_SHOWN = 10


def add_command(commands: Any) -> None:
    """Adds `sweep` to the commands of a parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "sweep", help="train a grid of networks and compare them"
    )
    add_spec_arguments(parser)
    parser.add_argument("--epochs", type=int, required=True, metavar="N")
    parser.add_argument(
        "--axis",
        action="append",
        required=True,
        type=read_axis,
        metavar="PATH=LOW:HIGH:COUNT[:linear|log]",
        help="what varies, once or twice; PATH=A,B,... lists values",
    )
    parser.add_argument("--seeds", type=int, default=1, metavar="K", help="networks of each cell")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write a row for each cell")
    parser.add_argument("--json", action="store_true", help="print all cells as one JSON line")


def read_axis(text: str) -> dict[str, Any]:
    """Reads an axis: `PATH=LOW:HIGH:COUNT`, with `:log` or `:linear`, or `PATH=A,B,...`."""
    path, _, rest = text.partition("=")
    if "," in rest:
        return {"path": path, "values": [_read_value(part) for part in rest.split(",")]}
    parts = rest.split(":")
    if len(parts) not in (3, 4):
        raise argparse.ArgumentTypeError(f"{text!r} is not PATH=LOW:HIGH:COUNT[:linear|log]")
    try:
        axis = {"path": path, "low": float(parts[0]), "high": float(parts[1])}
        axis["count"] = int(parts[2])
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} has something that is no number") from None
    return {**axis, "scale": parts[3]} if parts[3:] else axis


def _read_value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def run(arguments: argparse.Namespace) -> None:
    """Trains, writes and prints.

    Raises:
        EngineError: such a sweep cannot be.
    """
    if arguments.epochs < 0:
        raise SweepError("--epochs must be 0 or more")
    if arguments.csv is not None and not arguments.csv.absolute().parent.is_dir():
        raise SweepError(f"there is no folder for --csv {arguments.csv}")
    spec = read_spec(arguments.spec, arguments.preset)
    sweep = Sweep(spec, arguments.axis, seeds=arguments.seeds)
    sweep.compile()
    with tqdm(total=arguments.epochs, unit="epoch", disable=None) as bar:
        for _ in range(arguments.epochs):
            sweep.train(1)
            bar.update()
    cells = list_cells(sweep)
    if arguments.csv is not None:
        with arguments.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, cells[0])
            writer.writeheader()
            writer.writerows(cells)
    if arguments.json:
        print(json.dumps({**sweep.describe(), "epoch": sweep.epoch, "cells": cells}))
    else:
        _print_best(cells)


def list_cells(sweep: Sweep) -> list[dict[str, Any]]:
    """Returns the numbers of every cell by name, row by row; None where there is none."""
    axes, numbers = sweep.grid.axes, sweep.cells.reshape(-1, 6).tolist()
    measure = "rmse" if sweep.spec.task == "regression" else "accuracy"
    names = ("train_loss", "test_loss", f"train_{measure}", f"test_{measure}")
    names = (*names, "diverged", "successful")
    cells = []
    for cell in range(sweep.grid.n_cells):
        values = dict(zip((axis.axis.path for axis in axes), sweep.grid.values(cell), strict=True))
        found = (None if math.isnan(x) else float(f"{x:.7g}") for x in numbers[cell])
        cells.append({**values, **dict(zip(names, found, strict=True))})
    return cells


def _print_best(cells: list[dict[str, Any]]) -> None:
    """Prints the cells with the smallest test loss."""
    trained = [cell for cell in cells if cell["test_loss"] is not None]
    best = sorted(trained, key=lambda cell: cell["test_loss"])[:_SHOWN]
    if not best:
        print("all networks have diverged")
        return
    rows = [list(best[0]), *([_show(value) for value in cell.values()] for cell in best)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)))


def _show(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.6g}"
