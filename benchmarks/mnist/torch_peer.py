"""PyTorch as a contestant, written by hand."""

# Installed for `make bench-mnist` alone.
# pyright: reportMissingImports=false

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from benchmarks.mnist.contestants import CLASSES, PIXELS, Network, Train
from benchmarks.mnist.data import train_rows


def make(network: Network) -> Train:
    """Trains on tensors in memory, permuted anew for each epoch; no loader stands between."""
    x, y = (torch.from_numpy(rows) for rows in train_rows())
    labels = y.long()
    model = _make_model(network)
    optimizer = torch.optim.Adam(model.parameters(), lr=network.rate)
    loss = nn.CrossEntropyLoss()

    def train(epochs: int) -> None:
        for _ in range(epochs):
            for rows in torch.randperm(len(x)).split(network.batch):
                optimizer.zero_grad()
                loss(model(x[rows]), labels[rows]).backward()
                optimizer.step()

    return train


def _make_model(network: Network) -> Any:
    parts: list[Any] = []
    for before, after in pairwise((PIXELS, *network.units, CLASSES)):
        layer = nn.Linear(before, after)
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        parts += [layer, nn.ReLU()]
    return nn.Sequential(*parts[:-1])
