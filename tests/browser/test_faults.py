"""What somebody else wrote, or one view that fails, keeps no page from going on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.page import Page

#: Makes a recording of three frames, as a hostile hand might: `change(spec, meta, about, arrays)`.
MAKE = """
const { pack, unpack } = await import("recordings/format");
const schema = await (await fetch("/api/schema")).json();
const array = (data, ...shape) => ({ data, shape });
const make = (change) => {
  const spec = {
    features: ["x1"], layers: [{ units: 1, activation: "relu", dropout: 0 }],
    data: { name: "xor", points: null, noise: 0 },
    optimizer: { name: "sgd", learning_rate: 0.1 }, regularization: { l1: 0 }, seed: 1,
  };
  const meta = {
    step: 1, epoch: 1, spec_id: 0, boundary_range: [0, 1], units_range: [[-1, 1]],
    train_loss: 0.5, test_loss: 0.5, penalty: 0, train_accuracy: 0.5, test_accuracy: 0.5,
  };
  const about = { recorded: "2026-01-01T00:00:00.000Z", every: 1 };
  const arrays = {
    boundary: array(new Uint8Array(10000), 1, 100, 100),
    units: array(new Uint8Array(1024), 1, 32, 32),
    weights: array(new Float32Array(4), 4),
    history: array(Float32Array.of(1, 0.5, 0.5, 0.5, 0.5), 1, 5),
    points: array(new Float32Array(12), 2, 6),
  };
  change(spec, meta, about, arrays);
  const steps = meta.step === 1 ? [0, 1, 2] : Array(3).fill(meta.step);
  return pack({ about, frames: steps.map((step) => ({ spec, meta: { ...meta, step }, arrays })) });
};
"""
FINE = (
    "",
    "delete spec.regularization; delete spec.layers[0].dropout",
    "meta.penalty = 'inf'; meta.test_loss = 'nan'",
    "meta.unknown = { a: [1] }",
    "arrays.selected = undefined; delete arrays.selected",
)
BROKEN = (
    "spec.seed = 'x'",
    "spec.data.noise = 'x'",
    "spec.data.noise = {}",
    "spec.data.name = 'toString'",
    "spec.data.points = [[0, 0, 0], [1]]",
    "spec.data.classes = null",
    "spec.batch_size = true",
    "spec.batch_size = -1",
    "spec.features = ['x1', 'x1']",
    "spec.layers[0].dropout = 'x'",
    "spec.layers[0].units = '1'",
    "spec.layers[0].activation = 'constructor'",
    "spec.layers = Array(9).fill(spec.layers[0])",
    "spec.optimizer.learning_rate = [0.1]",
    "spec.optimizer.clip_norm = 'none'",
    "spec.optimizer = null",
    "spec.schedule = []",
    "spec.regularization.l1 = 1e300",
    "spec.loss = 'categorical_crossentropy'",
    "spec.version = 2",
    "spec.surprise = 1",
    "meta.step = 'x'",
    "meta.epoch = null",
    "meta.spec_id = -1",
    "meta.train_loss = {}",
    "meta.test_accuracy = '<b>'",
    "meta.units_range = [[0, 'x']]",
    "meta.selected = 'x'",
    "meta.time = 'x'",
    "about.recorded = 'x'",
    "about.recorded = null",
    "about.every = 'x'",
    "arrays.weights = { data: new Float32Array(3), shape: [3] }",
    "arrays.boundary = { data: new Uint8Array(20000), shape: [2, 100, 100] }",
)
READ = """
const read = async (change) => unpack(await make(change), schema)
  .then(({ frames }) => frames.length, (error) => error.code ?? String(error));
