"""Compiled programs that look at a network for images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array, lax

from engine.base.slices import Slices
from engine.network import Parts
from engine.programs.images import views
from engine.programs.images.compilation import (
    compile_for_images,
    float32s,
    int32s,
    parts_of,
    uint8s,
)
from engine.programs.images.views import COMPONENTS, Answer, Sums
from engine.programs.models import ExactNetwork


@dataclass(frozen=True)
class Viewing:
    """What the programs that look at a network are keyed by.

    Attributes:
        network: what is evaluated.
        n_train: train images that are measured.
        n_test: test images.
        n_space: test images shown in the hidden space.
    """

    network: ExactNetwork
    n_train: int
    n_test: int
    n_space: int


@dataclass(frozen=True)
class Sweep:
    """Looks at a set of images, so many rows at a time.

    Attributes:
        rows: that one call looks at.
        run: (first row, ...) -> an array, or several, of so many rows.
    """

    rows: int
    run: Callable[..., Any]

    def slices(self, n: int, *arguments: Any) -> Slices[Any]:
        """Looks at all images of a set, and pauses after each call.

        Args:
            n: images in the set.
            *arguments: of the program, behind the first row.

        Returns:
            What it gives for all of them, on the host.
        """
        made: list[Any] = []
        for start in range(0, n, self.rows):
            # The last rows may be looked at twice, so that each call has as many.
            first = min(start, n - self.rows)
            part = jax.device_get(self.run(np.int32(first), *arguments))
            made.append(jax.tree.map(lambda rows, skip=start - first: rows[skip:], part))
            yield
        return jax.tree.map(lambda *parts: np.concatenate(parts), *made)


@dataclass(frozen=True)
class ViewPrograms:
    """Looks at a network.

    Attributes:
        model: what they were compiled for.
        judge_train: (slopes, params, images, labels) -> how it does on train images.
        judge_test: the same, on the test images.
        add_up: (params) -> what its penalty is made of.
        look: (slopes, params, image) -> what it makes of one image.
    """

    model: Viewing
    judge_train: Sweep
    judge_test: Sweep
    add_up: Callable[..., Sums]
    look: Callable[..., Answer]


def _take_rows(images: Array, first: Array, rows: int) -> Array:
    return lax.dynamic_slice_in_dim(images, first, rows)


def compile_views(model: Viewing) -> ViewPrograms:
    """Compiles what is always needed to look at a network."""
    network = model.network
    parts, slopes = parts_of(network), float32s(network.n_hidden)
    pixels = network.widths[0]

    def look(slopes: Array, params: Parts, image: Array) -> Answer:
        return views.look(network, slopes, params, image)

    def judging(n: int) -> Sweep:
        rows = views.count_rows(network, n)

        def judge(
            first: Array, slopes: Array, params: Parts, images: Array, labels: Array
        ) -> views.Judged:
            some, theirs = (_take_rows(one, first, rows) for one in (images, labels))
            return views.judge(network, slopes, params, some, theirs)

        return Sweep(
            rows, compile_for_images(judge, int32s(), slopes, parts, uint8s(n, pixels), int32s(n))
        )

    train = judging(model.n_train)
    test = train if model.n_test == model.n_train else judging(model.n_test)
    add_up = compile_for_images(views.add_up, parts)
    return ViewPrograms(
        model, train, test, add_up, compile_for_images(look, slopes, parts, uint8s(pixels))
    )


def compile_exciting(model: Viewing) -> Sweep:
    """Compiles (first row, slopes, params, images, unit) -> how test images excite a unit."""
    network, n = model.network, model.n_test
    rows = views.count_rows(network, n)

    def excite(first: Array, slopes: Array, params: Parts, images: Array, unit: Array) -> Array:
        some = _take_rows(images, first, rows)
        return views.excite(network, slopes, params, some, unit)

    images = uint8s(n, network.widths[0])
    slopes, parts = float32s(network.n_hidden), parts_of(network)
    return Sweep(rows, compile_for_images(excite, int32s(), slopes, parts, images, int32s()))


@dataclass(frozen=True)
class Projection:
    """Shows the hidden space of a layer.

    Attributes:
        follow: (first row, slopes, params, images) -> activations of the layer.
        project: (activations, basis, rounds) -> coordinates and basis.
    """

    follow: Sweep
    project: Callable[..., tuple[Array, Array]]


def compile_projection(model: Viewing, layer: int) -> Projection:
    """Compiles the projection of a layer."""
    network, n = model.network, model.n_space
    rows, width = views.count_rows(network, n), network.widths[layer]

    def follow(first: Array, slopes: Array, params: Parts, images: Array) -> Array:
        some = _take_rows(images, first, rows)
        return views.follow(network, slopes, params, some, layer)

    images = uint8s(n, network.widths[0])
    slopes, parts = float32s(network.n_hidden), parts_of(network)
    return Projection(
        Sweep(rows, compile_for_images(follow, int32s(), slopes, parts, images)),
        compile_for_images(
            views.project, float32s(n, width), float32s(width, COMPONENTS), int32s()
        ),
    )


def compile_nearest(n: int, pixels: int) -> Sweep:
    """Compiles (first row, images, image) -> the distances of images to one."""
    rows = min(n, views.COMPARED)

    def compare(first: Array, images: Array, image: Array) -> Array:
        return views.compare(_take_rows(images, first, rows), image)

    return Sweep(rows, compile_for_images(compare, int32s(), uint8s(n, pixels), uint8s(pixels)))


def compile_answers(network: ExactNetwork, rows: int) -> Callable[..., Array]:
    """Compiles (slopes, params, images) -> outputs [rows, K] for float32 images of 0..255."""

    def answer(slopes: Array, params: Parts, images: Array) -> Array:
        return views.answer(network, slopes, params, images)

    images = float32s(rows, network.widths[0])
    return compile_for_images(answer, float32s(network.n_hidden), parts_of(network), images)
