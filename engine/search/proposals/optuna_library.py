"""Optuna and what goes with it, imported only where something is searched: it takes a while."""

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


def load_preferential() -> Any:
    """Returns the module `optuna_dashboard.preferential` with its sampler; takes seconds at first.

    Raises:
        ImportError: the dashboard or BoTorch is not installed.
    """
    load_optuna()
    # It warns at its first trials, whose values nobody has compared yet.
    warnings.filterwarnings("ignore", module="optuna_dashboard")
    with warnings.catch_warnings(action="ignore"):
        importlib.import_module("optuna_dashboard.preferential.samplers.gp")
    # The processors are for training.
    importlib.import_module("torch").set_num_threads(1)
    return importlib.import_module("optuna_dashboard.preferential")
