/** Entry module of the playground: composes all parts. */

import { createAddress } from "run/address";
import { createAdvice } from "advice/advice";
import { create as createAnnouncer } from "spoken/announcer";
import { createShownSettings } from "controls/settings";
import { h } from "lib/dom";
import { createFaults } from "ui/faults";
import { whenFrameIsSeen } from "stream/first-frame";
import { createPageStore } from "run/page-store";
import { createLanguage } from "lib/language";
import { createRecall } from "run/recall";
import { applyPalette } from "plot/palette";
import { loadPlotly } from "plot/plotly";
import { followCustomPoints } from "points/custom-points";
import { persistPreferences } from "lib/preferences";
import { createRecording } from "recordings/recording";
import { create as createRecordingTab } from "recordings/tab";
import { createOutputPlaces } from "pages/output-card";
import { createPictureSaver } from "pictures/save-picture";
import { createPredictionTabs } from "pages/image-panels";
import { createFrameCount } from "pages/frame-count";
import { createSession } from "pages/session";
import { createImageCard, makeViews } from "pages/views";
import { LOOK_NAMES } from "advice/looks";
import { observe as observeImages } from "advice/image-observations";
import { observe } from "advice/observations";
import { LAYER } from "spec/data-switch";
import { create as createConfusion } from "views/images/confusion";
import { create as createData } from "views/data-panel";
import { create as createExplanation } from "views/images/explanation";
import { create as createSpace } from "views/images/hidden-space";
import { create as createNotes } from "views/page/first-notes";
import { create as createObservation } from "views/observation";
import { create as createCodeTab } from "share/code-tab";
import { openShareDialog } from "share/dialog";
import { create as createEmbedTab } from "share/embed-tab";
import { create as createLinkTab } from "share/link-tab";
import { create as createPictureTab } from "share/picture-tab";
import { listenToKeys } from "ui/shortcuts";
import { openStorage } from "lib/storage";
import { applyTheme } from "lib/theme";
import { create as createPendingLine } from "views/page/pending-line";
import { create as createHeader } from "views/page/header";
import { create as createNotice } from "views/page/notice";
import { create as createStrip } from "views/page/play-strip";
import { create as createRecordSign } from "views/page/recording-indicator";
import { create as createTimeLine } from "views/page/timeline";
import { create as createTour } from "views/page/tour";
import { followMap } from "map/following";
import { keepMapInAddress } from "map/link";
import { create as createMap } from "map/live-panel";
import { followSearch } from "search/following";
import { keepSearchInAddress } from "search/link";
import { create as createSearch } from "search/panel";
import { speakMapOf } from "map/words";
import { createSurfaceRace } from "race/surface-race";

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

/** `firstFrame`: milliseconds from navigation to it. */
const count = createFrameCount({ firstFrame: 0 });

const faults = createFaults(place("fault"));

async function start() {
  const store = createPageStore();
  const storage = openStorage("sessionStorage");
  const address = createAddress(store, storage);
  const session = createSession({ config, store, storage, address, faults, createViews, painted, followers: [followMap, followSearch] });
  const { connection, edits, painter, views } = session;
  const recall = createRecall({ connection, store, edits });
  const advice = createAdvice({ connection, store });
  connection.connect();

  const language = createLanguage(config, store);
  persistPreferences(store, openStorage("localStorage"), language.names);
  applyTheme(store);
  applyPalette(store);
  const context = Object.assign(await session.learn(language.start()), {
    token: connection.token,
    advice,
    recall,
    opensStep: true,
    createSurfaceRace,
    speakMap: (frame) => speakMapOf(frame, store.get().map.sweep, context),
    frame: painter.lastWhole,
    savePicture: createPictureSaver({ store, frame: painter.lastWhole }),
    share: (tab) => openShareDialog(SHARE_TABS, context, tab),
    recording: createRecording({ store, source: connection }),
    languages: language.names,
    changeLanguage: async (name) => {
      if (await language.change(name)) session.showAnew();
    },
  });
  keepMapInAddress(store);
  keepSearchInAddress(store);
  address.keep(context.schema.defaults(), connection.token);
  followCustomPoints(store);
  session.show();
  // Views measure themselves for their first frame; from then on they follow their size.
  whenFrameIsSeen().then(() => {
    views.watchSize(CARDS.map(place));
    // The cards stay as large when tools or a map come and go; what is in them does not.
    store.watch(["points.painting", "map.open"], views.resize);
  });
  listenToKeys(context.actions);
}

function painted(frame) {
  if (count(frame) > 1) return;
  window.livenet.firstFrame = performance.now();
  requestAnimationFrame(() => loadPlotly(config.plotly));
}

function createViews(part, context) {
  return [
    part("header", createHeader, { presets: place("presets"), tools: place("tools") }),
    part("recording", createRecordSign, place("recording")),
    part("controls", ofMoment(createStrip), place("strip")),
    part("timeLine", createTimeLine, place("time-line")),
    part("pending", createPendingLine, place("pending")),
    ...createCards(part, context),
    part("notice", createNotice, place("notice")),
    part("announcer", createAnnouncer, place("announcer")),
    // It points at the others.
    part("tour", createTour, place("tour")),
  ];
}

/** Controls show the settings of the snapshot that is shown. */
function ofMoment(create) {
  return (element, context) => create(element, { ...context, store: createShownSettings(context.store) });
}

/** Views that no other page has. */
const OWN = {
  data: ofMoment(createData),
  imageData: ofMoment(createImageCard),
  explanation: createExplanation,
  predictions: (element, context) => createPredictionTabs(element, context, { createConfusion, createSpace }),
  observation: (element, context) => createObservation(element, context, {
    observe, newLayer: context.schema.defaults().layers[0], tries: true, looks: LOOK_NAMES,
  }),
  imageObservation: (element, context) => createObservation(element, context, {
    observe: observeImages, newLayer: { ...context.schema.defaults().layers[0], ...LAYER }, tries: false, looks: ["gradients"],
  }),
  notes: createNotes,
  map: createMap,
  search: createSearch,
};

function createCards(part, context) {
  const { cards, ...output } = createOutputPlaces(Boolean(context.store.get().images.set));
  place("output").replaceChildren(...cards);
  const observation = h("div.observation");
  const step = h("div.step");
  const ablation = h("div.ablation");
  const views = makeViews("playground", part, context, {
    data: place("data"), network: place("network"), map: { network: place("network"), output: place("output") }, search: place("network"), observation, ablation, step, notes: h("div.first-layer"), ...output,
  }, OWN);
  place("network").append(observation, ablation, step);
  return views;
}

start().catch(faults.reportStart);
