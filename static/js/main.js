/** Wires the page together; everything else is made to be wired. */

import { createActions } from "actions";
import { createConnection } from "connection";
import { h } from "dom";
import { createEdits } from "edits";
import { createHistory } from "history";
import { readPalette } from "palette";
import { createPainter } from "painter";
import { loadPlotly } from "plotly";
import { readSchema } from "schema";
import { createStore } from "store";
import { createTabs } from "tabs";
import { keepTheme } from "theme";
import { createToggle } from "controls/toggle";
import { createTooltip } from "tooltip";
import { create as createCurve } from "views/curve-chart";
import { create as createData } from "views/data-panel";
import { create as createHeader } from "views/header";
import { create as createMetrics } from "views/metrics";
import { create as createNetwork } from "views/network";
import { create as createNotice } from "views/notice";
import { create as createObservation } from "views/observation";
import { create as createOutput } from "views/output";
import { create as createStrip } from "views/play-strip";
import { create as createUnitPanel } from "views/unit-panel";
import { loadWords, word } from "words";

const LANGUAGE = "en";
const VIEWS = ["boundary", "units", "weights", "history"];
const config = JSON.parse(document.getElementById("config").textContent);
const place = (id) => document.getElementById(id);

/**
 * For tests and benchmarks, and nothing else is global: frames painted so far;
 * the last one's spec and step; milliseconds from navigation to the first one.
 */
window.livenet = { frames: 0, specId: -1, step: 0, firstFrame: 0 };

const store = createStore({
  spec: null,
  draft: null,
  preset: null,
  running: false,
  diverged: null,
  connection: { name: "connecting", seconds: 0 },
  message: null,
  palette: null,
  theme: "auto",
  scheme: null,
  speed: 1,
  tile: 32,
  hovered: null,
  pinned: null,
  select: null,
  pointsWanted: false,
  showTest: false,
  discretize: false,
  logLoss: false,
});

async function fetchJson(url) {
  const answer = await fetch(url);
  return answer.json();
}

async function start() {
  const connection = createConnection({
    url: config.stream, storage: sessionStorage, specToOpen: () => store.get().spec ?? {},
  });
  const edits = createEdits({ store, send: connection.send });
  const history = createHistory();
  const views = [];
  const painter = createPainter(
    (frame) => paint(frame, history, views), connection.painted);
  listen(connection, { edits, history, painter });
  askForViews(connection);
  connection.connect();

  keepTheme(store, localStorage);
  store.watch(["scheme"], () => store.set({ palette: readPalette() }));
  const [schema, presets, datasets] = await Promise.all([
    fetchJson("/api/schema").then(readSchemaWhen(loadWords(config.catalogues[LANGUAGE]))),
    fetchJson("/api/presets"),
    fetchJson("/api/datasets"),
  ]);
  const actions = createActions({ store, edits, send: connection.send, schema });
  views.push(...createViews({
    store, schema, presets, datasets, edits, actions, history,
    tooltip: createTooltip(document.body),
    repaint: painter.repaint,
    reconnect: connection.connect,
    taskOf: ({ data }) => datasets[data.name]?.task ?? data.task ?? "binary",
  }));
  watchSize(views);
  listenToKeys(actions);
  painter.start();
}

/** The schema is read with the words at hand: its labels come from them. */
function readSchemaWhen(words) {
  return async (schema) => {
    await words;
    return readSchema(schema);
  };
}

function paint(frame, history, views) {
  history.add(frame);
  for (const view of views) view.update(frame);
  const { livenet } = window;
  livenet.frames += 1;
  livenet.specId = frame.meta.spec_id;
  livenet.step = frame.meta.step;
  if (livenet.firstFrame === 0) {
    livenet.firstFrame = performance.now();
    requestAnimationFrame(() => loadPlotly(config.plotly));
  }
}

