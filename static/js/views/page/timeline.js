/**
 * Time line: a slider under the controls with a labelled handle. It goes back over what was
 * seen, and every other view shows the snapshot that it stands at.
 */

import { h, icon, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { describeTimelinePoint } from "spoken/snapshot-words";
import { word } from "lib/words";

/** There is nothing to look back at before. */
const LEAST = 3;
/** How near the end means the present (pixels). */
const END = 8;
const BACK = ["M8.5 3L4 8l4.5 5", "M13 3L8.5 8l4.5 5"];
const KEYS = {
  ArrowLeft: (at) => at - 1, ArrowDown: (at) => at - 1,
  ArrowRight: (at) => at + 1, ArrowUp: (at) => at + 1,
  PageUp: (at) => at + 8, PageDown: (at) => at - 8,
  Home: () => 0, End: () => Infinity, Escape: () => Infinity,
};

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, context) {
  const { store, tooltip, recall } = context;
  const past = h("div.time-past");
  const ticks = h("div");
  const label = h("span");
  const thumb = h("div.time-thumb", {}, icon(...BACK), label);
  const track = h("div.time-track", {}, past, ticks, thumb);
  const line = h("div.time-line", {
    role: "slider", tabindex: 0, "aria-label": word("timeline.name"), "aria-valuemin": 0,
    "aria-orientation": "horizontal", hidden: true,
  }, track);
  const said = h("span.time-said", { role: "status" });
  const goOn = h("button.button.small", {
    type: "button", data: { action: "branch", help: word("help.branch") }, on: { click: () => leave(recall.branch) },
  }, word("action.branch"));
  const aside = h("button.button.small.time-aside", {
    type: "button", data: { action: "branchAside", help: word("help.branchAside") }, on: { click: recall.branchInNewTab },
  }, word("action.branchAside"));
  const back = h("button.button.small", {
    type: "button", data: { action: "present", help: word("help.present") }, on: { click: () => leave(recall.returnToPresent) },
  }, word("action.present"));
  const note = h("div.time-note", { hidden: true }, said, goOn, aside, back);
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", word("timeline.name"));
  element.append(line, note);
  let points = [];
  let places = [];
  let step = 0;
  let dragged = false;
  /** Where the handle is held, from the place that it stands at (pixels). */
  let grip = 0;

  /** Buttons that go leave the focus where it can go on. */
  function leave(act) {
    line.focus({ preventScroll: true });
    act();
  }

  /** Where each point stands, 0 to 1; 1 is the present. */
  function place() {
    const last = points.at(-1);
    const whole = last.trained + Math.max(0, step - last.step);
    places = points.map(({ trained }) => (whole ? trained / whole : 1));
  }

  function draw() {
    const { timeline: { points: timeline, recalled } } = store.get();
    points = timeline;
    line.hidden = points.length < LEAST && !recalled;
    if (!points.length) return;
    place();
    ticks.replaceChildren(...points.flatMap((point, i) => {
      if (!point.kind || point.kind === "start") return [];
      const tick = h("span.time-tick", { data: { kind: point.kind } });
      tick.style.setProperty("--at", places[i]);
      return [tick];
    }));
    const at = indexOf(recalled);
    const share = at < points.length ? places[at] : 1;
    line.style.setProperty("--at", share);
    setText(label, recalled ? word("timeline.epoch", { epoch: formatCount(recalled.epoch) }) : word("timeline.now"));
    line.setAttribute("aria-valuemax", points.length);
    line.setAttribute("aria-valuenow", at);
    line.setAttribute("aria-valuetext",
      recalled ? describeTimelinePoint(recalled, context).replaceAll("\n", ", ") : word("timeline.now"));
  }

  function indexOf(point) {
    const at = point ? points.findIndex(({ id }) => id === point.id) : -1;
    return at < 0 ? points.length : at;
  }

  function follow({ timeline: { recalled } }) {
    line.classList.toggle("looking", recalled !== null);
    document.body.classList.toggle("looking-back", recalled !== null);
    note.hidden = recalled === null;
    if (recalled) setText(said, word("timeline.looking", { epoch: formatCount(recalled.epoch) }));
    draw();
  }

  /** The point nearest to a pointer; none at the end, which is the present. */
  function nearest({ clientX }) {
    const box = track.getBoundingClientRect();
    const x = clientX - grip;
    if (x > box.right - END) return null;
    const share = (x - box.left) / box.width;
    let best = 0;
    places.forEach((at, i) => {
      if (Math.abs(at - share) <= Math.abs(places[best] - share)) best = i;
    });
    return points[best];
  }

  function show(point) {
    if (!point) recall.returnToPresent();
    else if (point.id !== store.get().timeline.recalled?.id) recall.show(point);
  }

  function press(event) {
    if (event.button !== 0) return;
    dragged = true;
    grip = 0;
    if (thumb.contains(event.target)) {
      const box = track.getBoundingClientRect();
      grip = event.clientX - box.left - box.width * Number(line.style.getPropertyValue("--at"));
    }
    line.setPointerCapture(event.pointerId);
    line.classList.add("dragged");
    line.focus({ preventScroll: true });
    event.preventDefault();
    move(event);
  }

  function move(event) {
    const held = dragged || !thumb.contains(event.target);
    const point = held ? nearest(event) : store.get().timeline.recalled;
    const box = track.getBoundingClientRect();
    const text = point ? describeTimelinePoint(point, context) : word("help.timeline");
    if (event.pointerType !== "touch") tooltip.showAt(text, event.clientX, box.bottom);
    if (dragged) show(point);
  }

  function lift() {
    dragged = false;
    grip = 0;
    line.classList.remove("dragged");
    tooltip.hide();
  }

  function type(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    const at = Math.max(0, KEYS[event.key](indexOf(store.get().timeline.recalled)));
    show(points[at] ?? null);
  }

  line.addEventListener("pointerdown", press);
  line.addEventListener("pointermove", move);
  line.addEventListener("pointerup", lift);
  line.addEventListener("pointercancel", lift);
  line.addEventListener("pointerleave", () => dragged || tooltip.hide());
  line.addEventListener("keydown", type);

  const unwatch = [
    store.watch(["timeline.points"], draw),
    store.watch(["timeline.recalled"], follow),
  ];

  function update({ meta }) {
    if (meta.recalled === undefined) step = meta.step;
  }

  function destroy() {
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
