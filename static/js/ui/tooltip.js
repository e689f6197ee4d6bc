/** Tooltip of the page: help of terms and controls, and values under the pointer. */

import { h } from "lib/dom";
import { placeTooltip } from "ui/tooltip-position";

const DELAY = 450;
const LONG_PRESS = 500;
const SLIP = 10;
const GAP = 10;
const ASIDE = 4;
const WORKS = "a, button, input, select, textarea, summary, label";
const FOCUSABLE = `${WORKS}, [tabindex]`;

/**
 * Elements with `data-help` show it after a moment of hover or focus, and on touch screens
 * after a long press, or a tap where a tap does nothing else.
 *
 * @param {HTMLElement} root holds the page's `main`, in which the tooltip is
 * @returns {{showAt: Function, hide: Function}} `showAt` follows a pointer
 */
export function createTooltip(root) {
  const element = h("div.tooltip", {
    role: "tooltip", id: "tooltip", popover: "manual", hidden: true,
  });
  root.querySelector("main").append(element);
  let timer = 0;
  let holder = null;
  let described = null;
  let pressed = null;
  /** What was clicked needs no help until the pointer has been elsewhere. */
  let spent = null;

  /** Above everything else, a modal dialog included. */
  function open(text) {
    if (element.textContent !== text) element.textContent = text;
    element.hidden = false;
    element.togglePopover(true);
  }

  /** Shows text beside the pointer. */
  function showAt(text, x, y) {
    clearTimeout(timer);
    holder = null;
    open(text);
    element.classList.remove("wide");
    placeTooltip(element, { left: x + GAP, right: x + GAP, top: y - ASIDE, bottom: y + ASIDE });
  }

  function hide() {
    clearTimeout(timer);
    element.togglePopover(false);
    element.hidden = true;
    holder = null;
    described?.removeAttribute("aria-describedby");
    described = null;
  }

  function holderOf(target) {
    const found = target.closest?.("[data-help]");
    return found?.dataset.help ? found : null;
  }

  /** Shows the help of what is pointed at, after a while; it stays while that is. */
  function offer(target, delay) {
    const next = holderOf(target);
    if (next !== spent) spent = null;
    if (!next || next === holder || next === spent) return;
    hide();
    holder = next;
    timer = setTimeout(present, delay);
  }

  function present() {
    if (!holder?.isConnected) return;
    open(holder.dataset.help);
    placeTooltip(element, holder.getBoundingClientRect(), othersThan(holder));
    described = holder.matches(FOCUSABLE) ? holder : holder.querySelector(FOCUSABLE) ?? holder;
    described.setAttribute("aria-describedby", "tooltip");
  }

  /** What may be pressed next, as boxes. */
  function othersThan(one) {
    return [...root.querySelectorAll(WORKS)]
      .filter((other) => !one.contains(other) && !other.contains(one) && other.checkVisibility())
      .map((other) => other.getBoundingClientRect());
  }

  function press(event) {
    hide();
    if (event.pointerType === "mouse") {
      spent = holderOf(event.target);
      return;
    }
    pressed = { x: event.clientX, y: event.clientY };
    offer(event.target, LONG_PRESS);
  }

  function slip({ clientX, clientY }) {
    if (!pressed || Math.hypot(clientX - pressed.x, clientY - pressed.y) < SLIP) return;
    lift();
  }

  /** The finger is off, or elsewhere: help that has not come yet does not come. */
  function lift() {
    pressed = null;
    if (element.hidden) hide();
  }

  /** A long press has shown its help and means no click; a tap on a plain term asks for help. */
  function click(event) {
    if (event.pointerType !== "touch" && event.pointerType !== "pen") return;
    if (holder && !element.hidden) {
      event.preventDefault();
      event.stopPropagation();
    } else if (!event.target.closest(WORKS)) offer(event.target, 0);
  }

  root.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") offer(event.target, DELAY);
  });
  root.addEventListener("pointerout", ({ pointerType, relatedTarget }) => {
    if (pointerType === "mouse" && holder && !holder.contains(relatedTarget)) hide();
  });
  root.addEventListener("pointerdown", press, true);
  root.addEventListener("pointermove", slip);
  root.addEventListener("pointerup", lift);
  root.addEventListener("pointercancel", lift);
  root.addEventListener("click", click, true);
  root.addEventListener("contextmenu", (event) => pressed && holder && event.preventDefault());
  root.addEventListener("input", hide);
  root.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) offer(event.target, DELAY);
  });
  root.addEventListener("focusout", hide);
  root.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  window.addEventListener("scroll", () => element.hidden || hide(), { capture: true, passive: true });

  return { showAt, hide };
}
