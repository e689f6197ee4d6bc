/** The panels of an embed: which views are in them, and where they stand in the frame. */

import { LOSS } from "plot/curve-figure";
import { h, rem } from "lib/dom";
import { arrange } from "embed/layout";
import { createFirstUnit } from "embed/first-unit";
import { createDigitTabs } from "pages/image-panels";
import { create as createScale } from "views/colour-scale";
import { create as createConfusion } from "views/images/confusion";
import { create as createCurve } from "views/curve-chart";
import { create as createData } from "views/data-panel";
import { create as createDigits } from "views/images/digit-strip";
import { create as createDrawing } from "views/images/draw-panel";
import { create as createImageData } from "views/images/data-panel";
import { create as createImageNetwork } from "views/images/network";
import { create as createImageUnit } from "views/images/unit-panel";
import { create as createMetrics } from "views/metrics";
import { create as createNetwork } from "views/network";
import { create as createOutput } from "views/output";
import { create as createUnitPanel } from "views/unit-panel";

/** The part of the page that each panel is. */
const PARTS = {
  boundary: "output", network: "network", loss: "curves", unit: "unit", data: "data", metrics: "metrics",
  legend: "scale",
};
/**
 * What is shown of points of the plane, and of images.
 *
 * @type {Object<string, (element: HTMLElement, context: Context) => Object[]>}
 */
const PLANE = {
  boundary: (element, context) => {
    const plane = h("div.output-plane");
    const tools = h("div.output-tools");
    element.append(plane, tools);
    return [createOutput({ plane, tools }, context)];
  },
  network: (element, context) => [createNetwork(element, context)],
  loss: (element, context) => [createCurve(element, context, LOSS)],
  unit: (element, context) => [createUnitPanel(element, context), createFirstUnit(context.store)],
  data: (element, context) => [createData(element, context)],
  metrics: (element) => {
    const figures = h("div.metrics");
    element.append(figures);
    return [createMetrics(figures)];
  },
  legend: (element, context) => [createScale(element, context)],
};
/** @type {typeof PLANE} */
const IMAGES = {
  boundary: (element, context) => [createConfusion(element, context)],
  network: (element, context) => [createImageNetwork(element, context)],
  loss: PLANE.loss,
  metrics: PLANE.metrics,
  legend: PLANE.legend,
  unit: (element, context) => [createImageUnit(element, context), createFirstUnit(context.store)],
  data: (element, context) => {
    const data = createImageData(element, context);
    return [data, ...createDigitTabs(data.digits, context, { createDigits, createDrawing })];
  },
};

/**
 * @param {HTMLElement} element holds the panels
 * @returns {{show: Function, fit: () => void}}
 */
export function createPanels(element) {
  let sections = {};
  let changeable = false;

  /**
   * Makes panels in place of those that there are.
   *
   * @param {string[]} names
   * @param {boolean} images whether the run is about images
   * @param {Context} context its `panels` are makers that take the place of others
   * @param {Function} part makes the views of one, as `view-guard` says
   * @returns {Object[][]} their views
   */
  function show(names, images, context, part) {
    sections = Object.fromEntries(names.map((name) =>
      [name, h(`section.embed-panel.embed-${name}`, { data: { panel: name } })]));
    element.replaceChildren(...Object.values(sections));
    changeable = context.may?.("layers") ?? false;
    fit();
    const makers = { ...(images ? IMAGES : PLANE), ...context.panels };
    return names.map((name) => part(PARTS[name], makers[name], sections[name]));
  }

  /** Gives each panel its place; those for which there is no room have none. */
  function fit() {
    const { clientWidth: width, clientHeight: height } = element;
    const names = Object.keys(sections);
    if (!width || !height || !names.length) return;
    const boxes = arrange(names, { width, height, rem: rem(), changeable });
    for (const name of names) {
      const box = boxes.find((one) => one.name === name);
      sections[name].hidden = !box;
      if (!box) continue;
      const { style } = sections[name];
      for (const [key, value] of [["left", box.x], ["top", box.y], ["width", box.width], ["height", box.height]]) {
        style[key] = `${value}px`;
      }
    }
  }

  return { show, fit };
}
