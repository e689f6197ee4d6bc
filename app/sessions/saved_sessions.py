"""Saved sessions: all of a session that outlives its process, and its bytes.

Snapshots are an archive of the engine; what else there is stands in its notes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from app.history.timeline import TimelinePoint
from app.history.undo import MAX_STEPS, UndoStep
from app.protocol.ablation import read_ablation, write_ablation
from app.protocol.messages import Ablation, End, Message, TimelinePointId, Views
from engine import Archive, BestEpoch, CheckpointError, Programs, Snapshot, Trainer, encode_archive

#: What the past takes beside the present in a file that is written every few seconds ...
PAST_BYTES = 1 << 17
#: ... and in one that is written once, when the server stops.
LAST_PAST_BYTES = 1 << 22
#: What the past of a large network takes in a file; most often there is a step of undo in it.
LARGE_PAST_BYTES = 1 << 24
#: What a spec, and what else of a snapshot, takes beside the vectors.
_SPEC_BYTES, _SNAPSHOT_BYTES = 2048, 512
#: What a unit or a link that was switched off takes.
_PART_BYTES = 40

Count = Annotated[int, Field(ge=0, le=2**53)]


class PointNotes(Message):
    """What is kept of a point of the time line beside its snapshot."""

    id: TimelinePointId
    spec_id: Count
    trained: Count
    line: Count
    kind: Annotated[str, Field(max_length=32)] | None
    changes: list[dict[str, Any]]
    kept: bool


class SessionNotes(Message):
    """What is kept of a session beside its snapshots.

    Attributes:
        token: by which its client takes it up.
        spec_id: counts edits, resets and set weights.
        running: whether it trains by itself.
        until: where it then pauses.
        speed: epochs between two frames.
        steps: epochs and batches of steps that are not trained yet.
        views: what its frames hold, as a message.
        gap: updates between two points of the time line at least.
        ablation: units and links that are switched off.
    """

    token: Annotated[str, Field(min_length=16, max_length=200)]
    spec_id: Count
    running: bool
    until: End | None
    speed: Annotated[int, Field(ge=1, le=200)]
    steps: tuple[Count, Count]
    views: Views
    gap: Count
    ablation: Ablation = Ablation()


class BestNotes(Message):
    """What is kept of the best epoch of early stopping beside its snapshot.

    Attributes:
        loss: its validation loss.
        waited: epochs since then.
    """

    loss: Annotated[float, Field(allow_inf_nan=False)]
    waited: Count


class StepNotes(Message):
    """What is kept of a step of undo or redo beside its snapshot, if it has one."""

    snapshot: bool = True
    ablation: Ablation = Ablation()


def _read_steps(value: object) -> object:
    """Reads the number of steps that all have a snapshot, as it was saved once."""
    return [StepNotes()] * min(value, MAX_STEPS) if type(value) is int and value >= 0 else value


Steps = Annotated[list[StepNotes], BeforeValidator(_read_steps)]


class _Notes(Message):
    """Notes of an archive.

    Its snapshots are the present, the best epoch, step 0, those of undo and redo, and the time
    line.
    """

    session: SessionNotes
    best: BestNotes | None = None
    initial: bool
    undo: Steps
    redo: Steps
    points: list[PointNotes]


@dataclass(frozen=True)
class SavedSession:
    """All of a session that outlives its process.

    Attributes:
        notes: what it does.
        snapshot: the present.
        initial: step 0, if it is kept.
        undo: what can be undone, oldest first.
        redo: what can be done again, oldest first.
        points: of the time line, oldest first.
        revision: of the session when it was saved.
        best: the best epoch of early stopping, if it looks for one.
    """

    notes: SessionNotes
    snapshot: Snapshot
    initial: Snapshot | None
    undo: tuple[UndoStep, ...]
    redo: tuple[UndoStep, ...]
    points: tuple[TimelinePoint, ...]
    revision: int = 0
    best: BestEpoch | None = None


def encode_session(saved: SavedSession, past_bytes: int, large_past_bytes: int = 0) -> bytes:
    """Returns a session as bytes.

    Args:
        saved: the session.
        past_bytes: what undo and time line may take, the steps of undo half of it. The newest ones
            stay, and of the time line every second, third ... point.
        large_past_bytes: the same of a large network; of others as much as the present takes.
    """
    room = _Room(saved.snapshot, past_bytes, large_past_bytes)
    undo = room.take_newest(saved.undo, 0.5)
    initial = saved.initial if saved.initial is not None and room.take([saved.initial]) else None
    redo, points = room.take_newest(saved.redo, 0.5), room.take_evenly(saved.points)
    best = saved.best
    notes = _Notes.model_construct(
        session=saved.notes,
        best=None if best is None else BestNotes(loss=best.loss, waited=best.waited),
        initial=initial is not None,
        undo=[_describe_step(step) for step in undo],
        redo=[_describe_step(step) for step in redo],
        points=[_describe(point) for point in points],
    )
    snapshots = [saved.snapshot, *([best.snapshot] if best else [])]
    snapshots += [initial] if initial else []
    snapshots += [step.snapshot for step in (*undo, *redo) if step.snapshot]
    snapshots += [point.snapshot for point in points]
    # What views leave out means that they were never said.
    text = notes.model_dump_json(by_alias=True, exclude_unset=True)
    return encode_archive(Archive(tuple(snapshots), text))


def decode_session(content: bytes, programs: Programs) -> SavedSession:
    """Reads a session from its bytes.

    Args:
        content: what `encode_session` returned.
        programs: where its data come from.

    Raises:
        CheckpointError: it is no session, or does not fit its specs.
        DataError: its data cannot be made.
    """
    archive = Trainer.decode_archive(content, programs)
    try:
        notes = _Notes.model_validate_json(archive.notes)
    except ValidationError:
        raise CheckpointError("the notes of the saved session cannot be read") from None
    present, *rest = archive.snapshots
    steps = sum(step.snapshot for step in (*notes.undo, *notes.redo))
    if len(rest) != bool(notes.best) + notes.initial + steps + len(notes.points):
        raise CheckpointError("the saved session is not whole")
    best = None if notes.best is None else _read_best(notes.best, present, rest.pop(0))
    initial = rest.pop(0) if notes.initial else None
    undo, redo = (tuple(_read_step(one, rest) for one in some) for some in (notes.undo, notes.redo))
    points = [_read_point(*pair) for pair in zip(notes.points, rest, strict=True)]
    return SavedSession(notes.session, present, initial, undo, redo, tuple(points), best=best)


def _describe(point: TimelinePoint) -> PointNotes:
    return PointNotes(
        id=point.id,
        spec_id=point.spec_id,
        trained=point.trained,
        line=point.line,
        kind=point.kind,
        changes=list(point.changes),
        kept=point.kept,
    )


def _describe_step(step: UndoStep) -> StepNotes:
    return StepNotes(snapshot=step.snapshot is not None, ablation=write_ablation(step.ablation))


def _read_step(notes: StepNotes, rest: list[Snapshot]) -> UndoStep:
    """Takes the step's snapshot from the front of the rest, if it has one."""
    return UndoStep(rest.pop(0) if notes.snapshot else None, read_ablation(notes.ablation))