function createViews(context) {
  const { store, taskOf } = context;
  const output = place("output");
  const plane = h("div.output-plane");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  const observation = h("div.observation");
  output.append(plane, metrics, curves);
  const views = [
    createHeader({ presets: place("presets"), theme: place("theme") }, context),
    createStrip(place("strip"), context),
    createData(place("data"), context),
    createNetwork(place("network"), context),
    createOutput(plane, context),
    createMetrics(metrics, context),
    createNotice(place("notice"), context),
    createObservation(observation, context),
  ];
  place("network").append(observation);
  const shown = {};
  const tabs = createTabs(curves, word("card.curves"), [
    { id: "loss", text: word("tab.loss") },
    { id: "score", text: word("tab.score") },
    { id: "unit", text: word("tab.unit") },
  ], (id) => {
    logarithmic.element.hidden = id !== "loss";
    legend.hidden = id === "unit";
    shown[id]?.resize();
  });
  const logarithmic = createToggle(
    { label: word("label.log"), help: word("help.log"), path: "logLoss" },
    { onInput: (logLoss) => store.set({ logLoss }) });
  const legend = h("span.legend", {}, h("span.legend-train", {}, word("curve.train")),
    h("span.legend-test", {}, word("curve.test")));
  tabs.list.append(h("span.spacer"), legend, logarithmic.element);
  shown.loss = createCurve(tabs.panels.loss, context,
    { train: "trainLoss", test: "testLoss", log: "logLoss" });
  shown.score = createCurve(tabs.panels.score, context, { train: "trainScore", test: "testScore" });
  shown.unit = createUnitPanel(tabs.panels.unit, context);
  tabs.show("loss");
  store.watch(["pinned"], ({ pinned }) => pinned && tabs.show("unit"));
  store.watch(["spec"], ({ spec }) => {
    const score = spec && taskOf(spec) === "regression" ? "tab.score.regression" : "tab.score";
    tabs.name("score", word(score));
  });
  return [...views, ...Object.values(shown)];
}

/** What the source of frames says changes the store; the views watch that. */
function listen(connection, { edits, history, painter }) {
  let renewed = false;
  connection.on("state", (state) => store.set({ connection: state }));
  connection.on("opened", ({ spec, running, resumed }) => {
    const goOn = !resumed && store.get().running;
    store.set({ spec, running: running || goOn, diverged: null });
    edits.forget();
    if (renewed && spec) store.set({ message: { text: word("connection.renewed") } });
    renewed = false;
    if (goOn) connection.send({ type: "run" });
    if (store.get().speed !== 1) {
      connection.send({ type: "speed", epochs_per_frame: store.get().speed });
    }
  });
  connection.on("spec", ({ spec }) => {
    store.set({ spec });
    edits.settle();
    history.mark();
  });
  connection.on("error", ({ message }) => {
    edits.settle();
    store.set({ message: { text: message } });
  });
  connection.on("diverged", ({ step }) => store.set({ running: false, diverged: { step } }));
  connection.on("frame", painter.show);
  connection.on("renewed", () => {
    renewed = true;
  });
}

/** Asks the server for what is looked at. */
function askForViews(connection) {
  store.watch(["pinned", "hovered"], ({ pinned, hovered }) => {
    const looked = hovered?.kind === "hidden" ? { layer: hovered.layer, unit: hovered.unit } : null;
    const select = pinned ?? looked;
    if (JSON.stringify(select) !== JSON.stringify(store.get().select)) store.set({ select });
  });
  store.watch(["select", "pointsWanted", "tile", "connection"], (state) => {
    const { select, pointsWanted, tile } = state;
    if (state.connection.name !== "open") return;
    const names = [...VIEWS, ...(pointsWanted ? ["points"] : []), ...(select ? ["selected"] : [])];
    connection.send({ type: "views", names, tile, ...(select ? { select } : {}) });
  });
}

function watchSize(views) {
  let request = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(request);
    request = requestAnimationFrame(() => views.forEach((view) => view.resize()));
  });
  for (const id of ["data", "network", "output"]) observer.observe(place(id));
}

/** Space plays and pauses wherever it has no meaning of its own. */
function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.("button, select, textarea, summary, input:not([type=range])")) return;
    event.preventDefault();
    actions.toggle();
  });
}

start();
