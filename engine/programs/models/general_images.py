"""General models for images: every network within a capacity, on images of one size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, ShapeDtypeStruct, lax

from engine.data.kinds import IMAGES
from engine.functions.activations import ACTIVATIONS
from engine.functions.heads import head_index
from engine.functions.layer_kinds import Dense
from engine.functions.schedules import SCHEDULES
from engine.functions.update_rule import Terms
from engine.network import (
    BatchStatistics,
    Drop,
    Layout,
    ParameterArrays,
    SplitParameters,
    draw_dropout,
)
from engine.network.switches import has_learned_slope, switched
from engine.programs.models.inputs import Choices, Inputs, Rates, n_rates, pack_rates, unpack_rates
from engine.programs.models.pixels import read_images
from engine.programs.models.sizes import MOST_OPERATIONS
from engine.spec import Spec

#: Hidden layers that there is room for.
LAYERS = IMAGES.layers[1]
#: Units of a hidden layer that there is room for, smallest first; wider networks have no general
#: program, since an update of it would take far longer than theirs.
UNITS = (128, 256, 512)
#: Rows of a batch whose gradient is computed together.
CHUNK = 128
#: An update of so many operations ends in a turn's time, though what is padded takes longer.
_MOST_OPERATIONS = MOST_OPERATIONS / 2
#: Numbers of `Inputs.choices` before the activations: schedule, batch and depth.
_SINGLES = 3


@dataclass(frozen=True)
class GeneralImageModel:
    """Every network of a few layers without batch normalization or maxout, on images, for one loss.

    Parameters are `ParameterArrays` of padded blocks: kernels [pixels, units] of the first layer,
    [LAYERS - 1, units, units] between hidden layers, [units, K] of the output layer, and
    [pixels, K] of that of networks without hidden layers; biases [LAYERS, units] and [K]; slopes
    [LAYERS, units]. Values lie as columns, [units, rows].

    Attributes:
        pixels: of an image.
        units: of every hidden layer.
        outputs: K.
        head: place in `heads.HEADS`.
        n_train: images of an epoch.
    """

    pixels: int
    units: int
    outputs: int
    head: int
    n_train: int

    @classmethod
    def of(cls, spec: Spec, n_train: int) -> GeneralImageModel | None:
        """Returns the smallest model with room for a network; None if there is none."""
        widest = max((layer.units for layer in spec.layers), default=0)
        units = next((room for room in UNITS if room >= widest), None)
        if units is None or spec.normalized or Layout.of(spec).pieces:
            return None
        pixels, depth = spec.widths[0], len(spec.layers)
        operations = 6 * spec.batch_size * units * (pixels + depth * units)
        if operations > _MOST_OPERATIONS:
            return None
        return cls(
            pixels, units, spec.n_outputs, head_index(spec.task, spec.resolved_loss), n_train
        )

    @property
    def larger(self) -> GeneralImageModel | None:
        """The next larger model, for edits that need a little more room; None if there is none."""
        wider = [room for room in UNITS if room > self.units]
        return replace(self, units=wider[0]) if wider else None

    @cached_property
    def layout(self) -> Layout:
        """That of a network that takes all the room."""
        return Layout((self.pixels, *[self.units] * LAYERS, self.outputs))

    @property
    def training_axis(self) -> int:
        """Along which rows of data lie in an update."""
        return 1

    @property
    def batch_chunk(self) -> int:
        """Rows trained on at a time."""
        return CHUNK

    @cached_property
    def parameters(self) -> SplitParameters:
        """The form of parameters while training."""
        return SplitParameters(self.layout)

    @property
    def term_sets(self) -> tuple[Terms, ...]:
        """All terms: a branch would copy every parameter."""
        return (Terms(),)

    @property
    def regularized(self) -> bool:
        """Always compiled."""
        return True

    @property
    def clipped(self) -> bool:
        """Always compiled."""
        return True

    @property
    def scheduled(self) -> bool:
        """Always compiled."""
        return True

    def parameter_shapes(self) -> ParameterArrays:
        """Returns the shapes of the padded parameters."""
        units, outputs = self.units, self.outputs
        return ParameterArrays(
            kernels=(
                _floats(self.pixels, units),
                _floats(LAYERS - 1, units, units),
                _floats(units, outputs),
                _floats(self.pixels, outputs),
            ),
            biases=(_floats(LAYERS, units), _floats(outputs)),
            slopes=(_floats(LAYERS, units),),
        )

    def input_shapes(self) -> Inputs:
        """Returns the shapes of what `pack` makes."""
        choices: Any = ShapeDtypeStruct((_SINGLES + 2 * LAYERS + 1,), jnp.int32)
        return Inputs(choices, _floats(n_rates(LAYERS)), _floats(LAYERS, self.units))

    def pack(self, spec: Spec) -> Inputs:
        """Returns the arguments for a spec."""
        used = [ACTIVATIONS.index(layer.activation) for layer in spec.layers]
        mask = np.zeros((LAYERS, self.units), np.float32)
        for place, layer in enumerate(spec.layers):
            mask[place, : layer.units] = 1.0
        singles = SCHEDULES.index(spec.schedule.name), spec.batch_size, len(spec.layers)
        room = [0] * (LAYERS - len(used))
        trainable = [int(layer.trainable) for layer in spec.layers]
        choices = [*singles, *used, *room, *trainable, *room, int(spec.output.trainable)]
        return Inputs(np.array(choices, np.int32), pack_rates(spec, 1.0, LAYERS), mask)

    def pad(self, params: ParameterArrays) -> ParameterArrays:
        """Returns the parameters of a network in the program's form, on the host."""
        padded = ParameterArrays(*_zeros(self.parameter_shapes()))
        for source, target in self._pairs(params, padded):
            target[...] = np.asarray(source)
        return padded

    def crop(self, padded: ParameterArrays, like: ParameterArrays) -> ParameterArrays:
        """Returns the parameters of a network out of the program's form, on the host.

        Args:
            padded: in the program's form.
            like: arrays of the network's own shapes.
        """
        cropped = ParameterArrays(*_zeros(like))
        for target, source in self._pairs(cropped, jax.device_get(padded)):
            target[...] = source
        return cropped

    def _pairs(self, own: ParameterArrays, padded: ParameterArrays) -> Iterator[tuple[Any, Any]]:
        """Each array of a network and its place in the padded ones, on the host."""
        first, between, last, direct = padded.kernels
        hidden = len(own.slopes)
        for layer, kernel in enumerate(own.kernels):
            rows, columns = kernel.shape
            if layer == hidden:
                room, bias = last if hidden else direct, padded.biases[1]
            else:
                room, bias = between[layer - 1] if layer else first, padded.biases[0][layer]
            yield kernel, room[:rows, :columns]
            yield own.biases[layer], bias[:columns]
        for layer, slopes in enumerate(own.slopes):
            yield slopes, padded.slopes[0][layer, : slopes.shape[0]]

    def choices(self, inputs: Inputs) -> Choices:
        """Reads the choices."""
        schedule, batch = (jnp.asarray(inputs.choices)[i] for i in range(2))
        return Choices(self.head, self.outputs, schedule, batch, self.n_train, 0, 0, 0)

    def rates(self, inputs: Inputs) -> Rates:
        """Reads the numbers."""
        return unpack_rates(jnp.asarray(inputs.rates), LAYERS)

    def moves_averages(self, inputs: Inputs, layer: int) -> bool:
        """No layer is normalized."""
        return False

    def spread_trainable(self, inputs: Inputs) -> ParameterArrays:
        """Returns whether updates change each number, as what broadcasts to the parameters."""
        every = jnp.asarray(inputs.choices)[_SINGLES + LAYERS :] > 0
        trainable, output = every[:LAYERS], every[LAYERS]
        return ParameterArrays(
            kernels=(trainable[0], trainable[1:, None, None], output, output),
            biases=(trainable[:, None], output),
            slopes=(trainable[:, None],),
        )

    def take(self, images: Array, labels: Array, rows: Array) -> tuple[Array, Array]:
        """Returns inputs [pixels, rows] and targets [K, rows] of some images."""
        x, y = read_images(images, labels, rows, self.outputs)
        return x.T, y

    def forward_batch(
        self, inputs: Inputs, params: ParameterArrays, x: Array, weights: Array, drop: Drop
    ) -> tuple[Array, BatchStatistics]:
        """Runs the network as an update does; see `ExactModel.forward_batch`."""
        logits, _ = self.forward(inputs, params, x, drop)
        return logits, {}

    def forward(
        self, inputs: Inputs, params: ParameterArrays, x: Array, drop: Drop | None = None
    ) -> tuple[Array, list[Array]]:
        """Runs the network that the arguments describe; layers past its depth cost nothing.

        Args:
            inputs: what the network is made of.
            params: its padded parameters.
            x: float32 [pixels, rows].
            drop: dropout, while training.

        Returns:
            Logits [K, rows], and the activations [units, rows] of every layer there is room for.
        """
        made_of = jnp.asarray(inputs.choices)[_SINGLES - 1 :]
        depth, activations = made_of[0], made_of[1:]
        slopes, mask = self.rates(inputs).slopes, jnp.asarray(inputs.mask)
        first, between, last, direct = params.kernels

        def run(layer: int, kernel: Array, h: Array) -> tuple[Array, Array]:
            index, own = activations[layer], params.slopes[0][layer][:, None]
            z = Dense.apply(kernel, h) + params.biases[0][layer][:, None]
            slope = jnp.where(has_learned_slope(index), own, slopes[layer])
            a = switched(0, index, z, slope) * mask[layer][:, None]
            return a, a if drop is None else drop(layer, a)

        a, h = run(0, first, x)
        hidden = [a]
        for layer in range(1, LAYERS):
            a, h = lax.cond(
                layer < depth, partial(run, layer), lambda _, h: (h, h), between[layer - 1], h
            )
            hidden.append(a)
        logits = Dense.apply(last, jnp.where(depth > 0, h, 0.0))
        logits += Dense.apply(direct, jnp.where(depth > 0, 0.0, x))
        return logits + params.biases[1][:, None], hidden

    def dropout(self, rates: Rates, key: Array, rows: Array) -> Drop:
        """Draws nothing while all rates are 0."""

        def draw() -> Array:
            return draw_dropout(key, range(LAYERS), rates.dropout, self.units, rows)

        def keep() -> Array:
            return jnp.ones((LAYERS, self.units, rows.shape[0]), jnp.float32)

        factors = lax.cond(jnp.any(rates.dropout > 0), draw, keep)
        return lambda layer, h: h * factors[layer]


def _floats(*shape: int) -> Any:
    return ShapeDtypeStruct(shape, jnp.float32)


def _zeros(like: ParameterArrays) -> Iterator[tuple[Any, ...]]:
    return (tuple(np.zeros(one.shape, np.float32) for one in part) for part in like)
