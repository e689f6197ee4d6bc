/** Wires the document that plays a recording: the views of the playground over frames it holds. */

import { create as createAnnouncer } from "announcer";
import { createCurveTabs } from "curve-tabs";
import { h, setText } from "dom";
import { INITIAL } from "initial";
import { createLanguage } from "language";
import { keepPalette } from "palette";
import { loadPlotly } from "plotly";
import { keepPreferences } from "preferences";
import { RecordingError } from "recordings/error";
import { unpack } from "recordings/format";
import { expand, fromText } from "recordings/gzip";
import { createRecordedSource } from "recordings/source";
import { createSession } from "session";
import { listenToKeys } from "shortcuts";
import { createMemory } from "storage";
import { createStore } from "store";
import { keepTheme } from "theme";
import { create as createScale } from "views/colour-scale";
import { create as createCurve } from "views/curve-chart";
import { create as createFacts } from "views/facts";
import { create as createMetrics } from "views/metrics";
import { create as createNetwork } from "views/network";
import { create as createOutput } from "views/output";
import { create as createBar } from "views/replay-bar";
import { create as createHeader } from "views/replay-header";
import { create as createUnitPanel } from "views/unit-panel";
import { word } from "words";

const CARDS = ["data", "network", "output"];
/** Far more than Plotly is. */
const MOST_PLOTLY = 64 << 20;
const place = (id) => document.getElementById(id);

/**
 * Starts the document.
 *
 * @param {object} parts what a page asks the server for: `words`, `schema`, `presets`, `datasets`
 * @param {(id: string) => string} read gives the texts that the document holds: `wishes`,
 *   `recording`, `plotly`
 */
export async function start(parts, read) {
  window.livenet = { frames: 0, specId: -1, step: 0 };
  const wishes = JSON.parse(read("wishes"));
  const store = createStore({ ...INITIAL, replaySpeed: 1 });
  const catalogues = Object.fromEntries(Object.entries(parts.words)
    .map(([name, words]) => [name, urlOf(JSON.stringify(words), "application/json")]));
  const language = createLanguage({ catalogues, language: wishes.language }, store);
  // What is kept for a file would be kept for all files.
  keepPreferences(store, createMemory(), language.names);
  store.set({ language: wishes.language });
  keepTheme(store);
  keepPalette(store);
  await language.start();
  try {
    const recording = await unpack(fromText(read("recording")));
    await play(recording, { parts, store, language });
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    tellBroken(error);
  }
  if (read("plotly")) loadPlotly(urlOf(await expand(fromText(read("plotly")), MOST_PLOTLY), "text/javascript"));
}

async function play({ about, frames }, { parts, store, language }) {
  const source = createRecordedSource({ frames });
  const storage = createMemory();
  const session = createSession({
    config: {}, store, storage, source, createViews, painted: count,
    address: { tellProblem() {}, refuse() {}, leave() {} },
    ask: async (name) => parts[name],
  });
  source.connect();
  const context = Object.assign(await session.learn(), {
    about, source, model: null, may: () => false,
    languages: language.names,
    changeLanguage: async (name) => {
      if (!(await language.change(name))) return;
      session.views.showAnew();
      session.painter.repaintAll();
    },
  });
  session.show();
  session.views.watchSize(CARDS.map(place));
  listenToKeys(context.actions);
}

function createViews(context) {
  const output = place("output");
  const plane = h("div.output-plane");
  const scale = h("div.output-scale");
  const tools = h("div.output-tools");
  const metrics = h("div.metrics");
  const curves = h("div.curves");
  output.replaceChildren(plane, scale, metrics, curves);
  return [
    createHeader({ about: place("about"), tools: place("tools") }, context),
    createBar(place("strip"), context),
    createFacts(place("data"), context),
    createNetwork(place("network"), context),
    createOutput({ plane, tools }, context),
    createScale(scale, context),
    createMetrics(metrics, context),
    ...createCurveTabs(curves, context, { createCurve, createUnitPanel }),
    createAnnouncer(place("announcer"), context),
  ];
}

/** What tests see, as on the playground. */
function count({ meta }) {
  const { livenet } = window;
  livenet.frames += 1;
  livenet.specId = meta.spec_id;
  livenet.step = meta.step;
}

function tellBroken({ code }) {
  for (const id of CARDS) place(id).hidden = true;
  setText(place("broken"), word(`recording.broken.${code}`));
  place("broken").hidden = false;
}

function urlOf(content, type) {
  return URL.createObjectURL(new Blob([content], { type }));
}
