"""Image sets on the device that trains on them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from engine.base.devices import image_device
from engine.data.drawing import prepare_drawing, reduce_drawing
from engine.data.images import ImageSet
from engine.data.selected_image import Drawing

#: Train images that are measured while training: as many as MNIST has test images.
MEASURED = 10_000
#: Test images that are shown in the hidden space.
IN_SPACE = 2_000
#: Share of the train images that a search sets aside for validation: 10,000 of MNIST's.
VALIDATION_FRACTION = 1 / 6


@dataclass(frozen=True, eq=False)
class ImageData:
    """An image set, on the host and on the device.

    Attributes:
        images: the set itself.
        train_images: uint8 [n_train, pixels], on the device.
        train_labels: int32 [n_train].
        seen_images: uint8 [at most 10,000, pixels], the first of the train images; the
            train loss and accuracy are measured on them.
        seen_labels: int32 [...].
        test_images: uint8 [n_test, pixels].
        test_labels: int32 [n_test].
        space_images: uint8 [at most 2,000, pixels], the first of the test images.
    """

    images: ImageSet
    train_images: Array
    train_labels: Array
    seen_images: Array
    seen_labels: Array
    test_images: Array
    test_labels: Array
    space_images: Array

    @property
    def n_train(self) -> int:
        """Images of an epoch."""
        return self.train_images.shape[0]

    @property
    def n_test(self) -> int:
        """Test images."""
        return self.test_images.shape[0]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image."""
        rows, columns = self.images.train_images.shape[1:]
        return rows, columns

    def draw(self, drawing: Drawing) -> NDArray[np.uint8]:
        """Makes a drawing into an image of the set, uint8 [rows, columns]."""
        if drawing.prepared:
            return prepare_drawing(drawing.ink, self.shape, self.images.drawing_box)
        return reduce_drawing(drawing.ink, self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that a snapshot adds: none, for runs share their images."""
        return 0


def put_images(images: ImageSet) -> ImageData:
    """Puts an image set on the device."""
    train, test = (_flatten(part) for part in (images.train_images, images.test_images))
    train_labels, test_labels = (
        part.astype(np.int32) for part in (images.train_labels, images.test_labels)
    )
    arrays = (
        train, train_labels, train[:MEASURED], train_labels[:MEASURED],
        test, test_labels, test[:IN_SPACE],
    )  # fmt: skip
    return ImageData(images, *jax.device_put(arrays, image_device()))


def hold_out(images: ImageSet) -> ImageSet:
    """Returns a set without its test images: in their place are train images that are set aside.

    A sixth of the train images is drawn, always the same ones, whatever order they are in.
    """
    n = len(images.train_images)
    drawn = np.random.Generator(np.random.Philox(0)).permutation(n)
    aside = np.zeros(n, bool)
    aside[drawn[: max(1, round(n * VALIDATION_FRACTION))]] = True
    return replace(
        images,
        train_images=images.train_images[~aside],
        train_labels=images.train_labels[~aside],
        test_images=images.train_images[aside],
        test_labels=images.train_labels[aside],
    )


def _flatten(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(images.reshape(len(images), -1))
