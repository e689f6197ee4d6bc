/** Wires the page together; everything else is made to be wired. */

import { createActions } from "actions";
import { createAddress } from "address";
import { create as createAnnouncer } from "announcer";
import { createConnection } from "connection";
import { createCurveTabs } from "curve-tabs";
import { h } from "dom";
import { createEdits } from "edits";
import { createHistory } from "history";
import { LAYER } from "images/crossing";
import { createLibrary } from "images/library";
import { createMode } from "images/mode";
import { observe as observeImages } from "images/observations";
import { createAnswerTabs, createDigitTabs } from "images/panels";
import { isImages } from "images/sets";
import { createLanguage } from "language";
import { createModelFile } from "model-file";
import { observe } from "observations";
import { keepPalette } from "palette";
import { keepPageState } from "page-state";
import { keepMotion, requestPace } from "pace";
import { createPainter } from "painter";
import { loadPlotly } from "plotly";
import { inferTask } from "points/labels";
import { keepOwnMode } from "points/own-mode";
import { createOwnPoints } from "points/own-points";
import { keepPreferences } from "preferences";
import { readSchema } from "schema";
import { openShareDialog } from "share/dialog";
import { create as createLinkTab } from "share/link-tab";
import { listenToKeys } from "shortcuts";
import { openStorage } from "storage";
import { createStore } from "store";
import { followStream } from "stream-events";
import { keepTheme } from "theme";
import { createTooltip } from "tooltip";
import { createTransports } from "transports/choice";
import { requestViews } from "view-requests";
import { createViewSet } from "view-set";
import { create as createScale } from "views/colour-scale";
import { create as createConfusion } from "views/confusion";
import { create as createCurve } from "views/curve-chart";
import { create as createData } from "views/data-panel";
import { create as createDigits } from "views/digit-strip";
import { create as createDrawing } from "views/draw-panel";
import { create as createExplanation } from "views/explanation";
import { create as createHeader } from "views/header";
import { create as createSpace } from "views/hidden-space";
import { create as createImageData } from "views/image-data";
import { create as createImageNetwork } from "views/image-network";
import { create as createImageUnit } from "views/image-unit";
import { create as createMetrics } from "views/metrics";
import { create as createNetwork } from "views/network";
import { create as createNotice } from "views/notice";
import { create as createObservation } from "views/observation";
import { create as createOutput } from "views/output";
import { create as createStrip } from "views/play-strip";
import { create as createTour } from "views/tour";
import { create as createUnitPanel } from "views/unit-panel";

const config = JSON.parse(document.getElementById("config").textContent);
const PATHS = { sessions: "/api/sessions", health: "/healthz" };
const CARDS = ["data", "network", "output"];
const SHARE_TABS = [
  { id: "link", label: "share.link", create: createLinkTab },
];
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
  page: "seen",
  pauseHidden: true,
  canUndo: false,
  canRedo: false,
  message: null,
  hint: null,
  palette: null,
  scheme: null,
  speed: 1,
  calm: false,
  tile: 32,
  hovered: null,
  pinned: null,
  select: null,
  pointsWanted: false,
  own: null,
  ownWord: null,
  painting: false,
  brush: { radius: 0.5, label: 1, erase: false },
  showTest: false,
  discretize: false,
  images: null,
  digit: { part: "test", row: 0 },
  cell: null,
  space: null,
  dimensions: 2,
  camera: null,
  digitTab: "choose",
  strokes: [],
  unprepared: false,
  showSaliency: false,
  showNearest: false,
  imageTab: "confusion",
  strip: { first: 0, wrong: false },
  waiting: false,
  logLoss: false,
  curveTab: "loss",
  more: false,
  tour: null,
});

async function fetchJson(url) {
  const answer = await fetch(url);
  return answer.json();
}

