"""Devices are chosen by a trial, and nothing assumes that it is JAX's first one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxlib import xla_client

from engine.base import devices
from engine.base.inline_cpu import make_client
from tests.programs import ROOT

SPECS: list[dict[str, Any]] = [
    {"data": {"name": "xor", "samples": 100}, "layers": [{"units": 4}, {"units": 2}]},
    {
        "data": {"name": "digits"},
        "layers": [{"units": 12}],
        "batch_size": 50,
        "optimizer": {"name": "adam", "learning_rate": 0.01},
    },
]
VIEWS = [("boundary", "units", "weights"), ("confusion", "predictions", "digit", "saliency")]

#: Tries two devices, trains and shows on the one of a number, and says where arrays lie.
_TRAIN = """
import json, sys
import jax
from engine.base import devices
number, specs, views = json.loads(sys.argv[1])
both = jax.devices("cpu")
assert devices.choose_device("a trial", both, (10, 8)) in both
chosen = both[number]
devices.list_candidates = lambda: [chosen]
devices.inline_cpu = lambda: chosen
from engine import FrameRequest, Programs, Trainer, parse_spec
programs, losses = Programs(), []
for spec, shown in zip(specs, views):
    trainer = Trainer(parse_spec(spec), programs)
    losses.append(float(trainer.train(epochs=3)["train_loss"]))
    frame = trainer.turn(epochs=1, request=FrameRequest(tuple(shown)))
    assert len(frame.arrays) >= len(shown), sorted(frame.arrays)
    losses.append(float(trainer.metrics["train_loss"]))
placed = {device.id for array in jax.live_arrays() for device in array.devices()}
print(json.dumps([len(both), losses, sorted(placed)]))
"""


def train_on(number: int) -> Any:
    flags = "--xla_force_host_platform_device_count=2"
    environ = {**os.environ, "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {flags}"}
    command = [sys.executable, "-c", _TRAIN, json.dumps([number, SPECS, VIEWS])]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_networks_train_and_are_shown_on_whichever_device_is_chosen() -> None:
    count, losses, placed = train_on(1)
    assert count == 2
    assert placed == [1], "nothing lies on JAX's first device"
    assert losses == train_on(0)[1]


def test_small_networks_have_a_cpu_client_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPROC", "7")
    own = make_client.__wrapped__()
    assert os.environ["NPROC"] == "7", "of a new client alone"
    assert own.platform == "cpu"
    assert own.client is not jax.devices("cpu")[0].client
    assert jax.jit(jnp.square)(jax.device_put(np.float32(3), own)).devices() == {own}


def test_small_networks_share_jaxs_client_where_there_can_be_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**_: Any) -> None:
        raise TypeError("no such argument")

    monkeypatch.setattr(xla_client, "make_cpu_client", refuse)
    monkeypatch.delenv("NPROC", raising=False)
    assert make_client.__wrapped__() == jax.devices("cpu")[0]
    assert "NPROC" not in os.environ
    assert "no such argument" in caplog.text


def test_an_only_device_is_chosen_without_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "time_updates", lambda *_: pytest.fail("nothing is timed"))
    assert devices.choose_device("networks", jax.devices("cpu")[:1], (2, 2)).platform == "cpu"


def test_the_device_with_the_shortest_trial_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {"first": 0.3, "second": 0.1, "third": 0.2}
    monkeypatch.setattr(devices, "time_updates", lambda device, _: seconds[device])
    assert devices.choose_device("networks", list(seconds), (2, 2)) == "second"
