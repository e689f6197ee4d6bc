/** Guided tour in six steps, each with a ring around a part of the page. */

import { h, icon, setText } from "lib/dom";
import { findPart } from "ui/tour-parts";
import { placeBeside } from "ui/tour-positions";
import { word } from "lib/words";

const STEPS = ["data", "units", "weights", "output", "curves", "play"];
const STEPS_OF_IMAGES = ["data", "units", "prediction", "output", "curves", "play"];
const MOVING = 250;
const CROSS = ["M4 4l8 8", "M12 4l-8 8"];

/** @returns {{update, resize, destroy}} `store.page.tour` is the step that is shown, or null */
export function create(element, { store }) {
  const { images: { set: images } } = store.get();
  const steps = images ? STEPS_OF_IMAGES : STEPS;
  const phrase = (step, part) => (images ? word(`tour.images.${step}.${part}`) : word(`tour.${step}.${part}`));
  const ring = h("div.tour-ring", { hidden: true, "aria-hidden": "true" });
  const progress = h("span.tour-progress");
  const title = h("h2.tour-title", { id: "tour-title" });
  const text = h("p", { id: "tour-text" });
  const button = (name, act, ...content) => h("button", {
    type: "button", data: { action: name }, on: { click: act },
  }, ...content);
  const back = button("tourBack", () => go(-1), word("action.back"));
  const next = button("tourNext", () => go(1));
  const close = button("tourEnd", end, icon(...CROSS));
  back.className = "button small";
  next.className = "button small primary";
  close.className = "icon-button";
  close.setAttribute("aria-label", word("action.close"));
  const callout = h("div.tour", {
    role: "dialog", "aria-labelledby": "tour-title", "aria-describedby": "tour-text", hidden: true,
    on: { keydown: steer },
  }, h("div.tour-head", {}, progress, close),
  h("div.tour-words", { "aria-live": "polite" }, title, text),
  h("div.tour-foot", {}, back, next));
  element.append(ring, callout);
  let opener = null;
  let shown = null;
  let request = 0;
  let timer = 0;

  function go(by) {
    const step = store.get().page.tour + by;
    if (step >= steps.length) end();
    else store.set({ page: { tour: Math.max(0, step) } });
  }

  function end() {
    store.set({ page: { tour: null, newcomer: false } });
  }

  function steer(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || (by > 0 && store.get().page.tour === steps.length - 1)) return;
    event.preventDefault();
    go(by);
  }

  function leave(event) {
    if (event.key === "Escape" && shown !== null) end();
  }

  function show(step) {
    if (step === shown) return;
    const first = shown === null;
    shown = step;
    setText(progress, word("tour.progress", { step: step + 1, count: steps.length }));
    setText(title, phrase(steps[step], "title"));
    setText(text, phrase(steps[step], "text"));
    setText(next, word(step === steps.length - 1 ? "action.done" : "action.next"));
    if (step === 0 && document.activeElement === back) next.focus();
    back.disabled = step === 0;
    ring.hidden = callout.hidden = false;
    callout.dataset.step = steps[step];
    findPart(steps[step], callout.offsetHeight).bring();
    if (first) {
      opener = document.activeElement;
      next.focus({ preventScroll: true });
    } else slide();
    cancelAnimationFrame(request);
    follow();
  }

  /** The ring moves over to the next part, and sticks to it once it is there. */
  function slide() {
    clearTimeout(timer);
    ring.classList.add("moving");
    timer = setTimeout(() => ring.classList.remove("moving"), MOVING);
  }

  /** The part may move: the page is scrolled, layers come and go. */
  function follow() {
    const part = findPart(steps[shown], callout.offsetHeight);
    const { ringed, left, top } = placeBeside(part.box(), {
      width: callout.offsetWidth, height: callout.offsetHeight, docked: part.docked, top: part.top,
    });
    move(ring, ringed.left, ringed.top);
    ring.style.width = `${ringed.width}px`;
    ring.style.height = `${ringed.height}px`;
    move(callout, left, top);
    request = requestAnimationFrame(follow);
  }

  function hide() {
    cancelAnimationFrame(request);
    clearTimeout(timer);
    const inside = callout.contains(document.activeElement);
    shown = null;
    ring.hidden = callout.hidden = true;
    if (inside) (opener?.isConnected ? opener : document.querySelector("[data-action=tour]"))?.focus();
  }

  const unwatch = store.watch(["page.tour"], ({ page: { tour } }) => {
    if (Number.isInteger(tour)) show(tour);
    else if (shown !== null) hide();
  });
  document.addEventListener("keydown", leave);

  function destroy() {
    unwatch();
    cancelAnimationFrame(request);
    clearTimeout(timer);
    document.removeEventListener("keydown", leave);
    element.replaceChildren();
  }

  return { update() {}, resize() {}, destroy };
}

function move(element, left, top) {
  element.style.left = `${Math.round(left)}px`;
  element.style.top = `${Math.round(top)}px`;
}
