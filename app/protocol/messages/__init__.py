"""Pydantic models of client messages (one per message type, extra keys forbidden).

Specs, patches and origins are passed on as they came: the engine validates them.
"""

from __future__ import annotations

from app.protocol.messages.base import Message
from app.protocol.messages.connections import Ack, EndSession, Load, Loading, Open
from app.protocol.messages.copies import (
    Adopt,
    CellName,
    Combine,
    Prefer,
    Propose,
    Race,
    StartSearch,
    Sweep,
    Test,
    TrialCandidate,
    TrialNumber,
    Try,
)
from app.protocol.messages.goals import Check, GoalText, SetGoal
from app.protocol.messages.training import (
    Branch,
    Edit,
    End,
    Pause,
    Recall,
    Redo,
    Reset,
    Run,
    SetWeight,
    Speed,
    Step,
    TimelinePointId,
    Undo,
    Until,
    WatchTimeline,
)
from app.protocol.messages.views import (
    MAX_DRAWING,
    Ablate,
    Ablation,
    Drawing,
    LandscapePlane,
    Sample,
    Select,
    StepView,
    ViewName,
    Views,
    WeightName,
)

_SessionCommand = (
    Edit | Run | Pause | Reset | Undo | Redo | Step | Speed | Views | SetWeight
    | WatchTimeline | Recall | Branch | Try | Race | Sweep | Adopt | SetGoal | Check | StartSearch
    | Propose | Combine | Prefer | Test | Ablate
)  # fmt: skip
ClientMessage = _SessionCommand | Open | Load | EndSession | Ack
Command = _SessionCommand | Loading

__all__ = [
    "MAX_DRAWING",
    "Ablate",
    "Ablation",
    "Ack",
    "Adopt",
    "Branch",
    "CellName",
    "Check",
    "ClientMessage",
    "Combine",
    "Command",
    "Drawing",
    "Edit",
    "End",
    "EndSession",
    "GoalText",
    "LandscapePlane",
    "Load",
    "Loading",
    "Message",
    "Open",
    "Pause",
    "Prefer",
    "Propose",
    "Race",
    "Recall",
    "Redo",
    "Reset",
    "Run",
    "Sample",
    "Select",
    "SetGoal",
    "SetWeight",
    "Speed",
    "StartSearch",
    "Step",
    "StepView",
    "Sweep",
    "Test",
    "TimelinePointId",
    "TrialCandidate",
    "TrialNumber",
    "Try",
    "Undo",
    "Until",
    "ViewName",
    "Views",
    "WatchTimeline",
    "WeightName",
]
