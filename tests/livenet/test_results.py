"""Results in a notebook: a map and a search as figures, and a map as a live embed."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import livenet
from engine import Search, SearchSettings, Sweep
from tests.engine.sweep_cases import make_spec, span, vary
from tests.page.node import Modules

RATES = span("optimizer.learning_rate", 0.01, 1, 3, scale="log")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    """Three rates, and two activations."""
    axes = [RATES, vary("layers.activation", "tanh", "relu")]
    made = Sweep(make_spec(layers=[{"units": 2}]), axes)
    made.train(3)
    return made


def read_picture(figure: livenet.Figure) -> tuple[Any, Any]:
    """The drawing, and uint8 [rows, columns, 3] of its picture."""
    drawing = ElementTree.fromstring(figure._repr_html_())
    image = drawing.find(f"{SVG}image")
    assert image is not None
    content = base64.b64decode(image.attrib["href"].split(",")[1])
    return drawing, np.asarray(Image.open(io.BytesIO(content)))


def test_a_sweep_is_a_picture_and_a_sentence(sweep: Sweep) -> None:
    figure = livenet.show(sweep)
    best = np.nanargmin(sweep.cells[..., 1])
    rate, name = [0.01, 0.1, 1][best % 3], ["tanh", "relu"][best // 3]
    assert repr(figure) == str(figure) == (
        f"6 networks at epoch 3; lowest test loss {np.nanmin(sweep.cells[..., 1]):.3g}"
        f" at optimizer.learning_rate = {rate:.3g}, layers.activation = {name}"
    )  # fmt: skip
    drawing, picture = read_picture(figure)
    assert picture.shape == (48, 72, 3)
    # Row 0 of the cells is at the bottom, and blue where the output is above one half.
    output = sweep.arrays["sweep_boundaries"].reshape(2, 3, 24, 24)[0, 2][::-1] / 255.0
    low, high = sweep.arrays["sweep_ranges"].reshape(2, 3, 2)[0, 2]
    output = low + (high - low) * output
    cell = picture[24:, 48:].astype(int)
    assert ((cell[..., 2] > cell[..., 0])[output > 0.55]).all()
    assert ((cell[..., 2] < cell[..., 0])[output < 0.45]).all()
    said = [title.text for title in drawing.iter(f"{SVG}title")]
    assert len(said) == 6
    assert said[5] is not None
    assert said[5].startswith("optimizer.learning_rate = 1, layers.activation = relu: train loss")
    texts = {text.text for text in drawing.iter(f"{SVG}text")}
    assert {"0.01", "0.1", "1", "tanh", "relu", "optimizer.learning_rate"} <= texts


def test_numbers_colour_a_wall_and_wrong_ones_are_refused(sweep: Sweep) -> None:
    _, picture = read_picture(livenet.show(sweep, colour="test_loss"))
    assert picture.shape == (2, 3, 3)
    losses, blue = sweep.cells[::-1, :, 1], picture[..., 2].astype(int) - picture[..., 0]
    assert blue.flat[losses.argmin()] == blue.max()
    wall = Sweep(make_spec(data={"name": "blobs", "samples": 60}), [span("seed", 1, 5, 5)])
    wall.train(1)
    _, picture = read_picture(livenet.show(wall))
    assert picture.shape == (48, 72, 3)
    assert (picture[:24, 48:] == 255).all(), "there is no sixth cell"
    with pytest.raises(ValueError, match="colour must be one of"):
        livenet.show(sweep, colour="red")
    with pytest.raises(ValueError, match="must be a Sweep or a Search, got int"):
        livenet.show(3)


@pytest.mark.slow
def test_a_search_is_a_curve_and_a_table() -> None:
    rates = {"path": "optimizer.learning_rate", "low": 0.01, "high": 1, "scale": "log"}
    spec = make_spec(layers=[{"units": 2}]).model_dump(mode="json")
    settings = SearchSettings.model_validate(
        {"spec": spec, "dimensions": [rates], "method": "random", "trials": 4, "epochs": 2}
    )
    search = Search(settings)
    assert str(livenet.show(search)) == "0 trials"
    search.run()
    figure = livenet.show(search)
    (best,) = search.best
    assert str(figure).startswith(f"4 trials; best {settings.objectives[0]} ")
    assert f"in trial {best.number}: optimizer.learning_rate = " in str(figure)
    drawing = ElementTree.fromstring(f"<div>{figure._repr_html_()}</div>")
    assert len(list(drawing.iter(f"{SVG}circle"))) == 4
    rows = list(drawing.iter("tr"))
    assert len(rows) == 5
    assert rows[1][0].text == str(best.number)


def test_a_sweep_is_embedded_live(sweep: Sweep) -> None:
    address = str(livenet.embed(sweep, controls=["play"]))
    words = parse_qs(urlsplit(address).query)
    assert words["panels"] == ["map"]
    assert words["data"] == ["xor"]
    read = "const { readMapText } = await import('map/model/address');"
    with Modules() as modules:
        found = modules.load(f"{read} return readMapText(arguments[0]);", words["map"][0])
    assert found["axes"] == [
        {"path": "optimizer.learning_rate", "low": 0.01, "high": 1, "count": 3, "scale": "log"},
        {"path": "layers.activation", "values": ["tanh", "relu"]},
    ]
    uneven = Sweep(make_spec(), [vary("optimizer.learning_rate", 0.01, 0.02, 1)])
    with pytest.raises(ValueError, match=r"cannot say the values of optimizer\.learning_rate"):
        livenet.embed(uneven)
