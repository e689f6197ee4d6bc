"""Registry of methods: who proposes the trials of a search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from engine.base.registry import Registry
from engine.search.proposals.optuna_library import load_optuna, load_preferential


@dataclass(frozen=True)
class Method:
    """A way to choose what is tried next.

    Attributes:
        name: in settings and on the command line.
        about: what it does, as the documents say it.
        make: returns Optuna's sampler for a seed.
        enumerates: whether it tries every combination of a grid, in the order of its values.
        needs: modules besides Optuna, which not every server has.
        compares: whether it reads preferences alone, and takes seconds to propose a trial.
    """

    name: str
    about: str
    make: Callable[[int], Any]
    enumerates: bool = False
    needs: tuple[str, ...] = ()
    compares: bool = False

    @property
    def is_available(self) -> bool:
        """Whether all that it needs is installed."""
        return all(find_spec(name) is not None for name in self.needs)


def _sampler(name: str, **options: object) -> Callable[[int], Any]:
    return lambda seed: getattr(load_optuna().samplers, name)(seed=seed, **options)


#: Every method by its name.
METHODS: Registry[Method] = Registry("method")

METHODS.register(
    # What a grid proposes is fixed; its sampler fills in nothing.
    Method("grid", "every combination of some values", _sampler("RandomSampler"), enumerates=True),
    Method("random", "drawn evenly from the ranges", _sampler("RandomSampler")),
    Method(
        "tpe", "where densities of good and of other trials differ most (Bergstra et al. 2011)",
        # Trials of one batch count as bad until they are done, so that they spread.
        _sampler("TPESampler", constant_liar=True),
    ),
    Method(
        "cma_es", "from a normal distribution that follows the best trials (Hansen 2001)",
        _sampler("CmaEsSampler"),
    ),
    Method(
        "preferential_gp", "where a Gaussian process of preferences expects the most to be gained "
        "(Takeno et al. 2023)",
        lambda seed: load_preferential().samplers.gp.PreferentialGPSampler(seed=seed),
        needs=("optuna_dashboard", "botorch"), compares=True,
    ),
)  # fmt: skip
