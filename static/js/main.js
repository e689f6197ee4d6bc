/** Wires the playground together; everything else is made to be wired. */

import { createAddress } from "address";
import { create as createAnnouncer } from "announcer";
import { createCurveTabs } from "curve-tabs";
import { h } from "dom";
import { LAYER } from "images/crossing";
import { observe as observeImages } from "images/observations";
import { createAnswerTabs, createDigitTabs } from "images/panels";
import { INITIAL } from "initial";
import { createLanguage } from "language";
import { observe } from "observations";
import { createLookingBack } from "looking-back";
import { keepPalette } from "palette";
import { loadPlotly } from "plotly";
import { keepOwnMode } from "points/own-mode";
import { keepPreferences } from "preferences";
import { createRecording } from "recordings/recording";
import { create as createRecordingTab } from "recordings/tab";
import { createSession } from "session";
import { create as createCodeTab } from "share/code-tab";
import { openShareDialog } from "share/dialog";
import { create as createEmbedTab } from "share/embed-tab";
import { create as createLinkTab } from "share/link-tab";
import { create as createPictureTab } from "share/picture-tab";
import { listenToKeys } from "shortcuts";
import { openStorage } from "storage";
import { createStore } from "store";
import { keepTheme } from "theme";
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
import { create as createRecordSign } from "views/record-sign";
import { create as createTimeLine } from "views/time-line";
import { create as createTour } from "views/tour";
import { create as createUnitPanel } from "views/unit-panel";

const config = JSON.parse(document.getElementById("config").textContent);
const CARDS = ["data", "network", "output"];
const SHARE_TABS = [
  { id: "link", label: "share.link", create: createLinkTab },
  { id: "embed", label: "share.embed", create: createEmbedTab },
  { id: "recording", label: "share.recording", create: createRecordingTab },
  { id: "picture", label: "share.picture", create: createPictureTab },
  { id: "code", label: "share.code", create: createCodeTab },
];
const place = (id) => document.getElementById(id);

/**
 * For tests and benchmarks, and nothing else is global: frames painted so far;
 * the last one's spec and step; milliseconds from navigation to the first one.
 */
window.livenet = { frames: 0, specId: -1, step: 0, firstFrame: 0 };

async function start() {
  const store = createStore(INITIAL);
  const storage = openStorage("sessionStorage");
  const address = createAddress(store, storage);
  const session = createSession({ config, store, storage, address, createViews, painted: count });
  const { connection, edits, painter, views } = session;
  const lookingBack = createLookingBack({ connection, store, edits });
  connection.connect();

  const language = createLanguage(config, store);
  keepPreferences(store, openStorage("localStorage"), language.names);
  keepTheme(store);
  keepPalette(store);
  const context = Object.assign(await session.learn(language.start()), {
    token: connection.token,
    lookingBack,
    frame: painter.lastWhole,
    share: (tab) => openShareDialog(SHARE_TABS, context, tab),
    recording: createRecording({ store, source: connection }),
    languages: language.names,
    changeLanguage: async (name) => {
      if (await language.change(name)) session.showAnew();
    },
  });
  address.keep(context.schema.defaults(), connection.token);
  keepOwnMode(store);
  session.show();
  views.watchSize(CARDS.map(place));
  // The cards stay as large when the tools come and go; what is in them does not.
  store.watch(["painting"], views.resize);
  listenToKeys(context.actions);
}

function count({ meta }) {
  const { livenet } = window;
  livenet.frames += 1;
  livenet.specId = meta.spec_id;
  livenet.step = meta.step;
  if (livenet.firstFrame === 0) {
    livenet.firstFrame = performance.now();
    requestAnimationFrame(() => loadPlotly(config.plotly));
  }
}

function createViews(context) {
  return [
    createHeader({ presets: place("presets"), tools: place("tools") }, context),
    createRecordSign(place("recording"), context),
    createStrip(place("strip"), context),
    createTimeLine(place("time-line"), context),
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
