/** Wires the playground together; everything else is made to be wired. */

import { createAddress } from "run/address";
import { createAdvice } from "advice/advice";
import { create as createAnnouncer } from "ui/announcer";
import { createShownSettings } from "controls/settings";
import { createCurveTabs } from "ui/curve-tabs";
import { h } from "lib/dom";
import { createFaults } from "ui/faults";
import { LAYER } from "spec/data-switch";
import { observe as observeImages } from "advice/image-observations";
import { createAnswerTabs, createDigitTabs } from "pages/image-panels";
import { createPageStore } from "run/page-store";
import { createLanguage } from "lib/language";
import { observe } from "advice/observations";
import { createLookingBack } from "run/recall";
import { keepPalette } from "plot/palette";
import { loadPlotly } from "plot/plotly";
import { keepOwnMode } from "points/custom-mode";
import { keepPreferences } from "lib/preferences";
import { createRecording } from "recordings/recording";
import { create as createRecordingTab } from "recordings/tab";
import { createSession } from "pages/session";
import { create as createCodeTab } from "share/code-tab";
import { openShareDialog } from "share/dialog";
import { create as createEmbedTab } from "share/embed-tab";
import { create as createLinkTab } from "share/link-tab";
import { create as createPictureTab } from "share/picture-tab";
import { listenToKeys } from "ui/shortcuts";
import { openStorage } from "lib/storage";
import { keepTheme } from "lib/theme";
import { create as createScale } from "views/colour-scale";
import { create as createComingLine } from "views/page/pending-line";
import { create as createConfusion } from "views/images/confusion";
import { create as createCurve } from "views/curve-chart";
import { create as createData } from "views/data-panel";
import { create as createDigits } from "views/images/digit-strip";
import { create as createDrawing } from "views/images/draw-panel";
import { create as createExplanation } from "views/images/explanation";
import { create as createNotes } from "views/page/first-notes";
import { create as createHeader } from "views/page/header";
import { create as createSpace } from "views/images/hidden-space";
import { create as createImageData } from "views/images/data-panel";
import { create as createImageNetwork } from "views/images/network";
import { create as createImageUnit } from "views/images/unit-panel";
import { create as createMetrics } from "views/metrics";
import { create as createNetwork } from "views/network";
import { create as createNotice } from "views/page/notice";
import { create as createObservation } from "views/observation";
import { create as createOutput } from "views/output";
import { create as createStrip } from "views/page/play-strip";
import { create as createRecordSign } from "views/page/recording-indicator";
import { create as createTimeLine } from "views/page/timeline";
import { create as createTour } from "views/page/tour";
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

const faults = createFaults(place("fault"));

async function start() {
  const store = createPageStore();
  const storage = openStorage("sessionStorage");
  const address = createAddress(store, storage);
  const session = createSession({ config, store, storage, address, faults, createViews, painted: count });
  const { connection, edits, painter, views } = session;
  const lookingBack = createLookingBack({ connection, store, edits });
  const advice = createAdvice({ connection, store });
  connection.connect();

  const language = createLanguage(config, store);
  keepPreferences(store, openStorage("localStorage"), language.names);
  keepTheme(store);
  keepPalette(store);
  const context = Object.assign(await session.learn(language.start()), {
    token: connection.token,
    advice,
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
  store.watch(["points.painting"], views.resize);
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

function createViews(part, context) {
  return [
    part("header", createHeader, { presets: place("presets"), tools: place("tools") }),
    part("recording", createRecordSign, place("recording")),
    part("controls", ofMoment(createStrip), place("strip")),
    part("timeLine", createTimeLine, place("time-line")),
    part("coming", createComingLine, place("coming")),
    ...(context.store.get().images.set ? createImageViews : createPlaneViews)(part, context),
    part("notice", createNotice, place("notice")),
    part("announcer", createAnnouncer, place("announcer")),
    // It points at the others.
    part("tour", createTour, place("tour")),
  ];
}

/** Controls show the settings of the moment that is shown. */
function ofMoment(create) {
  return (element, context) => create(element, { ...context, store: createShownSettings(context.store) });
}

/** For points of the plane. */
function createPlaneViews(part, { schema }) {
  const output = place("output");
  const plane = h("div.output-plane");
  const scale = h("div.output-scale");
  const tools = h("div.output-tools");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  const observation = h("div.observation");
  output.replaceChildren(plane, scale, tools, metrics, curves);
  const views = [
    part("data", ofMoment(createData), place("data")),
    part("network", createNetwork, place("network")),
    part("output", createOutput, { plane, tools }),
    part("scale", createScale, scale),
    part("metrics", createMetrics, metrics),
    part("observation", createObservation, observation, {
      observe, newLayer: schema.defaults().layers[0], tries: true,
    }),
    part("curves", createCurveTabs, curves, { createCurve, createUnitPanel }),
    part("notes", createNotes, h("div.first-layer")),
  ];
  place("network").append(observation);
  return views;
}

/** For images. */
function createImageViews(part, { schema }) {
  const output = place("output");
  const answers = h("div.answers");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  output.replaceChildren(answers, metrics, curves);
  const observation = h("div.observation");
  const newLayer = { ...schema.defaults().layers[0], ...LAYER };
  const views = [
    part("data", ofMoment(createImageCard), place("data")),
    part("network", createImageNetwork, place("network")),
    part("explanation", createExplanation, place("network")),
    part("output", createAnswerTabs, answers, { createConfusion, createSpace }),
    part("metrics", createMetrics, metrics),
    part("observation", createObservation, observation, { observe: observeImages, newLayer, tries: false }),
    part("curves", createCurveTabs, curves, {
      createCurve, createUnitPanel: createImageUnit, aboutUnit: "help.tab.unit.images",
    }),
  ];
  place("network").append(observation);
  return views;
}

/** The set of images, and below it the one that is looked at. */
function createImageCard(element, context) {
  const data = createImageData(element, context);
  return [data, ...createDigitTabs(data.digits, context, { createDigits, createDrawing })];
}

start().catch(faults.tellStart);
