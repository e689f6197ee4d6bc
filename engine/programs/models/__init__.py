"""The two kinds of compiled programs, as descriptions that they are keyed by.

An *exact* model bakes in one architecture with every choice. A *general* model
is made for a whole capacity and takes what a network is made of as arguments.
Both have the same members; whatever a model knows when it is compiled is a
plain int in its `Choices`, and a traced scalar otherwise.
"""

from engine.programs.models.exact import ExactModel
from engine.programs.models.exact_network import ExactNetwork
from engine.programs.models.general import CHUNK, MAX_ROWS, MAX_TILE, GeneralModel
from engine.programs.models.general_images import GeneralImageModel
from engine.programs.models.inputs import (
    CHOICES,
    Choices,
    Inputs,
    Rates,
    n_rates,
    pack_rates,
    unpack_rates,
)
from engine.programs.models.pixels import read_images
from engine.programs.models.plane_arrays import Indices, PlaneArrays
from engine.programs.models.sizes import BOUNDARY, ORDER_ROWS, epochs_per_call

Model = ExactModel | GeneralModel
#: With those of images: whatever is trained.
TrainedModel = Model | GeneralImageModel

__all__ = [
    "BOUNDARY",
    "CHOICES",
    "CHUNK",
    "MAX_ROWS",
    "MAX_TILE",
    "ORDER_ROWS",
    "Choices",
    "ExactModel",
    "ExactNetwork",
    "GeneralImageModel",
    "GeneralModel",
    "Indices",
    "Inputs",
    "Model",
    "PlaneArrays",
    "Rates",
    "TrainedModel",
    "epochs_per_call",
    "n_rates",
    "pack_rates",
    "read_images",
    "unpack_rates",
]
