"""Units of networks for images that are switched off: losses, accuracies and answers."""

from __future__ import annotations

import numpy as np

from engine import AblationRequest, FrameRequest, Programs, Trainer, parse_spec
from engine.data.selected_image import Sample
from engine.network import Layout
from tests.engine import image_oracle

SPEC = {
    "data": {"name": "digits"}, "batch_size": 32,
    "layers": [{"units": 8, "activation": "relu"}, {"units": 5, "activation": "sigmoid"}],
    "optimizer": {"name": "adam", "learning_rate": 0.01},
}  # fmt: skip
OFF = AblationRequest(units=((0, 1), (1, 4)), links=((2, None, 3),))


def test_the_network_is_measured_with_and_without_them(programs: Programs) -> None:
    """Against the oracle's forward pass, after some training; nothing of the run changes."""
    trainer = Trainer(parse_spec(SPEC), programs)
    trainer.train(epochs=2)
    spec, layout = trainer.spec, Layout.of(trainer.spec)
    whole = np.array(trainer.snapshot().state.params)
    views = ("digit", "ablation", "predictions", "confusion")
    request = FrameRequest(views, ablation=OFF, digit=Sample("test", 3))
    frame = trainer.turn(request=request)
    np.testing.assert_array_equal(trainer.snapshot().state.params, whole)
    without = whole.copy()
    layout.kernel(without, 1)[1] = 0
    layout.kernel(without, 2)[4] = 0
    without[layout.bias_slice(2)][3] = 0
    images = trainer.data.images
    seen = len(trainer.data.seen_labels)
    parts = (
        (images.train_images[:seen], images.train_labels[:seen]),
        (images.test_images, images.test_labels),
    )
    for row, flat in zip(frame.arrays["ablation"], (whole, without), strict=True):
        for i, (rows, labels) in enumerate(parts):
            flat_rows = rows.reshape(len(rows), -1)
            logits, _ = image_oracle.logits(spec, flat, flat_rows)
            assert abs(row[i] - image_oracle.loss(spec, flat, flat_rows, labels)) < 1e-4
            assert abs(row[2 + i] - np.mean(logits.argmax(axis=1) == labels)) < 2e-3
    (z,), _ = image_oracle.logits(spec, without, images.test_images[3].reshape(1, -1))
    wanted = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    np.testing.assert_allclose(frame.arrays["ablated_probabilities"], wanted, atol=1e-5)
    assert frame.arrays["ablation_off"].tolist() == [[0, 1, -1], [1, 4, -1], [2, -1, 3]]
    # What is shown of the whole network stays its own.
    tested = frame.arrays["confusion"].trace() / len(images.test_images)
    assert abs(tested - frame.arrays["ablation"][0, 3]) < 1e-6
