"""Search over hyperparameters: by grid, at random, by TPE or CMA-ES, with pruning."""

from engine.search.dimensions import Dimension
from engine.search.ensemble import Ensemble
from engine.search.proposals.methods import METHODS, Method
from engine.search.proposals.objectives import OBJECTIVES, Objective
from engine.search.search import Search
from engine.search.settings import SearchSettings, describe_search
from engine.search.table import write_trials
from engine.search.trials import SearchTrial, find_best

__all__ = [
    "METHODS",
    "OBJECTIVES",
    "Dimension",
    "Ensemble",
    "Method",
    "Objective",
    "Search",
    "SearchSettings",
    "SearchTrial",
    "describe_search",
    "find_best",
    "write_trials",
]
