/** Entry module of the embed: composes panels and controls. */

import { createAddress } from "run/address";
import { createControls } from "embed/controls";
import { forwardKeys } from "embed/keys";
import { VERSION } from "embed/messages";
import { readOptions } from "embed/options";
import { createPanels } from "pages/embed-panels";
import { createFrameCount } from "pages/frame-count";
import { createParent } from "embed/parent";
import { createRemote } from "embed/remote";
import { trackVisibility } from "embed/visibility";
import { createStart } from "embed/start-button";
import { createFaults } from "ui/faults";
import { createPageStore } from "run/page-store";
import { createLanguage } from "lib/language";
import { applyPalette } from "plot/palette";
import { loadPlotly } from "plot/plotly";
import { persistPreferences } from "lib/preferences";
import { createStandby } from "recordings/standby";
import { createSession } from "pages/session";
import { createMemory } from "lib/storage";
import { applyTheme } from "lib/theme";
import { writeState } from "spec/url-state";
import { word } from "lib/words";
import { create as createPendingLine } from "views/page/pending-line";
import { create as createNotice } from "views/page/notice";
import { create as createStandbyLine } from "views/page/standby-line";
import { followMap } from "map/following";
import { openMapOf } from "map/link";
import { create as createMap } from "map/live-panel";
import { createSurfaceRace } from "race/surface-race";
import { followSearch } from "search/following";
import { openSearchOf } from "search/link";
import { create as createSearch } from "search/panel";

const config = JSON.parse(document.getElementById("config").textContent);
/** Frames that have to be played until a rehearsal has gone well. */
const REHEARSED = 5;
const place = (id) => document.getElementById(id);
const root = document.documentElement;

/** `recorded` counts the frames that stand by. */
const count = createFrameCount({ recorded: 0 });

const wrong = [];
const options = readOptions(location.search, (error) => wrong.push(error));
const parent = createParent(options.origin);
const faults = createFaults(place("fault"));

/** Where a run is to stop by itself. */
function endOf({ epochs, stop_loss: loss, until }) {
  if (until !== null) return until;
  if (epochs === null && loss === null) return null;
  return { ...(epochs === null ? {} : { epoch: epochs }), ...(loss === null ? {} : { loss }) };
}

/** Says what is wrong with the options, beside what is wrong with the state. */
function reportOptions(store) {
  if (wrong.length === 0) return;
  const said = wrong.splice(0).map(({ word: key, value }) => word("embed.option", { key, value }));
  store.set({ page: { message: { text: [...said, store.get().page.message?.text].filter(Boolean).join(" ") } } });
}

async function start() {
  const { background, controls, goal, lang, panels, rehearse, speed, start: begins, text, theme } = options;
  const store = createPageStore({
    run: { speed, until: endOf(options), running: begins === "auto" || Boolean(rehearse) },
    page: { onScreen: false, panels },
    goal: { text: goal },
  });
  if (panels.includes("map") && !openMapOf(location.search, store)) wrong.push({ word: "map", value: new URLSearchParams(location.search).get("map") });
  if (panels.includes("search") && !openSearchOf(location.search, store, false)) wrong.push({ word: "search", value: new URLSearchParams(location.search).get("search") });
  if (background) root.dataset.background = background;
  root.dataset.controls = controls.join(" ");
  root.style.setProperty("--text", text);
  const storage = createMemory();
  const address = createAddress(store, storage);
  const reportProblem = () => {
    address.reportProblem();
    reportOptions(store);
  };
  const frames = createPanels(place("panels"), "embed", { map: createMap, search: createSearch });
  const session = createSession({
    config, store, storage, address: { ...address, reportProblem }, faults, createViews, painted, followers: [followMap, followSearch],
    around: standBy,
  });
  const { connection, views, painter } = session;
  let notice = null;
  const visibility = trackVisibility(store, document.body);
  connection.connect();

  const language = createLanguage(config, store);
  persistPreferences(store, createMemory(), language.names);
  if (theme) store.set({ preferences: { theme } });
  applyTheme(store);
  const context = Object.assign(await session.learn(language.start()), {
    model: null,
    token: connection.token,
    createSurfaceRace,
    may: (part) => controls.includes(part),
  });
  const remote = createRemote({
    parent, connection, context, visibility, showPanels, startsWithSlide: begins === "pause",
  });
  forwardKeys(remote.key);
  connection.on("spec", ({ step }) => step === 0 && store.set({ run: { until: endOf(options) } }));
  notice = createNotice(place("notice"), context);
  // Nothing has a size or a colour before the frame is laid out for the first time, and what is
  // to be shown is known once the session is open.
  await Promise.all([firstSize(document.body), session.opened]);
  applyPalette(store);
  session.show();
  views.watchSize([place("panels")]);
  new ResizeObserver(frames.fit).observe(place("panels"));

  /** Has the recording that the address names play while the server cannot be reached. */
  function standBy(live, schema) {
    const { recording: id } = options;
    return id ? createStandby(live, { store, id, schema, rehearse: Boolean(rehearse) }) : live;
  }

  /** Other panels from now on; what has the focus keeps it only if it stays. */
  function showPanels(names) {
    store.set({ page: { panels: names } });
    views.show();
    painter.repaintAll();
  }

  function createViews(part) {
    const shown = store.get().page.panels;
    const images = Boolean(store.get().images.set);
    store.set({ view: { curveTab: shown.includes("unit") ? "unit" : "loss" }, images: { imageTab: shown.includes("boundary") ? "confusion" : "none" } });
    root.dataset.about = images ? "images" : "plane";
    const made = frames.show(shown, context, part);
    const views = [
      ...made,
      part("controls", createBar, place("bar")),
      part("pending", createPendingLine, place("pending")),
      part("start", createStart, place("start"), begins === "click"),
      part("recording", createStandbyLine, place("standby")),
    ];
    frames.fit();
    return views;
  }

  /** The controls, and the way to the playground in the same state. */
  function createBar(element, made) {
    const bar = createControls(controls, made);
    element.replaceChildren(bar.element);
    const unwatch = made.store.watch(["run.spec"], ({ run: { spec } }) => {
      if (!spec) return;
      const state = writeState(spec, made.schema.defaults(), address.payload());
      bar.lead([lang && `lang=${lang}`, state].filter(Boolean).join("&"));
    });
    const destroy = () => [bar.destroy, unwatch].forEach((stop) => stop());
    return { update: bar.update, resize() {}, destroy };
  }

  function painted(frame) {
    notice.update();
    const frames = count(frame);
    if (rehearse && frames === REHEARSED) parent.send({ livenet: VERSION, type: "rehearsed", frames: window.livenet.recorded });
    if (frames > 1) return;
    remote.ready();
    requestAnimationFrame(() => loadPlotly(config.plotly));
  }
}

/**
 * Resolves once an element has a size: on a slide that is not shown nothing has.
 *
 * @returns {Promise<void>}
 */
function firstSize(element) {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(() => {
      if (!element.clientWidth || !element.clientHeight) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });
}

start().catch(faults.reportStart);
