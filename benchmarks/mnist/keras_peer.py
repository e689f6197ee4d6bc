"""Keras 3 as a contestant; the variable KERAS_BACKEND says what lies below it."""

# Installed for `make bench-mnist` alone.
# pyright: reportMissingImports=false

from __future__ import annotations

import keras

from benchmarks.mnist.contestants import CLASSES, PIXELS, Network, Train
from benchmarks.mnist.data import train_rows


def make(network: Network) -> Train:
    """Trains by `fit`, with all its defaults."""
    layers = keras.layers
    hidden = [layers.Dense(n, activation="relu") for n in network.units]
    model = keras.Sequential([keras.Input((PIXELS,)), *hidden, layers.Dense(CLASSES)])
    model.compile(
        optimizer=keras.optimizers.Adam(network.rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    x, y = train_rows()

    def train(epochs: int) -> None:
        model.fit(x, y, batch_size=network.batch, epochs=epochs, verbose=0)  # pyright: ignore[reportArgumentType]

    return train
