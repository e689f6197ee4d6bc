"""Spec of a command line: from a file, from standard input, or of a preset."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.base.errors import SpecError
from engine.spec.models import Spec
from engine.spec.presets import PRESETS
from engine.spec.validation import parse_spec

_PRESETS = {preset.id: preset for preset in PRESETS}


def add_spec_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `--spec` and `--preset`, of which one may be given."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--spec", metavar="FILE", help="a spec as JSON; - reads standard input")
    what.add_argument("--preset", choices=sorted(_PRESETS), help="a named spec")


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


def find_preset_weights(preset: str | None) -> Sequence[tuple[Any, ...]]:
    """Returns the weights that a preset sets by hand, as arguments of `Trainer.set_weight`."""
    return _PRESETS[preset].weights if preset else ()
