/** Stage of the network drawing: its canvases, size, and the transition to a new layout. */

import { h, pixelRatio, reducedMotion, rem } from "lib/dom";
import { between, layOut } from "network/geometry";
import { createScrollSign } from "ui/scroll-hint";
import { word } from "lib/words";

const SLIDE = 150;
const LENS = 64;

/**
 * @param {HTMLElement} element the card
 * @param {(layout: Object) => void} put shows a layout; called at every step of a slide
 * @param {boolean} fixed whether the network can only be looked at: then it needs no room for
 *   what changes it, and becomes as small as the room it has
 * @returns {Object} the parts, and `measure`, `slideFrom`, `stop`
 */
export function createStage(element, put, fixed = false) {
  const canvas = (name) => h(`canvas.${name}`, { "aria-hidden": "true" });
  const base = canvas("links");
  const front = canvas("links");
  const pictures = canvas("pictures");
  const lens = h("canvas.lens", { "aria-hidden": "true", width: LENS, height: LENS, hidden: true });
  const units = h("div.units", { role: "group", "aria-label": word("network.units") });
  const gaps = h("div.gaps");
  const heads = h("div.heads");
  const field = h("div.field-of-units", {}, base, front, pictures, lens, gaps, units);
  const stage = h("div.stage", {}, heads, field);
  const scroller = h("div.stage-scroll", {}, stage);
  scroller.classList.toggle("fixed", fixed);
  // Where the heads are shown all the same, they are only read.
  heads.inert = fixed;
  element.append(scroller, createScrollSign(scroller));
  let target = null;
  let request = 0;

  function room() {
    const height = scroller.clientHeight - heads.offsetHeight;
    return { width: scroller.clientWidth, height, rem: rem(), fixed };
  }

  /** Lays out a network of so many units and gives everything its size. */
  function measure(counts) {
    const { narrow, least } = layOut(counts, room());
    heads.classList.toggle("narrow", narrow);
    // On a phone the page scrolls, and the stage is as tall as it has to be.
    scroller.style.setProperty("--least", `${Math.ceil(least + heads.offsetHeight)}px`);
    target = layOut(counts, room());
    stage.style.width = `${target.width}px`;
    field.style.height = `${target.height}px`;
    const ratio = pixelRatio();
    for (const layer of [base, front, pictures]) {
      layer.width = Math.round(target.width * ratio);
      layer.height = Math.round(target.height * ratio);
      layer.style.width = `${target.width}px`;
      layer.style.height = `${target.height}px`;
    }
    return target;
  }

  /** Slides from an old layout to the measured one; without an old one it is there at once. */
  function slideFrom(old) {
    stop();
    const began = performance.now();
    const duration = old && !reducedMotion() ? SLIDE : 0;
    const next = () => {
      const share = duration ? Math.min(1, (performance.now() - began) / duration) : 1;
      put(between(old, target, 1 - (1 - share) ** 3));
      if (share < 1) request = requestAnimationFrame(next);
    };
    next();
  }

  function stop() {
    cancelAnimationFrame(request);
  }

  return { base, front, pictures, lens, units, gaps, heads, field, measure, slideFrom, stop };
}
