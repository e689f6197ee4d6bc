"""`python -m engine data`: downloads an image set and describes it."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from engine.data.images.catalogue import CATALOGUE
from engine.data.images.folders import find_cache_dir
from engine.data.images.progress import show_progress
from engine.data.images.store import load_images


def add_command(commands: Any) -> None:
    """Adds `data` to the commands of a parser."""
    data: argparse.ArgumentParser = commands.add_parser(
        "data", help="fetch an image set and say what there is"
    )
    data.add_argument("--name", choices=sorted(CATALOGUE), required=True)
    data.add_argument(
        "--data-dir",
        metavar="DIR",
        type=Path,
        default=os.environ.get("LIVENET_DATA_DIR") or None,
        help="where your own files lie; LIVENET_DATA_DIR unless given",
    )
    data.add_argument(
        "--mirror",
        metavar="URL",
        action="append",
        help="a folder on the web to download from, instead of the published ones; may be repeated",
    )
    data.add_argument("--json", action="store_true", help="say it as one JSON line")


def run(arguments: argparse.Namespace) -> None:
    """Loads the set, downloading what is missing into the cache folder, and prints what it has.

    Raises:
        DataError: the set cannot be had.
    """
    with show_progress() as progress:
        images = load_images(
            arguments.name,
            find_cache_dir(os.environ),
            arguments.data_dir,
            mirrors=arguments.mirror,
            progress=progress,
        )
    rows, columns = images.train_images.shape[1:]
    published = CATALOGUE[arguments.name]
    said = {
        "name": images.name,
        "source": images.source,
        "complete": images.complete,
        "train": len(images.train_images),
        "test": len(images.test_images),
        "shape": f"{rows} x {columns}",
        "classes": ", ".join(images.classes),
        "licence": published.licence,
        "homepage": published.homepage,
    }
    if arguments.json:
        print(json.dumps(said))
    else:
        for name, value in said.items():
            print(f"{name:>16}  {value}")
