/** Entry module of a replay: the playground's views over recorded frames. */

import { setText } from "lib/dom";
import { readOptions } from "embed/options";
import { createFaults } from "ui/faults";
import { createPageStore } from "run/page-store";
import { createLanguage } from "lib/language";
import { applyPalette } from "plot/palette";
import { loadPlotly } from "plot/plotly";
import { persistPreferences } from "lib/preferences";
import { createFrameCount } from "pages/frame-count";
import { RecordingError } from "recordings/error";
import { followRecordedMap } from "map/recorded-panel";
import { speakMapOf } from "map/words";
import { unpack } from "recordings/format";
import { createReplayEmbed } from "pages/replay-embed";
import { expand, fromText } from "recordings/gzip";
import { goLive } from "recordings/live";
import { createRecordedSource } from "recordings/source";
import { createReplayPage } from "pages/replay-page";
import { createSession } from "pages/session";
import { learnSchema } from "spec/schema";
import { listenToKeys } from "ui/shortcuts";
import { createMemory } from "lib/storage";
import { applyTheme } from "lib/theme";
import { word } from "lib/words";

/** Far more than Plotly is. */
const MOST_PLOTLY = 64 << 20;
/** Images that frames do not hold stay on the server. */
const NO_LIBRARY = { get: refuse, labels: refuse };

/**
 * Starts the document.
 *
 * @param {Object} parts what a page asks the server for: `words`, `schema`, `presets`, `datasets`
 * @param {(id: string) => string} read gives the texts that the document holds: `wishes`,
 *   `recording`, `plotly`
 */
export async function start(parts, read) {
  const faults = createFaults(document.getElementById("fault"));
  await open(parts, read, faults).catch(faults.reportStart);
}

async function open(parts, read, faults) {
  const wishes = JSON.parse(read("wishes"));
  // What is wrong with the address has its default: the document is no place for messages.
  const options = readOptions(location.search, () => {});
  const store = createPageStore({ page: { panels: options.panels }, recording: { replaySpeed: 1 } });
  const catalogues = Object.fromEntries(Object.entries(parts.words)
    .map(([name, words]) => [name, urlOf(JSON.stringify(words), "application/json")]));
  const language = createLanguage({ catalogues, language: wishes.language }, store);
  // What is kept for a file would be kept for all files.
  persistPreferences(store, createMemory(), language.names);
  store.set({ preferences: { language: wishes.language, ...(options.theme && { theme: options.theme }) } });
  applyTheme(store);
  await language.start();
  if (await goLive(wishes.live, word("page.title"))) return;
  learnSchema(parts.schema);
  const plotly = read("plotly");
  try {
    const recording = await unpack(fromText(read("recording")), parts.schema);
    await play(recording, { parts, store, faults, language, options, charts: Boolean(plotly) });
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    showBroken(error.code);
  }
  if (plotly) loadPlotly(urlOf(await expand(fromText(plotly), MOST_PLOTLY), "text/javascript"));
}

async function play({ about, frames }, { parts, store, faults, language, options, charts }) {
  const source = createRecordedSource({ frames });
  const framed = window.parent !== window || new URLSearchParams(location.search).has("panels");
  const layout = framed ? createReplayEmbed(options) : createReplayPage(charts);
  const session = createSession({
    config: {}, store, storage: createMemory(), source, faults, createViews: layout.createViews, painted: createFrameCount(),
    address: { reportProblem() {}, refuse() {}, leave() {} },
    ask: async (name) => parts[name] ?? null,
  });
  followRecordedMap(source, store);
  source.connect();
  const context = Object.assign(await session.learn(), {
    // Only what was looked at while it was made has been recorded.
    opensStep: !framed && frames.some(({ arrays }) => arrays.step_summary),
    hasMap: frames.some(({ sweep }) => sweep),
    hasSharpness: frames.some(({ arrays }) => arrays.sweep_sharpness),
    speakMap: (frame) => speakMapOf(frame, store.get().map.sweep, context),
    about, source, model: null, library: NO_LIBRARY, may: () => false,
    languages: language.names,
    changeLanguage: async (name) => {
      if (await language.change(name)) session.showAnew();
    },
  });
  applyPalette(store);
  session.show();
  layout.begin(session, context);
  listenToKeys(context.actions);
}

function showBroken(code) {
  const broken = document.getElementById("broken");
  for (const part of document.querySelectorAll("main > section, #strip")) part.hidden = true;
  setText(broken, word(`recording.broken.${code}`));
  broken.hidden = false;
}

async function refuse() {
  throw new Error("a recording has no other images");
}

function urlOf(content, type) {
  return URL.createObjectURL(new Blob([content], { type }));
}
