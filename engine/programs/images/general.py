"""Compiled general programs for images: they train and show any network within a capacity.

They take parameters in the shapes of the network and give them back so; padding is on the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array, ShapeDtypeStruct

from engine.base.devices import image_device
from engine.base.program_cache import give_back_memory
from engine.base.slices import Slices
from engine.network import ParameterArrays
from engine.programs import training
from engine.programs.images import views
from engine.programs.images.compilation import compile_for_images, int32s, uint8s
from engine.programs.images.compiled import BatchedProgram, ViewPrograms, take_rows
from engine.programs.images.training_programs import Batches, Run, are_finite, read_position
from engine.programs.images.views import Explanation
from engine.programs.models import GeneralImageModel, Inputs
from engine.programs.training import State
from engine.spec import Spec


@dataclass(frozen=True)
class GeneralTraining:
    """Program that trains any network within a capacity.

    Attributes:
        model: what it was compiled for.
        run: (inputs, position, padded state, batches) -> the new state, and whether it is finite.
    """

    model: GeneralImageModel
    run: Run

    def pack(self, spec: Spec) -> Inputs:
        """Returns what `slices` takes first."""
        return self.model.pack(spec)

    def limit(self, steps: int) -> int:
        """Returns how many updates one call of `slices` can do."""
        return steps

    def slices(
        self, inputs: Inputs, position: Any, state: State[ParameterArrays], batches: Batches
    ) -> Slices[tuple[State[ParameterArrays], bool]]:
        """Does `position[4]` updates in one call.

        Returns:
            The new state, and whether it is finite.
        """
        yield from ()
        order = np.zeros(_order_rows(self.model), np.int32)
        order[: self.model.n_train] = np.asarray(batches.order)[: self.model.n_train]
        padded = State(*(self.model.pad(params) for params in state))
        after, finite = self.run(inputs, position, padded, batches._replace(order=order))
        cropped = State(*(self.model.crop(params, state.params) for params in after))
        return jax.device_put(cropped, image_device()), bool(finite)


def _order_rows(model: GeneralImageModel) -> int:
    """Rows of an epoch, and room for the chunk that the last of them are read in."""
    return model.n_train + model.batch_chunk


def compile_general_training(model: GeneralImageModel) -> GeneralTraining:
    """Compiles the training of every network within a capacity."""

    def run(
        inputs: Inputs, position: Array, state: State[Any], batches: Batches
    ) -> tuple[State[Any], Array]:
        after = training.train_general(model, inputs, read_position(position), state, *batches)
        return after, are_finite(after)

    params = model.parameter_shapes()
    batches = Batches(
        uint8s(model.n_train, model.pixels), int32s(model.n_train), int32s(_order_rows(model))
    )
    shapes = model.input_shapes(), int32s(5), State(params, params, params), batches
    program = GeneralTraining(model, compile_for_images(run, *shapes, general=True))
    give_back_memory()
    return program


@dataclass(frozen=True)
class GeneralViewKey:
    """Cache key of the view programs of a capacity.

    Attributes:
        model: the capacity.
        n_train: train images that are measured.
        n_test: test images.
    """

    model: GeneralImageModel
    n_train: int
    n_test: int


@dataclass(frozen=True)
class _Network:
    """The network that a program's arguments describe, as views see it."""

    model: GeneralImageModel
    inputs: Inputs

    @property
    def head(self) -> int:
        """Place in `heads.HEADS`."""
        return self.model.head

    @property
    def outputs(self) -> int:
        """K."""
        return self.model.outputs

    def forward(self, params: ParameterArrays, x: Array) -> tuple[Array, list[Array]]:
        """Runs it on x [rows, pixels]: logits and activations [rows, units]."""
        logits, hidden = self.model.forward(self.inputs, params, x.T)
        return logits.T, [h.T for h in hidden]


@dataclass(frozen=True)
class GeneralViewPrograms(ViewPrograms):
    """View programs of every network within a capacity.

    Attributes:
        capacity: what they were compiled for.
    """

    capacity: GeneralImageModel

    @property
    def are_general(self) -> bool:
        """Whether they serve other networks, too."""
        return True

    def bind(self, spec: Spec, params: ParameterArrays) -> tuple[Inputs, ParameterArrays]:
        """Returns what every program takes for a network."""
        return self.capacity.pack(spec), self.capacity.pad(params)

    def explain(self, spec: Spec, params: ParameterArrays, image: Any) -> Explanation:
        """Returns what the network makes of one image, uint8 [pixels], on the host."""
        padded = jax.device_get(self.explain_image(*self.bind(spec, params), image))
        units = padded.activations.reshape(-1, self.capacity.units)
        here = [row[: layer.units] for row, layer in zip(units, spec.layers, strict=False)]
        return padded._replace(activations=np.concatenate([np.zeros(0, np.float32), *here]))


def compile_general_views(key: GeneralViewKey) -> GeneralViewPrograms:
    """Compiles the view programs that are always needed."""
    model = key.model
    inputs, params = model.input_shapes(), model.parameter_shapes()

    def explain_image(inputs: Inputs, params: ParameterArrays, image: Array) -> Explanation:
        return views.explain(_Network(model, inputs), params, image)

    def evaluating(n: int) -> BatchedProgram:
        rows = views.rows_per_call(model.layout, n)

        def evaluate(
            first: Array, inputs: Inputs, params: ParameterArrays, images: Array, labels: Array
        ) -> views.ImageEvaluation:
            some, theirs = (take_rows(one, first, rows) for one in (images, labels))
            return views.evaluate(_Network(model, inputs), params, some, theirs)

        shapes: tuple[Any, ...] = uint8s(n, model.pixels), int32s(n)
        program = compile_for_images(evaluate, int32s(), inputs, params, *shapes, general=True)
        return BatchedProgram(rows, program)

    train = evaluating(key.n_train)
    test = train if key.n_test == key.n_train else evaluating(key.n_test)
    sum_kernels = compile_for_images(views.sum_kernels, params)
    image: ShapeDtypeStruct = uint8s(model.pixels)
    explain_image_program = compile_for_images(explain_image, inputs, params, image, general=True)
    give_back_memory()
    return GeneralViewPrograms(train, test, sum_kernels, explain_image_program, model)