async function start() {
  const storage = openStorage("sessionStorage");
  const address = createAddress(store, storage);
  const connection = createConnection({
    open: createTransports({ ...PATHS, stream: config.stream, storage }),
    storage,
    specToOpen: () => store.get().spec ?? address.spec(),
    session: address.session,
  });
  const edits = createEdits({ store, send: connection.send });
  const history = createHistory();
  const mode = createMode(store);
  const views = createViewSet(() => createViews(context));
  const painter = createPainter({
    paint: (frame) => {
      if (mode.follow(frame.spec)) views.showAnew();
      paint(frame, views);
    },
    painted: connection.painted,
    isUnseen: () => store.get().page === "unseen",
  });
  keepPageState(store);
  keepMotion(store);
  store.watch(["page"], painter.letGo);
  followStream(connection, { store, edits, history, painter, address });
  requestViews(connection, store);
  requestPace(connection, store);
  connection.connect();

  const language = createLanguage(config, store);
  keepPreferences(store, openStorage("localStorage"), language.names);
  keepTheme(store);
  keepPalette(store);
  const [schema, presets, datasets] = await Promise.all([
    fetchJson("/api/schema").then(readSchema),
    fetchJson("/api/presets"),
    fetchJson("/api/datasets"),
    language.start(),
  ]);
  const taskOf = (spec) => {
    const { data } = spec;
    if (isImages(spec)) return "multiclass";
    return datasets[data.name]?.task ?? data.task ?? inferTask(data.points);
  };
  address.keep(schema.defaults(), connection.token);
  const own = createOwnPoints({ store, edits, taskOf });
  const actions = createActions({ store, edits, own, send: connection.send, schema });
  keepOwnMode(store);
  const context = {
    store, schema, presets, datasets, edits, actions, history,
    tooltip: createTooltip(document.body),
    repaint: painter.repaint,
    model: createModelFile({ path: PATHS.sessions, token: connection.token, store }),
    reconnect: connection.connect,
    token: connection.token,
    share: () => openShareDialog(SHARE_TABS, context),
    taskOf, own,
    library: createLibrary(store),
    languages: language.names,
    changeLanguage: async (name) => {
      if (!(await language.change(name))) return;
      views.showAnew();
      painter.repaintAll();
    },
  };
  const { spec } = store.get();
  if (spec) mode.follow(spec);
  views.show();
  views.watchSize(CARDS.map(place));
  // The cards stay as large when the tools come and go; what is in them does not.
  store.watch(["painting"], views.resize);
  listenToKeys(actions);
  painter.start();
}

function paint(frame, views) {
  views.update(frame);
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
  return [
    createHeader({ presets: place("presets"), tools: place("tools") }, context),
    createStrip(place("strip"), context),
    ...(context.store.get().images ? createImageViews : createPlaneViews)(context),
    createNotice(place("notice"), context),
    createAnnouncer(place("announcer"), context),
    // It points at the others.
    createTour(place("tour"), context),
  ];
}

/** For points of the plane. */
function createPlaneViews(context) {
  const output = place("output");
  const plane = h("div.output-plane");
  const scale = h("div.output-scale");
  const tools = h("div.output-tools");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  const observation = h("div.observation");
  output.replaceChildren(plane, scale, tools, metrics, curves);
  const views = [
    createData(place("data"), context),
    createNetwork(place("network"), context),
    createOutput({ plane, tools }, context),
    createScale(scale, context),
    createMetrics(metrics, context),
    createObservation(observation, context, { observe, newLayer: context.schema.defaults().layers[0] }),
  ];
  place("network").append(observation);
  return [...views, ...createCurveTabs(curves, context, { createCurve, createUnitPanel })];
}

/** For images. */
function createImageViews(context) {
  const output = place("output");
  const answers = h("div.answers");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  output.replaceChildren(answers, metrics, curves);
  const observation = h("div.observation");
  const data = createImageData(place("data"), context);
  const newLayer = { ...context.schema.defaults().layers[0], ...LAYER };
  const views = [
    data,
    ...createDigitTabs(data.digits, context, { createDigits, createDrawing }),
    createImageNetwork(place("network"), context),
    createExplanation(place("network"), context),
    ...createAnswerTabs(answers, context, { createConfusion, createSpace }),
    createMetrics(metrics, context),
    createObservation(observation, context, { observe: observeImages, newLayer }),
    ...createCurveTabs(curves, context, {
      createCurve, createUnitPanel: createImageUnit, aboutUnit: "help.tab.unit.images",
    }),
  ];
  place("network").append(observation);
  return views;
}

start();
