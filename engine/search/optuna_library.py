"""Optuna, which is imported only where something is searched: it takes a while to load."""

from __future__ import annotations

import importlib
import warnings
from typing import Any


def load_optuna() -> Any:
    """Returns the module `optuna`, which from now on says only what went wrong."""
    optuna = importlib.import_module("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna
