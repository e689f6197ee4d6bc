/** Race of optimizers down a classic surface of two numbers, or down two side by side: the maps, and who arrives. */

import { createChoice } from "controls/choice";
import { createSlider } from "controls/slider";
import { h, setLines, setText } from "lib/dom";
import { describeError } from "lib/errors";
import { formatValue } from "lib/format";
import { optionText } from "lib/terms";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";
import { RATES } from "race/choices";
import { createDescentMap } from "race/descent-map";

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
  const asking = createThrottle(ASK, ask);
  const drawing = createThrottle(PERIOD, draw);
  const [map, beside] = ["first", "second"].map(() => createDescentMap({ store, read, onStart: asking.offer, onResize: drawing.offer }));
  const maps = () => (store.get().race.beside ? [map, beside] : [map]);
  const element = h("div.race-parts", {},
    h("div.race-side", {}, h("div.race-settings", {}, surfaceChoice.element, against.element, rate.element, optimizer.element), formula, time.element, again, words),
    h("div.race-main.race-maps", {}, map.element, beside.element));

  let names = [];
  let offered = false;
  let at = 0;
  let timer = 0;
  let asked = 0;
  let shown = false;
  let gone = false;

  /** Asks for the surfaces, unless they are there, and for the paths. */
  async function ask() {
    const { race, run: { spec } } = store.get();
    if (!shown || !spec) return;
    asked += 1;
    const mine = asked;
    const racers = race.against === "optimizer"
      ? schema.field("optimizer.name").options.map((name) => ({ name, learning_rate: race.rate }))
      : RATES.map((learning_rate) => ({ name: race.optimizer, learning_rate }));
    const { momentum, rho, beta_1, beta_2, epsilon, weight_decay } = spec.optimizer;
    const optimizers = racers.map((one) => ({ momentum, rho, beta_1, beta_2, epsilon, weight_decay, ...one }));
    let ready;
    try {
      if (!offered) offer(await fetch(ADDRESS).then(read));
      const asks = [race.surface, race.beside].filter(Boolean).map((name, i) => [map, beside][i].load(name, optimizers, UPDATES));
      ready = await Promise.all(asks);
    } catch (error) {
      if (!gone && mine === asked) setLines(words, [error instanceof TypeError ? word("share.unreachable") : error.message]);
      return;
    }
    if (gone || mine !== asked) return;
    for (const show of ready) show();
    names = racers.map(({ name, learning_rate }) => (race.against === "optimizer" ? optionText("optimizer.name", name) : formatValue(learning_rate)));
    setText(formula, `f(x, y) = ${map.formula()}`);
    play();
  }

  function offer({ surfaces }) {
    offered = true;
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
    if (!shown || gone || !map.formula()) return;
    time.update(at);
    for (const one of maps()) {
      one.entitle(maps().length > 1);
      one.draw(at, names);
    }
    setLines(words, maps().flatMap((one) => one.describe(at, names, maps().length > 1)));
  }

  function follow({ race }) {
    surfaceChoice.update(race.surface);
    against.update(race.against);
    rate.update(race.rate);
    optimizer.update(race.optimizer);
    rate.element.hidden = race.against !== "optimizer";
    optimizer.element.hidden = race.against !== "learning_rate";
    beside.element.hidden = !race.beside;
    formula.hidden = Boolean(race.beside);
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
    store.watch(["race.surface", "race.beside", "race.against", "race.rate", "race.optimizer"], follow),
    store.watch(["appearance.palette"], draw),
  ];
  function destroy() {
    gone = true;
    stop();
    asking.cancel();
    drawing.cancel();
    unwatch.forEach((undo) => undo());
    map.destroy();
    beside.destroy();
  }

  return { element, show, resize: draw, destroy };
}

/** @param {Response} answer */
async function read(answer) {
  const told = await answer.json();
  if (!answer.ok) throw new Error(describeError(told));
  return told;
}
