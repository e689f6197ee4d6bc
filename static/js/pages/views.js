/** Table of views: for each part of a page its maker, for points and for images, and its place. */

import { createCurveTabs } from "ui/curve-tabs";
import { createFirstUnit } from "embed/first-unit";
import { createOpenStep } from "embed/open-step";
import { create as createGoal } from "goals/panel";
import { h } from "lib/dom";
import { LOSS } from "plot/curve-figure";
import { createDigitTabs } from "pages/image-panels";
import { create as createLandscape } from "landscape/panel";
import { create as createRace } from "race/panel";
import { createViewDialog } from "ui/view-dialog";
import { create as createAblation } from "views/ablation";
import { create as createClasses } from "views/classes";
import { create as createScale } from "views/colour-scale";
import { create as createCurve } from "views/curve-chart";
import { create as createData } from "views/data-panel";
import { create as createStopping } from "views/early-stopping";
import { create as createFlow } from "views/gradient-flow";
import { create as createConfusion } from "views/images/confusion";
import { create as createImageData } from "views/images/data-panel";
import { create as createDigits } from "views/images/digit-strip";
import { create as createDrawing } from "views/images/draw-panel";
import { create as createImageNetwork } from "views/images/network";
import { create as createImageUnit } from "views/images/unit-panel";
import { create as createSpaces } from "views/layer-spaces";
import { create as createMetrics } from "views/metrics";
import { create as createNetwork } from "views/network";
import { create as createOneStep } from "views/one-step";
import { create as createOutput } from "views/output";
import { create as createUnitPanel } from "views/unit-panel";
import { word } from "lib/words";

/**
 * A row: `part` is what fails together, `plane` and `images` name the maker. The other columns are
 * the pages, each with its name of the place: the playground, the page of a recording, the panels
 * of an embed, and those of a recording in an embed. Views are made in the order of the rows.
 */
const TABLE = [
  { part: "data", plane: "data", images: "imageData", playground: "data", embed: "data" },
  { part: "data", plane: "facts", images: "facts", replay: "data", replayEmbed: "data" },
  {
    part: "network", plane: "network", images: "imageNetwork",
    playground: "network", replay: "network", embed: "network", replayEmbed: "network",
  },
  { part: "spaces", plane: "spaces", playground: "network", replay: "network", embed: "network", replayEmbed: "network" },
  { part: "map", plane: "map", playground: "map", replay: "map", embed: "map", replayEmbed: "map" },
  { part: "search", plane: "search", images: "search", playground: "search", embed: "search" },
  { part: "explanation", images: "explanation", playground: "network" },
  { part: "output", plane: "output", playground: "plane", replay: "plane" },
  { part: "output", images: "predictions", playground: "predictions" },
  { part: "output", images: "confusion", replay: "charts" },
  { part: "output", plane: "outputPanel", images: "confusion", embed: "boundary", replayEmbed: "boundary" },
  { part: "scale", plane: "scale", playground: "scale", replay: "scale" },
  { part: "scale", plane: "scale", images: "scale", embed: "legend", replayEmbed: "legend" },
  { part: "metrics", plane: "metrics", images: "metrics", playground: "metrics", replay: "metrics" },
  { part: "metrics", plane: "metricsPanel", images: "metricsPanel", embed: "metrics", replayEmbed: "metrics" },
  { part: "observation", plane: "observation", images: "imageObservation", playground: "observation" },
  { part: "ablation", plane: "ablation", images: "ablation", playground: "ablation", replay: "ablation", embed: "unit", replayEmbed: "unit" },
  { part: "step", plane: "step", playground: "step", replay: "step" },
  { part: "step", plane: "stepPanel", images: "noStep", embed: "step", replayEmbed: "step" },
  { part: "curves", plane: "curves", images: "imageCurves", playground: "curves", replay: "curves" },
  { part: "curves", plane: "lossPanel", images: "lossPanel", embed: "loss", replayEmbed: "loss" },
  { part: "classes", plane: "classes", embed: "classes", replayEmbed: "classes" },
  { part: "landscape", plane: "landscape", embed: "landscape", replayEmbed: "landscape" },
  { part: "race", plane: "race", embed: "race", replayEmbed: "race" },
  { part: "goal", plane: "goal", images: "goal", embed: "goal", replayEmbed: "goal" },
  { part: "unit", plane: "unitPanel", images: "imageUnitPanel", embed: "unit", replayEmbed: "unit" },
  { part: "spaces", plane: "spaces", embed: "spaces", replayEmbed: "spaces" },
  { part: "curves", plane: "flow", images: "flow", embed: "gradients", replayEmbed: "gradients" },
  { part: "notes", plane: "notes", playground: "notes" },
];

