"""The real MNIST, as every contestant gets it."""

from __future__ import annotations

import os
from functools import cache

import numpy as np

from engine import DataError, ImageStore, Programs
from engine.data.images import ImageSet, find_cache_dir
from tests.app.servers import LiveServer
from tests.mnist import find_mnist


def make_store() -> ImageStore:
    """Returns a store that looks where tests look, and then in the usual places."""
    return ImageStore(find_cache_dir(os.environ), find_mnist())


def make_server() -> LiveServer:
    """Returns a server that looks in the same places."""
    return LiveServer(
        LIVENET_CACHE_DIR=str(find_cache_dir(os.environ)), LIVENET_DATA_DIR=str(find_mnist() or "")
    )


@cache
def load_mnist() -> ImageSet:
    """Returns the whole set, on the host."""
    return make_store().get("mnist").images


def missing() -> str:
    """Returns why nothing can be measured; nothing if all 70,000 digits are there."""
    try:
        complete = load_mnist().complete
    except DataError as error:
        return error.message
    return "" if complete else "MNIST is not complete: set LIVENET_DATA_DIR to its four files"


def make_programs() -> Programs:
    """Returns programs that train on MNIST."""
    return Programs(store=make_store())


def train_rows() -> tuple[np.ndarray, np.ndarray]:
    """Returns float32 [60000, 784] in [0, 1], and int32 labels."""
    images = load_mnist()
    pixels = images.train_images.reshape(len(images.train_images), -1)
    return pixels.astype(np.float32) / 255, images.train_labels.astype(np.int32)
