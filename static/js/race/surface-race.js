/** Race of optimizers down a classic surface of two numbers: the map, the paths, and who arrives. */

import { createChoice } from "controls/choice";
import { createSlider } from "controls/slider";
import { h, setLines, setText } from "lib/dom";
import { describeError } from "lib/errors";
import { formatCount, formatLoss, formatValue } from "lib/format";
import { optionText } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { PLOT_CONFIG, nameChart, whenPlotly } from "plot/plotly";
import { RATES } from "race/choices";
import { rankArrivals, standOf } from "race/descent";
import { pathsFigure } from "race/paths-figure";

const ADDRESS = "api/surfaces";
const UPDATES = 300;
/** Updates a second while it plays. */
const SPEED = 60;
/** Milliseconds from one request to the next, and from one drawing to the next. */
const ASK = 150;
const PERIOD = 60;

/**
 * @param {Context} context
 * @returns {{element: HTMLElement, show: (wanted: boolean) => void, resize: () => void, destroy: () => void}}
 */
export function createSurfaceRace({ store, schema }) {
  const set = (patch) => store.set({ race: patch });
  const surfaceChoice = createChoice({ label: word("label.race.surface"), help: word("help.race.surface"), path: "race.surface" }, {
    options: [], onInput: (name) => set({ surface: name }),
  });
  const against = createChoice({ label: word("label.race.paths"), help: word("help.race.paths"), path: "race.against" }, {
    options: ["optimizer", "learning_rate"].map((name) => [name, word(`race.kind.${name}`)]), onInput: (name) => set({ against: name }),
  });
  const rate = createSlider({ ...schema.field("optimizer.learning_rate"), path: "race.rate" }, { onInput: (value) => set({ rate: value }) });
  const optimizer = createChoice({ label: word("label.optimizer.name"), help: word("help.optimizer.name"), path: "race.optimizer" }, {
    options: schema.field("optimizer.name").options.map((name) => [name, optionText("optimizer.name", name)]),
    onInput: (name) => set({ optimizer: name }),
  });
  const time = createSlider({ path: "descent.update", label: word("label.race.update"), help: word("help.race.update"), minimum: 0, maximum: UPDATES, initial: 0, log: false, whole: true }, { onInput: (value) => { stop(); at = value; draw(); } });
  const again = h("button.button.primary", { type: "button", data: { action: "descend", help: word("help.race.descend") }, on: { click: play } }, word("action.race.descend"));
  const formula = h("p.race-formula");
  const words = h("div.race-words", { role: "status" });
  const plot = h("div.race-surface");
  const list = h("ul.race-paths");
  const element = h("div.race-parts", {},
    h("div.race-side", {}, h("div.race-settings", {}, surfaceChoice.element, against.element, rate.element, optimizer.element), formula, time.element, again, words),
    h("div.race-main", {}, plot, list));

  let plotly = null;
  let surface = null;
  let paths = [];
  let names = [];
  let start = null;
  let at = 0;
  let timer = 0;
  let asked = 0;
  let shown = false;
  let gone = false;
  const asking = createThrottle(ASK, ask);
  const drawing = createThrottle(PERIOD, draw);

  whenPlotly().then((loaded) => {
    plotly = loaded;
    if (!gone) draw();
  });

  /** Asks for the surface, unless it is there, and for the paths. */
  async function ask() {
    const { race, run: { spec } } = store.get();
    if (!shown || !spec) return;
    asked += 1;
    const mine = asked;
    const address = `${ADDRESS}/${race.surface}`;
    if (surface?.name !== race.surface) start = null;
    const racers = race.against === "optimizer"
      ? schema.field("optimizer.name").options.map((name) => ({ name, learning_rate: race.rate }))
      : RATES.map((learning_rate) => ({ name: race.optimizer, learning_rate }));
    const { momentum, rho, beta_1, beta_2, epsilon, weight_decay } = spec.optimizer;
    const optimizers = racers.map((one) => ({ momentum, rho, beta_1, beta_2, epsilon, weight_decay, ...one }));
    try {
      if (!surface) offer(await fetch(ADDRESS).then(read));
      const found = surface?.name === race.surface ? surface : await fetch(address).then(read);
      const told = await fetch(address, { method: "POST", body: JSON.stringify({ optimizers, start, updates: UPDATES }) }).then(read);
      if (gone || mine !== asked) return;
      surface = found;
      paths = told.paths;
    } catch (error) {
      if (!gone && mine === asked) setLines(words, [error instanceof TypeError ? word("share.unreachable") : error.message]);
      return;
    }
    names = racers.map(({ name, learning_rate }) => (race.against === "optimizer" ? optionText("optimizer.name", name) : formatValue(learning_rate)));
    setText(formula, `f(x, y) = ${surface.formula}`);
    play();
  }

  function offer({ surfaces }) {
    surfaceChoice.setOptions(surfaces.map((name) => [name, word(`race.surface.${name}`)]));
    surfaceChoice.update(store.get().race.surface);
  }

  /** From the beginning, or at once to the end where nothing is to move. */
  function play() {
    stop();
    at = store.get().page.reducedMotion ? UPDATES : 0;
    const begun = performance.now();
    const move = (now) => {
      at = Math.min(UPDATES, Math.round(((now - begun) / 1000) * SPEED));
      drawing.offer();
      timer = at < UPDATES && shown ? requestAnimationFrame(move) : 0;
    };
    if (at === 0) timer = requestAnimationFrame(move);
    draw();
  }

  function stop() {
    cancelAnimationFrame(timer);
    timer = 0;
  }

  function draw() {
    const { appearance: { palette } } = store.get();
    if (!surface || !palette || !shown || gone) return;
    const stands = paths.map((path) => standOf(path, surface, at));
    time.update(at);
    writePaths(stands, palette);
    setLines(words, describe(stands));
    const { clientWidth: width, clientHeight: height } = plot;
    if (!plotly || !width || !height) return;
    const { data, layout } = figure(palette, width, height);
    const ready = plotly.react(plot, data, layout, { ...PLOT_CONFIG, scrollZoom: false });
    if (!plot.dataset.listens) {
      plot.dataset.listens = "yes";
      ready.then(() => plot.on("plotly_click", ({ points: [{ x, y }] }) => { start = [x, y]; asking.offer(); }));
    }
    nameChart(plot, word("race.surface.alt", { name: word(`race.surface.${surface.name}`) }));
  }

  function figure(palette, width, height) {
    const cut = (values) => values.slice(0, at + 1);
    const end = ({ x }) => (x.indexOf(null) < 0 ? at + 1 : Math.min(at + 1, x.indexOf(null)));
    return pathsFigure(
      { x: surface.x, y: surface.y, losses: surface.heights, minima: surface.minima },
      paths.map((path) => ({ x: cut(path.x).slice(0, end(path)), y: cut(path.y).slice(0, end(path)) })),
      { palette, colours: palette.classes, width, height, names: ["x", "y"] },
    );
  }

  function describe(stands) {
    const order = rankArrivals(stands);
    const gone = stands.flatMap(({ diverged }, i) => (diverged ? [names[i]] : []));
    return [
      word(`race.surface.about.${surface.name}`),
      order.length ? word("race.arrived", { name: names[order[0]], update: formatCount(stands[order[0]].arrived), count: order.length })
        : word("race.arrived.none", { update: formatCount(at) }),
      ...(gone.length ? [word("race.diverged", { names: gone.join(", ") })] : []),
    ];
  }

  function writePaths(stands, palette) {
    if (list.children.length !== paths.length) {
      list.replaceChildren(...paths.map(() => h("li", {}, h("span.race-key", { "aria-hidden": "true" }), h("span.race-name"), h("span.race-score"))));
    }
    stands.forEach(({ value, arrived, diverged }, i) => {
      const [key, name, score] = list.children[i].children;
      key.style.background = palette.classes[i];
      setText(name, names[i]);
      setText(score, diverged ? word("race.score.diverged") : formatLoss(value));
      list.children[i].classList.toggle("ahead", arrived !== null);
    });
  }

  function follow({ race }) {
    surfaceChoice.update(race.surface);
    against.update(race.against);
    rate.update(race.rate);
    optimizer.update(race.optimizer);
    rate.element.hidden = race.against !== "optimizer";
    optimizer.element.hidden = race.against !== "learning_rate";
    if (shown) asking.offer();
  }

  function show(wanted) {
    element.hidden = !wanted;
    if (wanted === shown) return;
    shown = wanted;
    if (shown) asking.offer();
    else stop();
  }

  const unwatch = [
    store.watch(["race.surface", "race.against", "race.rate", "race.optimizer"], follow),
    store.watch(["appearance.palette"], draw),
  ];
  const observer = new ResizeObserver(draw);
  observer.observe(plot);

  function destroy() {
    gone = true;
    stop();
    asking.cancel();
    drawing.cancel();
    observer.disconnect();
    unwatch.forEach((undo) => undo());
    if (plotly && plot.dataset.listens) plotly.purge(plot);
  }

  return { element, show, resize: draw, destroy };
}

/** @param {Response} answer */
async function read(answer) {
  const told = await answer.json();
  if (!answer.ok) throw new Error(describeError(told));
  return told;
}
