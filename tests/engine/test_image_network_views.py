"""What is seen of networks for images, against NumPy and scikit-learn."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine import FrameRequest, Programs, Trainer
from engine.data.drawing import prepare_drawing, reduce_drawing
from engine.data.selected_image import Drawing, Sample
from tests.app.servers import wait_until
from tests.engine import image_oracle
from tests.engine.test_image_network_training import make


@pytest.fixture(scope="module")
def trained(programs: Programs) -> Trainer:
    layers = [{"units": 20, "activation": "tanh"}, {"units": 6, "activation": "relu"}]
    trainer = make(programs, layers=layers, optimizer={"name": "adam", "learning_rate": 0.01})
    trainer.train(epochs=15)
    return trainer


def show(trainer: Trainer, *views: str, **more: Any) -> dict[str, np.ndarray]:
    return trainer.turn(request=FrameRequest(views, **more)).arrays


def test_confusion_and_predictions_are_those_of_the_answers(trained: Trainer) -> None:
    arrays = show(trained, "confusion", "predictions")
    images = trained.data.images
    answers = trained.predict(images.test_images).argmax(axis=1)
    np.testing.assert_array_equal(arrays["predictions"], answers)
    expected = np.zeros((10, 10))
    np.add.at(expected, (images.test_labels.astype(int), answers), 1)
    np.testing.assert_array_equal(arrays["confusion"], expected)
    accuracy = np.trace(expected) / expected.sum()
    assert trained.metrics["test_accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert accuracy > 0.85


def test_losses_are_means(trained: Trainer) -> None:
    images, flat = trained.data.images, trained.snapshot().state.params
    for part in ("train", "test"):
        pixels = getattr(images, f"{part}_images")
        expected = image_oracle.loss(
            trained.spec, flat, pixels.reshape(len(pixels), -1), getattr(images, f"{part}_labels")
        )
        assert trained.metrics[f"{part}_loss"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("row", [0, 7])
def test_a_digit_is_followed_through_the_layers(trained: Trainer, row: int) -> None:
    arrays = show(trained, "digit", "saliency", digit=Sample("train", row))
    image = trained.data.images.train_images[row]
    np.testing.assert_array_equal(arrays["image"], image)
    flat = trained.snapshot().state.params
    z, hidden = image_oracle.logits(trained.spec, flat, image.reshape(1, -1))
    expected = np.concatenate([h[0] for h in hidden])
    np.testing.assert_allclose(arrays["activations"], expected, atol=1e-5)
    np.testing.assert_allclose(arrays["probabilities"], trained.predict(image[None])[0], atol=1e-6)
    best = int(z.argmax())
    pixels = np.repeat(image.reshape(1, -1).astype(float), 64, axis=0)
    steps = np.eye(64) * 255e-5
    high, low = (
        image_oracle.logits(trained.spec, flat, pixels + sign * steps)[0] for sign in (1, -1)
    )
    log_p = [z[:, best] - np.log(np.exp(z).sum(axis=1)) for z in (high, low)]
    slopes = (log_p[0] - log_p[1]) / 2e-5
    np.testing.assert_allclose(arrays["saliency"].ravel(), slopes, atol=1e-3)


def test_a_unit_is_known_by_its_weights_and_by_what_excites_it(trained: Trainer) -> None:
    arrays = show(trained, "input_weights", "exciting", select=(0, 3))
    kernel = trained.weights[: 64 * 20].reshape(64, 20)
    np.testing.assert_array_equal(arrays["input_weights"].ravel(), kernel[:, 3])
    images = trained.data.images.test_images
    flat = trained.snapshot().state.params
    _, hidden = image_oracle.logits(trained.spec, flat, images.reshape(len(images), -1))
    for select in ((0, 3), (1, 2)):
        exciting = show(trained, "exciting", select=select)["exciting"]
        expected = np.sort(hidden[select[0]][:, select[1]])[::-1][:9]
        np.testing.assert_allclose(exciting[:, 1], expected, atol=1e-4)
    assert "input_weights" not in show(trained, "input_weights", select=(1, 2))
    assert "exciting" not in show(trained, "exciting", select=(2, 0))


@pytest.mark.parametrize("layer", [0, 1, 2, 3, None])
def test_the_hidden_space_is_the_first_principal_components(
    trained: Trainer, layer: int | None
) -> None:
    places = show(trained, "space", space=layer)["space"]
    for _ in range(15):
        before, places = places, show(trained, "space", space=layer)["space"]
        assert ((before * places).sum(axis=0) >= 0).all()
    images = trained.data.images.test_images[: len(places)]
    pixels = images.reshape(len(images), -1)
    z, hidden = image_oracle.logits(trained.spec, trained.snapshot().state.params, pixels)
    seen = [pixels / 255, *hidden, z][2 if layer is None else layer]
    # Takes longer to import than all other modules of the tests together.
    from sklearn.decomposition import PCA

    expected = PCA(3, svd_solver="full").fit_transform(seen)
    for component in range(3):
        found = abs(np.corrcoef(places[:, component], expected[:, component])[0, 1])
        assert found > 0.99
    np.testing.assert_allclose(places.var(axis=0), expected.var(axis=0), rtol=0.02)


def test_the_nearest_digits(trained: Trainer) -> None:
    arrays = show(trained, "nearest", digit=Sample("test", 4))
    images = trained.data.images
    x = images.test_images[4].ravel() / 255
    rows = images.train_images.reshape(len(images.train_images), -1) / 255
    distances = np.linalg.norm(rows - x, axis=1)
    np.testing.assert_allclose(arrays["nearest"][:, 1], np.sort(distances)[:9], atol=1e-4)
    np.testing.assert_allclose(distances[arrays["nearest"][:, 0].astype(int)],
                               arrays["nearest"][:, 1], atol=1e-4)  # fmt: skip


def test_frames_tell_where_the_epoch_stands(programs: Programs) -> None:
    trainer = make(programs)
    trainer.turn()
    frame = trainer.turn(batches=3)
    told = frame.metadata
    batches = trainer.batches_per_epoch
    assert (told["step"], told["batch"], told["batches"]) == ("3", "3", str(batches))
    assert float(told["seconds_left"]) >= 0
    assert int(told["measured_step"]) <= 3
    assert told["data_source"] == "sklearn"
    assert set(frame.arrays) == {"history"}
    assert all(isinstance(value, str) for value in json.loads(json.dumps(told)).values())


def test_an_epoch_is_measured_once_at_least_and_not_with_each_frame(programs: Programs) -> None:
    trainer = make(programs, batch_size=16)
    trainer.turn()
    frames = 3 * trainer.batches_per_epoch // 5
    rows = [trainer.turn(batches=5).arrays["history"] for _ in range(frames)]
    steps = np.concatenate(rows)[:, 0]
    assert 2 <= len(steps) <= 25
    assert (np.diff(steps) > 0).all()


def ink(size: int = 112) -> np.ndarray:
    return np.zeros((size, size), np.uint8)


def test_a_drawing_is_fitted_into_the_box_and_centred_by_its_mass() -> None:
    drawing = ink()
    drawing[5:55, 60:75] = 255
    drawing[45:55, 40:75] = 255
    image = prepare_drawing(drawing, (28, 28), box=20).astype(float)
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    assert rows[-1] - rows[0] + 1 == 20
    assert columns[-1] - columns[0] + 1 == 14
    place = np.arange(28)
    mass = image.sum()
    assert image.sum(axis=1) @ place / mass == pytest.approx(13.5, abs=0.51)
    assert image.sum(axis=0) @ place / mass == pytest.approx(13.5, abs=0.51)
    assert image.max() == 255


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (20, 30)])
def test_drawings_of_any_kind_stay_images(shape: tuple[int, int]) -> None:
    nothing, dot, all_over, line = ink(), ink(), np.full((50, 90), 255, np.uint8), ink(300)
    dot[0, 0] = 255
    line[299, :] = 200
    for drawing in (nothing, dot, all_over, line):
        for make_small in (prepare_drawing, reduce_drawing):
            image = make_small(drawing, shape)
            assert image.shape == shape
            assert image.dtype == np.uint8
    assert not prepare_drawing(nothing, shape).any()
    assert prepare_drawing(dot, shape).max() == 255
    assert reduce_drawing(all_over, shape).min() == 255


def test_where_something_is_drawn_does_not_matter_when_it_is_prepared(trained: Trainer) -> None:
    left, right = ink(), ink()
    left[10:60, 8:20] = right[50:100, 90:102] = 255
    seen = [
        show(trained, "digit", digit=Drawing(drawing, prepared))["image"]
        for prepared in (True, False)
        for drawing in (left, right)
    ]
    np.testing.assert_array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[2], seen[3])


def test_a_frame_in_a_hurry_waits_for_no_program(programs: Programs) -> None:
    trainer = make(programs, layers=[{"units": 23}])
    hurried = FrameRequest(("space", "exciting", "digit"), select=(0, 3), space=1, patient=False)
    first = trainer.turn(batches=1, request=hurried).arrays
    assert "probabilities" in first
    assert "space" not in first, "nobody has compiled it yet"
    wait_until(
        lambda: {"space", "exciting"} <= set(trainer.turn(batches=1, request=hurried).arrays),
        "the programs have come",
    )