/** What opens from below the loss curve. */
const LOSS_TOOLS = [
  { name: "race", title: "race.title", paths: ["M3 14.5v-13", "M3 2.5h9.5l-2.4 3 2.4 3H3"], createPanel: createRace },
  { name: "landscape", title: "landscape.title", paths: ["M1.5 12.5l4-6 3 4 2-2.6 4 4.6z"], createPanel: createLandscape },
].map(openBy);

/** What opens from below the score. */
const SCORE_TOOLS = [
  { name: "classes", title: "classes.title", paths: ["M2.5 2.5h11v11h-11z", "M2.5 8h11", "M8 2.5v11"], createPanel: createClasses },
].map(openBy);

/** The button of a dialog. */
function openBy(what) {
  return (element, context) => createViewDialog(element, context, what);
}

/** The makers that more than one page uses; a page brings its own for the rest, or in place of these. */
const SHARED = {
  data: createData,
  imageData: createImageCard,
  network: createNetwork,
  imageNetwork: createImageNetwork,
  spaces: createSpaces,
  flow: createFlow,
  output: createOutput,
  ablation: createAblation,
  step: createOneStep,
  stepPanel: (element, context) => [createOneStep(element, context), createOpenStep(context.store)],
  noStep: createNoStep,
  confusion: createConfusion,
  scale: createScale,
  metrics: createMetrics,
  curves: (element, context) => createCurveTabs(element, context, {
    createCurve, createUnitPanel, createFlow, scoreTools: SCORE_TOOLS, lossTools: [...LOSS_TOOLS, ...(context.edits ? [createStopping] : [])],
  }),
  imageCurves: (element, context) => createCurveTabs(element, context, {
    createCurve, createUnitPanel: createImageUnit, createFlow, aboutUnit: "help.tab.unit.images",
  }),
  outputPanel: (element, context) => {
    const plane = h("div.output-plane");
    const tools = h("div.output-tools");
    element.append(plane, tools);
    return createOutput({ plane, tools }, context);
  },
  metricsPanel: (element) => {
    const figures = h("div.metrics");
    element.append(figures);
    return createMetrics(figures);
  },
  landscape: createLandscape,
  classes: createClasses,
  race: createRace,
  goal: createGoal,
  lossPanel: (element, context) => createCurve(element, context, LOSS),
  // A panel for a unit is never empty by itself.
  unitPanel: (element, context) => [createUnitPanel(element, context), createFirstUnit(context.store)],
  imageUnitPanel: (element, context) => [createImageUnit(element, context), createFirstUnit(context.store)],
};

/**
 * Makes the views that a page has of points or of images.
 *
 * @param {"playground"|"replay"|"embed"|"replayEmbed"} page
 * @param {Function} part makes a view that cannot fail for others, as `pages/view-set` says
 * @param {Context} context
 * @param {Object<string, any>} places by their names in the table; views without a place are left out
 * @param {Object<string, Function>} [own] makers of this page alone, by their names in the table
 * @returns {Object[][]}
 */
export function makeViews(page, part, context, places, own = {}) {
  const kind = context.store.get().images.set ? "images" : "plane";
  const makers = { ...SHARED, ...own };
  return TABLE.filter((row) => row[kind] && places[row[page]])
    .map((row) => part(row.part, makers[row[kind]], places[row[page]]));
}

/** A panel for one update says that it is of points where the page is about images. */
function createNoStep(element) {
  element.append(h("p.hint", {}, word("step.images")));
  return { update() {}, resize() {}, destroy: () => element.replaceChildren() };
}

/** The set of images, and below it the one that is looked at. */
export function createImageCard(element, context) {
  const data = createImageData(element, context);
  return [data, ...createDigitTabs(data.digits, context, { createDigits, createDrawing })];
}
