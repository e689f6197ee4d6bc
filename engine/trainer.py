"""Trainer: trains a network that is edited while it trains.

It is an editable run that trains, makes frames of the present and of the past, and is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.slices import Slices, finish
from engine.frames.frames import DEFAULT_VIEWS, TILE_DEFAULT, Frame, FrameRequest
from engine.frames.metrics import Metrics
from engine.goals import Goal, SeedCheck
from engine.programs.tiers import Programs, default_programs
from engine.runs.editable import EditableRun
from engine.runs.image_trials import ImageTrial
from engine.runs.past import PastRun
from engine.runs.races import Race
from engine.runs.run_classes import is_ready, make_data, stays_ready
from engine.runs.trials import Candidate, Trial
from engine.search import Search, SearchSettings
from engine.spec import Spec
from engine.state.archives import Archive, decode_archive
from engine.state.checkpoints import decode_checkpoint, load_checkpoint, save_checkpoint
from engine.state.payload import LinkPayload
from engine.state.snapshots import Snapshot
from engine.sweeps.request import SweepRequest
from engine.sweeps.sweep import Sweep


class Trainer(EditableRun):
    """Trains one network and makes frames of it.

    Args:
        spec: what to train; the default playground if None.
        programs: where compiled programs come from; shared ones if None.
        payload: what it begins with instead of the initial weights of its seed.
        admit: asked before it becomes another network; raises `MemoryLimitError` to refuse it.

    Raises:
        DataError: its data cannot be made or found.
        PayloadError: the link payload is of another network.
        MemoryLimitError: there is no memory for the network.
    """

    def __init__(
        self,
        spec: Spec | None = None,
        programs: Programs | None = None,
        payload: LinkPayload | None = None,
        admit: Callable[[Spec], None] | None = None,
    ) -> None:
        super().__init__(spec or Spec(), programs or default_programs(), payload, admit)
        self._past = PastRun(self._programs)
        #: Spec and request of frames whose programs are never let go of.
        self._ready: tuple[Spec, FrameRequest] | None = None

    # Training

    def train(self, *, epochs: int = 0, steps: int = 0) -> Metrics:
        """Trains on the exact program, compiling it first if need be.

        With `early_stopping` it may end before that: `early_stop` says so then, and the best
        weights are restored if the spec says so.

        Args:
            epochs: each is ceil(n_train / batch_size) updates.
            steps: further updates.

        Returns:
            The metrics afterwards.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        before, steps = self.step, epochs * self.batches_per_epoch + steps
        self._save_initial(steps)
        self._run.train(steps)
        self._early_stop = self._run.take_early_stop()
        if self.spec.early_stopping.restore_best_weights:
            self.restore_best()
        metrics = self.metrics
        self._log_metrics(before)
        return metrics

    def turn(
        self,
        epochs: int = 0,
        batches: int = 0,
        request: FrameRequest | None = None,
        max_seconds: float | None = None,
    ) -> Frame:
        """Does some updates, or none, and makes a frame; never waits for an exact program.

        Where `early_stop` says afterwards that training ended early, `restore_best` restores the
        best weights.

        Args:
            epochs: epochs to train.
            batches: further updates.
            request: what the frame holds.
            max_seconds: train less if it would take longer, by earlier measurements.

        Returns:
            The frame.

        Raises:
            DivergedError: a number became infinite or NaN; the last finite state is kept.
        """
        return finish(self.begin_turn(epochs, batches, request, max_seconds))

    def begin_turn(
        self,
        epochs: int = 0,
        batches: int = 0,
        request: FrameRequest | None = None,
        max_seconds: float | None = None,
        frame_seconds: float | None = None,
    ) -> Slices[Frame]:
        """Does what `turn` does in slices; between them nothing may be changed.

        Args:
            epochs: epochs to train.
            batches: further updates.
            request: what the frame holds.
            max_seconds: of training and painting, by earlier measurements.
            frame_seconds: train less if the frame would come later, as long as painting is a
                small part of this time; images have a pace of their own.
        """
        before, steps = self.step, epochs * self.batches_per_epoch + batches
        self._save_initial(steps)
        frame = yield from self._run.turn(
            steps, request or FrameRequest(), max_seconds, frame_seconds
        )
        self._early_stop = self._run.take_early_stop()
        self._log_metrics(before)
        return frame

    def is_ready(self, request: FrameRequest, snapshot: Snapshot | None = None) -> bool:
        """Whether a frame can be made at once; requests the programs that are missing.

        Args:
            request: what the frame holds.
            snapshot: what it shows; the present if None.
        """
        shown = self._run if snapshot is None else snapshot
        spec, seen, known = shown.spec, snapshot is not None, self._ready
        if known is not None and known[0] is spec and known[1] is request:
            return True
        owner = "frame", id(self)
        ready = is_ready(self._programs, owner, spec, shown.data, request, seen=seen)
        if ready and not seen and stays_ready(self._programs, spec, request):
            self._ready = spec, request
        return ready

    def prefer_exact(self, tile: int = TILE_DEFAULT) -> bool:
        """Requests compilation of the exact program in the background; later turns use it.

        Args:
            tile: side of the units' tiles that will be asked for.

        Returns:
            Whether it is there or will be; False if too many others wait for theirs.
        """
        return self._run.prefer_exact(tile)

    def release_memory(self) -> None:
        """Frees memory that can be computed again; training continues bit for bit."""
        self._past.forget()
        self._run.release_memory()

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        self._past.forget()
        self._run.close()
        self._programs.withdraw(("frame", id(self)))

    # Showing

    def frame(
        self,
        views: tuple[str, ...] = DEFAULT_VIEWS,
        select: tuple[int, int] | None = None,
        tile: int = TILE_DEFAULT,
    ) -> dict[str, NDArray[Any]]:
        """Shows the present state.

        Args:
            views: names out of `engine.VIEWS`.
            select: hidden layer and unit of the `selected` view.
            tile: side of the units' tiles, 8 to 64 pixels.

        Returns:
            Arrays by name, with the dtypes and shapes of the contract's stream.
        """
        request = FrameRequest(tuple(views), select, tile, points="points" in views)
        return self.turn(request=request).arrays

    def predict(self, x: Any) -> Floats:
        """Returns the network's outputs.

        Args:
            x: [n, 2], points of the plane.

        Returns:
            float32 [n, K], after the output activation.
        """
        return self._run.predict(x)

    # Keeping

    def begin_trial(
        self,
        candidates: Sequence[Candidate],
        epochs: int,
        *,
        restart: bool = False,
        flow: bool = False,
    ) -> Trial:
        """Returns a trial of changes on copies of this snapshot; the run keeps its state.

        Args:
            candidates: the changes.
            epochs: that each copy trains.
            restart: whether copies begin at step 0, with weights drawn as their spec says.
            flow: whether the gradient flow of each copy is measured in the end.

        Raises:
            EngineError: a change cannot be made, or not be tried.
        """
        now = self.snapshot()
        return Trial(self._programs, now, candidates, epochs, restart=restart, flow=flow)

    def begin_image_trial(self, candidates: Sequence[Candidate], epochs: int) -> ImageTrial:
        """Returns a trial of changes on copies of a network for images, from step 0.

        Args:
            candidates: the changes.
            epochs: that each copy trains at most, see `ImageTrial`.

        Raises:
            EngineError: a change cannot be made, or not be tried.
        """
        return ImageTrial(self._programs, self.snapshot(), candidates, epochs)

    def begin_race(self, racers: Sequence[Candidate], epochs: int, *, restart: bool = True) -> Race:
        """Returns a race of copies of this snapshot; the run keeps its state.

        Args:
            racers: the change that makes each copy.
            epochs: that each copy trains.
            restart: whether copies begin at step 0, with weights drawn as their spec says.

        Raises:
            EngineError: a change cannot be made, or not race.
        """
        return Race(self._programs, self.snapshot(), racers, epochs, restart=restart)

    def make_sweep(self, request: SweepRequest) -> Sweep:
        """Returns a sweep of the present spec; the run keeps its state.

        Args:
            request: what varies.

        Raises:
            SweepError: such a sweep cannot be.
        """
        return Sweep(self.spec, request, programs=self._programs)

    def begin_seed_check(self, goal: Goal) -> SeedCheck:
        """Returns a check of a goal on seeds of the present spec; the run keeps its state.

        Args:
            goal: on some seeds.

        Raises:
            GoalError: it cannot be checked on seeds.
        """
        return SeedCheck(self._programs, goal, self.spec)

    def begin_search(self, settings: SearchSettings | None, file: Path | None = None) -> Search:
        """Returns a search; the run keeps its state.

        Args:
            settings: what is searched; None goes on with the study of the file.
            file: where the study is kept; in memory if None.

        Raises:
            SearchError: the file cannot be gone on with.
        """
        return Search(settings, file, self._programs, threads=1)

    def show(self, snapshot: Snapshot, request: FrameRequest | None = None) -> Frame:
        """Makes the frame of a snapshot, the same as it was then; the run keeps its state.

        Args:
            snapshot: one that was kept.
            request: what the frame holds.
        """
        return finish(self.begin_show(snapshot, request))

    def begin_show(self, snapshot: Snapshot, request: FrameRequest | None = None) -> Slices[Frame]:
        """Does what `show` does in slices."""
        return (yield from self._past.show(snapshot, request or FrameRequest()))

    def save(self, path: str | Path) -> None:
        """Saves spec, weights, optimizer and counters as safetensors.

        Raises:
            CheckpointError: the file cannot be written.
        """
        save_checkpoint(path, self._run.snapshot())

    @classmethod
    def load(cls, path: str | Path, programs: Programs | None = None) -> Trainer:
        """Loads a saved trainer; training continues bit for bit.

        Raises:
            CheckpointError: the file is no saved trainer.
        """
        programs = programs or default_programs()
        saved = load_checkpoint(path, partial(make_data, programs=programs))
        trainer = cls(saved.spec, programs)
        trainer.restore(saved)
        return trainer

    @staticmethod
    def decode(content: bytes, programs: Programs) -> Snapshot:
        """Decodes a saved trainer to a snapshot; any thread may do this.

        Args:
            content: the bytes of its file.
            programs: where its data come from.

        Raises:
            CheckpointError: this is no saved trainer.
            DataError: its data cannot be made.
        """
        return decode_checkpoint(content, partial(make_data, programs=programs))

    @staticmethod
    def decode_archive(content: bytes, programs: Programs) -> Archive:
        """Decodes the snapshots of a saved session; any thread may do this.

        Args:
            content: the bytes of its file.
            programs: where its data come from.

        Raises:
            CheckpointError: this is no saved session.
            DataError: its data cannot be made.
        """
        return decode_archive(content, partial(make_data, programs=programs))