def _read_best(notes: BestNotes, present: Snapshot, best: Snapshot) -> BestEpoch:
    if best.spec != present.spec or best.step > present.step:
        raise CheckpointError("the best epoch of the saved session is of another run")
    return BestEpoch(best, notes.loss, notes.waited)


def _read_point(notes: PointNotes, snapshot: Snapshot) -> TimelinePoint:
    return TimelinePoint(
        notes.id,
        snapshot,
        notes.spec_id,
        notes.trained,
        notes.line,
        notes.kind,
        tuple(notes.changes),
        notes.kept,
    )


class _Room:
    """Room for the past in a file: what the present has already takes none.

    Args:
        present: the snapshot that is there in any case.
        max_bytes: for the past.
        most_bytes: for the past as long as it takes no more than the present.
    """

    def __init__(self, present: Snapshot, max_bytes: int, most_bytes: int) -> None:
        self._known: set[int] = set()
        size = self._measure([present], self._known)
        self._left = max(max_bytes, min(size, most_bytes))

    def take(self, snapshots: Iterable[Snapshot], more: int = 0) -> bool:
        """Takes the room for all of some snapshots, and more bytes, if there is so much."""
        known = set(self._known)
        needed = self._measure(snapshots, known) + more
        if needed > self._left:
            return False
        self._known, self._left = known, self._left - needed
        return True

    def take_newest(self, steps: tuple[UndoStep, ...], share: float) -> tuple[UndoStep, ...]:
        """Returns the last of some steps, as many as a share of the room has; one if it fits.

        Args:
            steps: oldest first.
            share: of what is left.
        """
        end, count = self._left * (1 - share), 0
        for step in reversed(steps):
            needed = [step.snapshot] if step.snapshot else []
            if (count and self._left <= end) or not self.take(needed, step.n_parts * _PART_BYTES):
                break
            count += 1
        return steps[len(steps) - count :]

    def take_evenly(self, points: tuple[TimelinePoint, ...]) -> tuple[TimelinePoint, ...]:
        """Returns every n-th of some points, the newest one included."""
        for stride in range(1, len(points) + 1):
            some = points[::-1][::stride][::-1]
            if self.take(point.snapshot for point in some):
                return some
        return ()

    def _measure(self, snapshots: Iterable[Snapshot], known: set[int]) -> int:
        """Returns the bytes of what is not known yet, which it is from then on."""
        needed = 0
        for one in snapshots:
            points = one.spec.data.points
            sizes = [(id(vector), vector.nbytes) for vector in one.state if vector.strides != (0,)]
            sizes += [(id(one.spec), _SPEC_BYTES), (id(points), 24 * len(points or ()))]
            needed += sum(size for key, size in dict(sizes).items() if key not in known)
            needed += _SNAPSHOT_BYTES + 8 * sum(layer.units for layer in one.spec.layers)
            known.update(key for key, _ in sizes)
        return needed
