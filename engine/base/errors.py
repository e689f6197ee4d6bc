"""Exceptions of the engine, one tree.

Every class carries a stable `code`, the word that API clients see, and an
optional `path`, the dotted path in the spec or message that is at fault.
"""

from __future__ import annotations


class EngineError(Exception):
    """Base of all errors of the engine.

    Args:
        message: one sentence for a person.
        path: dotted path in the spec, such as `layers.0.units`, or "".
    """

    code = "engine_error"

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class SpecError(EngineError, ValueError):
    """A spec that breaks a rule of the contract."""

    code = "invalid_spec"


class PatchError(EngineError, ValueError):
    """A patch that is no JSON Merge Patch for a spec."""

    code = "invalid_patch"


class OriginError(EngineError, ValueError):
    """An `origin` that does not map the new layers onto the old ones."""

    code = "invalid_origin"


class DataError(EngineError, ValueError):
    """Data that cannot be made, read or trained on."""

    code = "invalid_data"


class WeightError(EngineError, ValueError):
    """A weight that does not exist, or a value it cannot take."""

    code = "invalid_message"


class CheckpointError(EngineError, ValueError):
    """A saved trainer that cannot be read or written."""

    code = "invalid_checkpoint"


class TrialError(EngineError, ValueError):
    """A change that cannot be tried on a copy of the run."""

    code = "no_trial"


class SweepError(EngineError, ValueError):
    """A sweep that breaks a rule, or that there is no room for."""

    code = "invalid_sweep"


class GoalError(EngineError, ValueError):
    """A goal that does not follow the grammar, or cannot be checked."""

    code = "invalid_goal"


class SearchError(EngineError, ValueError):
    """A search that breaks a rule, or a study that cannot be read or written."""

    code = "invalid_search"


class DivergedError(EngineError, ArithmeticError):
    """The loss, a parameter or an optimizer moment became infinite or NaN.

    Args:
        step: the last step whose state is finite; the trainer is left there.
    """

    code = "diverged"

    def __init__(self, step: int) -> None:
        super().__init__(f"training diverged after step {step}; the last finite state is kept")
        self.step = step


class ExportError(EngineError, ValueError):
    """An export that does not exist or cannot be made."""

    code = "invalid_message"


class PayloadError(EngineError, ValueError):
    """The link payload cannot be used."""

    code = "invalid_state"


class PayloadVersionError(PayloadError):
    """The link payload is of a later version."""

    code = "newer_state"


class MemoryLimitError(EngineError):
    """There is not enough memory for the network at present."""

    code = "memory_limit"
