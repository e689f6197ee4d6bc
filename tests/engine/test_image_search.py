"""Search on images: on part of the train images, measured on others, the test images at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Programs, SearchError, Trainer
from engine.__main__ import main
from engine.data.image_data import hold_out
from engine.search import Search, SearchSettings
from engine.search.batches import list_looks
from tests.engine import image_oracle

SPEC = {
    "data": {"name": "digits"},
    "layers": [{"units": 12, "activation": "tanh"}],
    "optimizer": {"name": "momentum", "learning_rate": 0.01},
}
RATE = {"path": "optimizer.learning_rate", "low": 0.001, "high": 0.3}
PENALTY = {"path": "regularization.l2", "low": 1e-6, "high": 0.01}


def make_settings(**changes: Any) -> SearchSettings:
    few = {"trials": 4, "epochs": 3, "method": "random"}
    return SearchSettings.parse({"spec": SPEC, "dimensions": [RATE, PENALTY], **few, **changes})


@pytest.fixture(scope="module")
def searched(programs: Programs) -> Search:
    search = Search(make_settings(), programs=programs)
    search.run()
    return search


def probabilities(search: Search, number: int, images: Any) -> Any:
    ended = search.snapshot(number)
    flat = images.reshape(len(images), -1)
    z, _ = image_oracle.logits(ended.spec, ended.state.params, flat)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_a_sixth_of_the_train_images_is_set_aside_and_no_test_image_is_there(
    programs: Programs,
) -> None:
    whole = programs.images.store.get("digits").images
    held = hold_out(whole)
    n = len(whole.train_images)
    assert len(held.test_images) == round(n / 6)
    parts = [held.train_images, held.test_images]
    labels = [held.train_labels, held.test_labels]
    together = np.concatenate([part.reshape(len(part), -1) for part in parts])
    keyed = np.column_stack([together, np.concatenate(labels)])
    known = np.column_stack([whole.train_images.reshape(n, -1), whole.train_labels])
    assert np.array_equal(np.unique(keyed, axis=0), np.unique(known, axis=0))
    assert len(keyed) == n
    again = hold_out(whole)
    assert np.array_equal(again.test_images, held.test_images)
    # Whatever order the images are in: every class has its share, also where a file is sorted.
    counts = np.bincount(held.test_labels) / np.bincount(whole.train_labels)
    assert (np.abs(counts - 1 / 6) < 0.08).all()


def test_metrics_are_those_of_the_images_that_were_set_aside(
    programs: Programs, searched: Search
) -> None:
    held = hold_out(programs.images.store.get("digits").images)
    assert [one.state for one in searched.trials] == ["complete"] * 4
    for trial in searched.trials:
        ended = searched.snapshot(trial.number)
        flat = held.test_images.reshape(len(held.test_images), -1)
        spec = ended.spec.model_copy(update={"regularization": SearchSettings.parse(
            {"spec": SPEC, "dimensions": [RATE]}).spec.regularization})  # fmt: skip
        loss = image_oracle.loss(spec, ended.state.params, flat, held.test_labels)
        assert trial.metrics["validation_loss"] == pytest.approx(loss, abs=1e-5)
        found = probabilities(searched, trial.number, held.test_images).argmax(axis=1)
        right = float(np.mean(found == held.test_labels))
        assert trial.metrics["validation_accuracy"] == pytest.approx(right, abs=1e-6)
        assert trial.metrics["step"] == 3 * -(-len(held.train_images) // 128)
        assert not any(name.startswith("test") for name in trial.metrics)
    losses = [one.metrics["validation_loss"] for one in searched.trials]
    assert searched.best[0].number == int(np.argmin(losses))
    assert searched.share == 1


def test_a_trial_is_opened_with_its_weights_on_all_train_images(
    programs: Programs, searched: Search
) -> None:
    (best,) = searched.best
    trainer = Trainer(searched.settings.spec, programs)
    trainer.replace(searched.snapshot(best.number))
    whole = trainer.data.images
    assert trainer.data is programs.images.store.get("digits")
    assert trainer.step == best.metrics["step"]
    found = probabilities(searched, best.number, whole.test_images).argmax(axis=1)
    right = float(np.mean(found == whole.test_labels))
    assert trainer.metrics["test_accuracy"] == pytest.approx(right, abs=1e-6)
    trainer.train(epochs=1)
    assert trainer.epoch == 4


def test_the_worst_weights_go_first_and_are_trained_again(
    programs: Programs, searched: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 3 * 4 * (64 * 12 + 12 + 12 * 10 + 10 + 12)
    monkeypatch.setattr("engine.search.kept_weights.MAX_BYTES", 2 * size)
    search = Search(make_settings(), programs=programs)
    search.run()
    gone = [number for number in range(4) if not search.has_weights(number)]
    assert len(gone) == 2
    assert search.best[0].number not in gone
    for number in gone:
        again, before = search.snapshot(number), searched.snapshot(number)
        np.testing.assert_allclose(again.state.params, before.state.params, atol=1e-5)
        assert again.counters.step == search.trials[number].metrics["step"]


def test_a_hopeless_trial_ends_after_part_of_an_epoch(programs: Programs) -> None:
    rates = {"path": RATE["path"], "low": 1e-5, "high": 0.3, "scale": "log"}
    settings = make_settings(dimensions=[rates], trials=16, epochs=3, pruning=True)
    assert settings.max_resource == 27
    search = Search(settings, programs=programs)
    search.run()
    pruned = [one for one in search.trials if one.state == "pruned"]
    assert {one.state for one in search.trials} == {"complete", "pruned"}
    assert min(one.epoch for one in pruned) < 1
    assert {round(9 * one.epoch) for one in search.trials} <= {*list_looks(27)}
    assert float(search.best[0].values[RATE["path"]]) > 0.01
    batches = -(-programs.images.store.get_held_out("digits").n_train // 128)
    for one in pruned:
        assert one.metrics["step"] == max(1, round(9 * one.epoch) * batches // 9)


@pytest.mark.slow
def test_what_diverges_is_told_apart(programs: Programs) -> None:
    rates = {"path": RATE["path"], "low": 0.01, "high": 10, "count": 2}
    spec = {**SPEC, "layers": [{"units": 12, "activation": "relu"}] * 2}
    spec["loss"] = "mean_squared_error"
    spec["optimizer"] = {"name": "sgd"}
    spec["regularization"] = {"l2": 10}
    settings = make_settings(spec=spec, dimensions=[rates], method="grid", batch=2)
    search = Search(settings, programs=programs)
    search.run()
    assert [one.state for one in search.trials] == ["complete", "diverged"]
    assert np.isfinite(search.snapshot(1).state.params).all()


def test_the_test_images_are_looked_at_once_in_the_end(
    programs: Programs, searched: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Search(make_settings(), programs=programs)
    search.run()
    whole = programs.images.store.get("digits").images
    tested = search.measure_test()
    (best,) = search.best
    assert list(tested) == [best.number]
    found = probabilities(search, best.number, whole.test_images).argmax(axis=1)
    right = float(np.mean(found == whole.test_labels))
    assert tested[best.number]["test_accuracy"] == pytest.approx(right, abs=1e-6)
    assert tested[best.number]["validation_loss"] == best.metrics["validation_loss"]
    assert search.done
    with pytest.raises(SearchError):
        search.add({RATE["path"]: 0.1, PENALTY["path"]: 0.001})


def test_an_ensemble_is_the_mean_of_its_members(programs: Programs, searched: Search) -> None:
    held = hold_out(programs.images.store.get("digits").images)
    ensemble = searched.make_ensemble([0, 2, 3])
    mean = np.mean([probabilities(searched, n, held.test_images) for n in (0, 2, 3)], axis=0)
    flat = held.test_images.reshape(len(held.test_images), -1)
    np.testing.assert_allclose(ensemble.evaluate(flat.astype(np.float32)), mean, atol=1e-5)
    right = float(np.mean(mean.argmax(axis=1) == held.test_labels))
    assert ensemble.score("validation") == pytest.approx(right, abs=1e-6)
    assert ensemble.boundary() is None


@pytest.mark.parametrize(
    ("path", "low", "high", "fits"),
    [
        ("layers.units", 8, 512, True),
        ("layers.units", 1, 1025, False),
        ("batch_size", 16, 2048, True),
        ("batch_size", 8, 64, False),
        ("layers.count", 0, 4, True),
        ("layers.count", 1, 5, False),
    ],
)
def test_ranges_are_those_of_images(path: str, low: int, high: int, fits: bool) -> None:
    dimensions = [{"path": path, "low": low, "high": high}]
    if fits:
        (dimension,) = make_settings(dimensions=dimensions).dimensions
        assert dimension.ends == (low, high)
    else:
        with pytest.raises(SearchError) as caught:
            make_settings(dimensions=dimensions)
        assert caught.value.path in ("dimensions.0.low", "dimensions.0.high")


def test_few_are_trained_together() -> None:
    assert make_settings().together == 1
    assert make_settings(batch=4).together == 4
    with pytest.raises(SearchError) as caught:
        make_settings(batch=5)
    assert caught.value.path == "batch"
    (units,) = make_settings(dimensions=[{"path": "layers.units"}]).dimensions
    assert (units.ends, units.is_log) == ((16, 256), True)


@pytest.mark.slow
def test_the_command_line_searches_images(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spec.json"
    file.write_text(json.dumps(SPEC))
    arguments = [
        "search", "--json", "--spec", str(file), "--dimension", "optimizer.learning_rate",
        "--trials", "3", "--epochs", "1", "--method", "random", "--ensemble", "2",
    ]  # fmt: skip
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["trials"] == 3
    assert "test_accuracy" in found["best"][0]["metrics"]
    assert 0 <= found["ensemble"]["test"] <= 1


@pytest.mark.slow
def test_the_whole_mnist(mnist_programs: Programs) -> None:
    spec = {
        "data": {"name": "mnist"},
        "layers": [{"units": 32, "activation": "relu"}],
        "optimizer": {"name": "adam"},
    }
    rates = {"path": RATE["path"], "low": 1e-5, "high": 0.03, "scale": "log"}
    settings = make_settings(spec=spec, dimensions=[rates], trials=6, epochs=1, pruning=True)
    search = Search(settings, programs=mnist_programs)
    (best,) = search.run()
    assert mnist_programs.images.store.get_held_out("mnist").n_train == 50_000
    assert best.metrics["validation_accuracy"] > 0.9
    tested = search.measure_test()[best.number]
    assert abs(tested["test_accuracy"] - best.metrics["validation_accuracy"]) < 0.02
