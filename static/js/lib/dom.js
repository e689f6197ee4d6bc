/** DOM helpers. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 *
 * @template {string} T
 * @param {T} tag name, with classes: `button.icon-button`
 * @param {Object} properties attributes; `on` holds listeners, `data` data attributes
 * @param {...(Node|string|null)} children
 * @returns {ElementOf<T>}
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = /** @type {any} */ (document.createElement(name));
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") {
      for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    } else if (key === "data") Object.assign(element.dataset, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Makes a 16 px line icon from the `d` of its paths. */
export function icon(...paths) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: "0 0 16 16", width: "1em", height: "1em", fill: "none", stroke: "currentColor",
    "stroke-width": "1.7", "stroke-linecap": "round", "stroke-linejoin": "round",
    "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** Sets text only when it differs, so that nothing is laid out for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets the paragraphs of an element, one for each line; those that stay the same are left alone. */
export function setLines(element, lines) {
  while (element.children.length > lines.length) element.lastChild.remove();
  while (element.children.length < lines.length) element.append(h("p"));
  lines.forEach((line, i) => setText(element.children[i], line));
}

/** The size of one rem in CSS pixels. */
export function rem() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** Device pixels per CSS pixel, as far as a canvas has use for them. */
export function pixelRatio() {
  return Math.min(window.devicePixelRatio || 1, 2);
}

/** What points at the page. */
export function handOf() {
  return window.matchMedia("(pointer: coarse)").matches ? "finger" : "mouse";
}

/** Whether the person asked for less motion. */
export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
