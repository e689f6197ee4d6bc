"""Modules that need a document or a canvas: many to one page."""

from __future__ import annotations

from base64 import b64decode

import numpy as np

from engine.data.drawing import prepare_drawing
from tests.browser.page import Page
from tests.browser.strokes import DIGITS
from tests.page.test_curves import TWO_PARTS

WATCH = """
const { createStore } = await import("lib/store");
const { createEmitter } = await import("lib/emitter");
const { formatValue } = await import("lib/format");
const heard = [];
const store = createStore({ group: { value: 0 } });
store.watch(["group.value"], ({ group: { value } }) => heard.push(["first", value]));
store.watch(["group.value"], ({ group: { value } }) => formatValue(value));
store.watch(["group.value"], ({ group: { value } }) => heard.push(["last", value]));
try {
  store.watch(["group.value"], () => formatValue("x"));
} catch ({ name }) {
  heard.push(name);
}
store.set({ group: { value: "y" } });
const { on, emit } = createEmitter();
on("frame", formatValue);
on("frame", (value) => heard.push(["frame", value]));
emit("frame", "z");
return heard;
"""


def test_modules_that_need_a_document(page: Page) -> None:
    ink_is_as_thin_however_small_a_drawing_is(page)
    marks_of_plain_curves(page)
    a_page_without_storage(page)
    predictions_stay_when_the_size_of_their_set_comes(page)
    what_throws_is_reported(page)
    links_change_layer_by_layer(page)


def ink_is_as_thin_however_small_a_drawing_is(page: Page) -> None:
    sizes = [0.12, 0.22, 0.6, 0.95]
    drawings = [
        [[((x - 0.5) * size / 0.66 + 0.5, (y - 0.5) * size / 0.66 + 0.5) for x, y in stroke]
         for stroke in DIGITS[8]]
        for size in sizes
    ]  # fmt: skip
    script = """const { createDrawingEncoder } = await import("images/drawing-bytes");
                const toInk = createDrawingEncoder();
                return arguments[0].map((strokes) => toInk(strokes, arguments[1]));"""

    def seen(pen: str, fitted: bool) -> list[np.ndarray]:
        """What the network is shown of each drawing."""
        inks = page.load(script, drawings, {"pen": pen, "fitted": fitted, "shape": [28, 28]})
        prepared = [
            prepare_drawing(
                np.frombuffer(b64decode(ink["ink"]), np.uint8).reshape(ink["height"], ink["width"]),
                (28, 28),
                box=20,
            ).astype(float)
            for ink in inks
        ]
        return prepared

    images = seen("medium", fitted=True)
    for image in images[:-1]:
        assert np.abs(image - images[-1]).mean() < 2
    # As wide as on the paper the smallest one is a blot.
    blot = seen("medium", fitted=False)[0]
    assert blot.sum() > 1.7 * images[0].sum()
    thin, thick = seen("thin", fitted=True)[0], seen("thick", fitted=True)[0]
    assert 1.2 * thin.sum() < images[0].sum() < thick.sum() / 1.2

    script = """const { createDrawingEncoder } = await import("images/drawing-bytes");
                const options = { pen: "medium", fitted: true, shape: [28, 28] };
                const dot = [[[0.9, 0.9], [0.9, 0.9]]];
                return [dot, []].map((strokes) => createDrawingEncoder()(strokes, options).ink);"""
    dot, nothing = (np.frombuffer(b64decode(text), np.uint8) for text in page.load(script))
    assert dot.max() == 255, "a dot is ink"
    assert not nothing.any()

    script = """const { createDrawingEncoder } = await import("images/drawing-bytes");
                const options = { pen: "medium", fitted: true, shape: [20, 30] };
                return createDrawingEncoder()([[[0.2, 0.2], [0.35, 0.3]]], options);"""
    wide = page.load(script)
    assert (wide["width"], wide["height"]) == (112, 75)
    drawn = np.frombuffer(b64decode(wide["ink"]), np.uint8).reshape(75, 112) > 0
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert (rows[0], rows[-1]) == (0, 74), "it is as high as the paper"
    assert 0 < columns[0] + 111 - columns[-1] < 20, "and as wide as that makes it"


def marks_of_plain_curves(page: Page) -> None:
    """Curves without Plotly have the marks too."""
    steps = page.load(
        TWO_PARTS
        + """
        const { createPlainCurve } = await import("plot/canvas-curve");
        change(spec("xor"), 50, 5000);
        train(spec("xor"), 51, 80, 1);
        const place = document.body.appendChild(document.createElement("div"));
        place.style.cssText = "position:fixed;inset:0 auto auto 0;width:300px;height:200px";
        const curve = createPlainCurve(place, "loss");
        const written = [];
        const { fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
          written.push([text, Math.round(x)]);
          return fillText.call(this, text, x, ...rest);
        };
        const view = viewOf(history, { wholeRun: false, recalled: null });
        curve.draw({
          x: view.series.step, from: view.from, marks: [], breaks: namedBreaks(view),
          title: "update",
          lines: [{ y: view.series.trainLoss, color: "red", width: 2 }], logarithmic: false,
          palette: { line: "#ccc", "line-strong": "#999", muted: "#555" },
        });
        CanvasRenderingContext2D.prototype.fillText = fillText;
        place.remove();
        return written;
        """
    )
    assert ["new data", 46] in steps
    assert [text for text, _ in steps if text in ("50", "60", "70")] == ["50", "60", "70"]