return Promise.all(changes.map(read));
"""
KEEP = """
const body = await make(changes[0]);
return (await (await fetch("/api/recordings", { method: "POST", body })).json()).id;
"""
SAVE = """
const { makeDocument } = await import("recordings/document");
const packed = await make(changes[0]);
return makeDocument({ packed, language: "en", plotly: false, live: null });
"""
#: The drawing of the network alone asks for this.
BREAK = "Path2D.prototype.roundRect = () => { throw new Error('no round corners'); };"
WATCH = """
const { createStore } = await import("store");
const { createEmitter } = await import("emitter");
const { formatValue } = await import("format");
const heard = [];
const store = createStore({ value: 0 });
store.watch(["value"], ({ value }) => heard.push(["first", value]));
store.watch(["value"], ({ value }) => formatValue(value));
store.watch(["value"], ({ value }) => heard.push(["last", value]));
try {
  store.watch(["value"], () => formatValue("x"));
} catch ({ name }) {
  heard.push(name);
}
store.set({ value: "y" });
const { on, emit } = createEmitter();
on("frame", formatValue);
on("frame", (value) => heard.push(["frame", value]));
emit("frame", "z");
return heard;
"""


def as_functions(*changes: str) -> str:
    """The changes as source: a page may make no functions out of texts."""
    bodies = ", ".join(f"(spec, meta, about, arrays) => {{ {change}; }}" for change in changes)
    return f"const changes = [{bodies}];"


def test_a_recording_is_checked_as_strictly_as_the_server_checks(page: Page) -> None:
    read = page.load(MAKE + as_functions(*FINE, *BROKEN) + READ)
    assert dict(zip(FINE, read, strict=False)) == dict.fromkeys(FINE, 3)
    assert dict(zip(BROKEN, read[len(FINE) :], strict=True)) == dict.fromkeys(BROKEN, "damaged")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This recording is damaged"), ("ko", "손상되어")]
)
def test_an_embed_says_that_its_recording_cannot_be_played(
    page: Page, language: str, said: str
) -> None:
    name = page.load(MAKE + as_functions("spec.seed = spec.data.noise = 'x'") + KEEP)
    page.driver.get(f"{page.url}/embed?recording={name}&rehearse=1&lang={language}")
    page.wait(lambda: said in page.notice, "it is told")
    page.open(f"/embed?recording={name}&lang={language}")
    page.wait(lambda: said in page.notice, "it is told beside the live run too")


def test_a_watcher_or_listener_that_throws_is_reported_and_the_others_hear(page: Page) -> None:
    page.allowed += ["is not a function"]
    assert page.load(WATCH) == [
        ["first", 0], ["last", 0], "TypeError", ["first", "y"], ["last", "y"], ["frame", "z"],
    ]  # fmt: skip
    page.wait(lambda: "something else" in fault(page), "the page says that something failed")


def test_a_view_that_fails_is_told_and_the_rest_goes_on(page: Page, tmp_path: Path) -> None:
    document = tmp_path / "run.html"
    document.write_text(page.load(MAKE + as_functions("") + SAVE), encoding="utf-8")
    page.command("Page.addScriptToEvaluateOnNewDocument", source=BREAK)
    page.allowed += ["no round corners"]

    page.open()
    assert "the network" in fault(page)
    page.click(".play")
    page.wait(lambda: page.step > 0, "it trains")
    assert page.metric("train_loss") > 0
    page.edited(lambda: page.click("[data-dataset='xor']"))
    page.click("[data-action='language']")
    page.wait(lambda: "신경망" in fault(page), "it is told in Korean too")

    page.open("/embed?start=auto")
    assert "the network" in fault(page)
    page.wait(lambda: page.step > 0, "the embed trains")

    for query in ("", "?panels=network,boundary"):
        page.driver.get(document.as_uri() + query)
        page.wait(lambda: page.frames > 0, "the recording is shown")
        assert "the network" in fault(page)
        page.click(".play")
        page.wait(lambda: page.step == 2, "it plays to its end")


GARBAGE = ("{", "null", "[]", '{"name": "http", "at": {}}', "\u0000" * 9, "x" * 5000)


def test_what_a_browser_keeps_for_the_page_is_not_trusted(page: Page) -> None:
    keys = page.run("return [localStorage, sessionStorage].flatMap(Object.keys)")
    assert {"livenet.visited", "livenet.session"} <= set(keys)
    keys += ["livenet.transport", "livenet.theme", "livenet.colours", "livenet.language"]
    for text in GARBAGE:
        page.run(
            "for (const storage of [localStorage, sessionStorage])"
            "  for (const key of arguments[0]) storage.setItem(key, arguments[1])",
            keys, text,
        )  # fmt: skip
        page.open()


def test_a_page_runs_where_the_browser_has_no_room_to_keep_anything(page: Page) -> None:
    page.run(
        "for (const storage of [localStorage, sessionStorage]) {"
        "  storage.clear();"
        "  for (let size = 1 << 23; size >= 1; size >>= 1)"
        "    for (let i = 0; ; i += 1) try { storage.setItem(`${size} ${i}`, 'x'.repeat(size)); }"
        "      catch { break; }"
        "}"
    )
    page.open()
    page.click(".play")
    page.wait(lambda: page.step > 0, "it trains")
    page.edited(lambda: page.click("[data-dataset='xor']"))


def fault(page: Page) -> str:
    """What the page says of parts that failed; "" for nothing."""
    line = page.find("#fault")
    return line.text if line.is_displayed() else ""


def test_a_page_that_cannot_start_says_so(tab: Page) -> None:
    tab.command("Network.enable")
    tab.command("Network.setBlockedURLs", urls=["*/api/schema*"])
    for path in ("/", "/embed"):
        tab.driver.get(tab.url + path)
        tab.wait(lambda: "could not start" in fault(tab), "it says that it cannot start")
    tab.allowed += ["api/schema", "Failed to fetch"]
