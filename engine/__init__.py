"""LiveNet's engine: small networks that train while they are changed."""

from engine.base.devices import DeviceChoice, list_choices
from engine.base.errors import (
    CheckpointError,
    DataError,
    DivergedError,
    EngineError,
    ExportError,
    GoalError,
    MemoryLimitError,
    OriginError,
    PatchError,
    PayloadError,
    PayloadVersionError,
    SearchError,
    SpecError,
    SweepError,
    TrialError,
    WeightError,
)
from engine.base.loops import fold_loops
from engine.base.program_cache import CompilationStatistics
from engine.base.slices import Slices
from engine.data.image_data import ImageData
from engine.data.image_store import ImageStore
from engine.data.images import CATALOGUE
from engine.data.kinds import DATASETS
from engine.data.planes import EXTENT
from engine.data.selected_image import Drawing, Sample, SelectedImage
from engine.exports import EXPORT_OPTIONS, EXPORTS, ExportRequest, File, export, pack_files
from engine.frames.frames import (
    CHANGING_ARRAYS,
    DEFAULT_VIEWS,
    VIEWS,
    AblationRequest,
    Frame,
    FrameRequest,
    LandscapeRequest,
    StepRequest,
    WeightNumbers,
)
from engine.frames.logs import LogEntry
from engine.frames.views import describe_views
from engine.goals import QUANTITIES, Comparison, Goal, Group, SeedCheck, Verdict, parse_goal
from engine.insight.ablation import names_same_parts
from engine.insight.surfaces.classic_surfaces import MAX_UPDATES, SURFACES, Surface, descend
from engine.programs.tiers import Programs
from engine.runs.early_stopping import BestEpoch, EarlyStop
from engine.runs.image_trials import ImageTrial
from engine.runs.images.state import count_image_bytes
from engine.runs.races import MAX_RACE_EPOCHS, MAX_RACERS, Race
from engine.runs.trials import MAX_CANDIDATES, MAX_EPOCHS, Candidate, Outcome, Trial, TrialResult
from engine.search import (
    Ensemble,
    Search,
    SearchSettings,
    SearchTrial,
    describe_search,
    write_trials,
)
from engine.spec import (
    MAX_CLASSES,
    MAX_LABEL,
    MAX_POINTS,
    TABLE_DATASETS,
    TASK_DATASETS,
    Spec,
    describe_spec,
    dump_spec,
    merge_patch,
    parse_spec,
    patch_spec,
    preview_points,
)
from engine.spec.presets import PRESETS, Preset
from engine.stacked_trainer import StackedTrainer
from engine.state.archives import Archive, encode_archive
from engine.state.checkpoints import encode_checkpoint
from engine.state.initial_state import find_initial
from engine.state.payload import Choice, LinkPayload, make_payload
from engine.state.payload_encoding import (
    MAX_PAYLOAD,
    decode_payload,
    decode_points,
    encode_payload,
    read_word,
    write_word,
)
from engine.state.snapshots import Snapshot
from engine.sweeps.axes import describe_axes
from engine.sweeps.networks import MAX_SWEEP_BYTES
from engine.sweeps.request import parse_sweep
from engine.sweeps.sweep import Sweep
from engine.trainer import Trainer

# Before anything starts the backend that reads it.
fold_loops()

__all__ = [
    "CATALOGUE",
    "CHANGING_ARRAYS",
    "DATASETS",
    "DEFAULT_VIEWS",
    "EXPORTS",
    "EXPORT_OPTIONS",
    "EXTENT",
    "MAX_CANDIDATES",
    "MAX_CLASSES",
    "MAX_EPOCHS",
    "MAX_LABEL",
    "MAX_PAYLOAD",
    "MAX_POINTS",
    "MAX_RACERS",
    "MAX_RACE_EPOCHS",
    "MAX_SWEEP_BYTES",
    "MAX_UPDATES",
    "PRESETS",
    "QUANTITIES",
    "SURFACES",
    "TABLE_DATASETS",
    "TASK_DATASETS",
    "VIEWS",
    "AblationRequest",
    "Archive",
    "BestEpoch",
    "Candidate",
    "CheckpointError",
    "Choice",
    "Comparison",
    "CompilationStatistics",
    "DataError",
    "DeviceChoice",
    "DivergedError",
    "Drawing",
    "EarlyStop",
    "EngineError",
    "Ensemble",
    "ExportError",
    "ExportRequest",
    "File",
    "Frame",
    "FrameRequest",
    "Goal",
    "GoalError",
    "Group",
    "ImageData",
    "ImageStore",
    "ImageTrial",
    "LandscapeRequest",
    "LinkPayload",
    "LogEntry",
    "MemoryLimitError",
    "OriginError",
    "Outcome",
    "PatchError",
    "PayloadError",
    "PayloadVersionError",
    "Preset",
    "Programs",
    "Race",
    "Sample",
    "Search",
    "SearchError",
    "SearchSettings",
    "SearchTrial",
    "SeedCheck",
    "SelectedImage",
    "Slices",
    "Snapshot",
    "Spec",
    "SpecError",
    "StackedTrainer",
    "StepRequest",
    "Surface",
    "Sweep",
    "SweepError",
    "Trainer",
    "Trial",
    "TrialError",
    "TrialResult",
    "Verdict",
    "WeightError",
    "WeightNumbers",
    "count_image_bytes",
    "decode_payload",
    "decode_points",
    "descend",
    "describe_axes",
    "describe_search",
    "describe_spec",
    "describe_views",
    "dump_spec",
    "encode_archive",
    "encode_checkpoint",
    "encode_payload",
    "export",
    "find_initial",
    "list_choices",
    "make_payload",
    "merge_patch",
    "names_same_parts",
    "pack_files",
    "parse_goal",
    "parse_spec",
    "parse_sweep",
    "patch_spec",
    "preview_points",
    "read_word",
    "write_trials",
    "write_word",
]