def a_page_without_storage(page: Page) -> None:
    """It keeps choices for itself."""
    kept = page.load(
        """const { openStorage } = await import("lib/storage");
           const given = Object.getOwnPropertyDescriptor(window, "localStorage");
           Object.defineProperty(window, "localStorage", {
             configurable: true, get() { throw new DOMException("no", "SecurityError"); },
           });
           const storage = openStorage("localStorage");
           Object.defineProperty(window, "localStorage", given);
           storage.setItem("a", "b");
           const kept = [storage.getItem("a"), storage.getItem("c")];
           storage.removeItem("a");
           return [...kept, storage.getItem("a"), localStorage.getItem("a")];"""
    )
    assert kept == ["b", None, None, None]


def predictions_stay_when_the_size_of_their_set_comes(page: Page) -> None:
    """The frame of a paused run may come before it, and no other comes."""
    wrong = page.load(
        """const { create } = await import("views/images/digit-strip");
           const { createPageStore } = await import("run/page-store");
           const { readPalette } = await import("plot/palette");
           const store = createPageStore({ appearance: { palette: readPalette() } });
           const set = { name: "digits", shape: [2, 2], classes: ["0", "1"], nTest: 0, nTrain: 0 };
           const library = {
             get: async (part, { length }) =>
               ({ pixels: new Uint8Array(4 * length), labels: new Uint8Array(length) }),
             labels: async () => new Uint8Array(3),
           };
           const place = document.createElement("div");
           store.set({ images: { set } });
           const strip = create(place, { store, library });
           const list = async (nTest) => {
             store.set({ images: { set: { ...store.get().images.set, nTest } } });
             while (place.querySelectorAll(".digit:not([hidden])[aria-label]").length !== nTest) {
               await new Promise(requestAnimationFrame);
             }
             return [...place.querySelectorAll(".digit:not([hidden])")]
               .map((digit) => digit.classList.contains("wrong"));
           };
           strip.update({ arrays: { predictions: { data: [0, 1, 1] } } });
           const seen = [await list(3)];
           store.set({ images: { set: { ...set, name: "mnist" } } });
           seen.push(await list(2));
           strip.destroy();
           return seen;"""
    )
    assert wrong == [[False, True, True], [False, False]], "those of another set do not stay"


def what_throws_is_reported(page: Page) -> None:
    """A watcher or listener that throws keeps the others from nothing."""
    page.allowed += ["is not a function"]
    assert page.load(WATCH) == [
        ["first", 0], ["last", 0], "TypeError", ["first", "y"], ["last", "y"], ["frame", "z"],
    ]  # fmt: skip
    page.wait(
        lambda: "something else" in page.text("#fault"), "the page says that something failed"
    )


LINKS = """
const { createLinks } = await import("network/links");
const { layOut } = await import("network/geometry");
const { indexWeights } = await import("spec/weights");
const hidden = [8, 8, 8, 8];
const room = { width: 700, height: 400, rem: 14 };
const layout = layOut({ inputs: 2, idle: 0, hidden, outputs: 1 }, room);
const index = indexWeights([2, ...hidden, 1]);
const palette = { positive: "rgb(0 0 255)", negative: "rgb(255 0 0)" };
function open() {
  const [base, front] = [0, 1].map(() => document.createElement("canvas"));
  base.width = layout.width;
  base.height = layout.height;
  const context = base.getContext("2d");
  let strokes = 0;
  const stroke = context.stroke.bind(context);
  context.stroke = (path) => {
    strokes += 1;
    stroke(path);
  };
  const links = createLinks(base, front);
  links.place(layout, index);
  const pixels = () => base.toDataURL();
  return { links, pixels, strokes: () => strokes };
}
const same = (kept, weights) => {
  const fresh = open();
  return fresh.links.draw(weights, palette) && fresh.pixels() === kept.pixels();
};
const kept = open();
const seen = {};
const weights = Float32Array.from({ length: index.count }, (_, i) => 3 * Math.sin(i * i));
seen.first = [kept.links.draw(weights, palette), same(kept, weights)];
const others = weights.map((weight) => -weight);
seen.times = 1;
while (!kept.links.draw(others, palette)) seen.times += 1;
seen.all = same(kept, others);
const one = others.slice();
one[index.layers[2].start + 5] *= -1;
seen.one = [kept.links.draw(one, palette), same(kept, one)];
const before = kept.strokes();
const nearly = one.map((weight) => weight * 1.000001);
seen.none = [kept.links.draw(nearly, palette), kept.strokes() - before];
kept.links.place(layout, index);
seen.placed = [kept.links.draw(weights, palette), same(kept, weights)];
return seen;
"""


def links_change_layer_by_layer(page: Page) -> None:
    seen = page.load(LINKS)
    assert seen["first"] == [True, True], "an empty canvas gets all links at once"
    assert seen["times"] > 1, "of many that change some come later"
    assert seen["all"], "they end as if they had been drawn at once"
    assert seen["one"] == [True, True]
    assert seen["none"] == [True, 0], "nothing is drawn where nothing looks different"
    assert seen["placed"] == [True, True], "a new layout is drawn as a whole"
