/** Map that a server trains: what it varies is chosen here, and each of its networks can be opened. */

import { createChoice } from "controls/choice";
import { h, icon } from "lib/dom";
import { word } from "lib/words";
import { createMapChoice } from "map/choosing";
import { PRESET_NAMES } from "map/model/presets";
import { createMapPanel } from "map/panel";
import { makePictureButtons } from "ui/picture-buttons";

const SEEDS = [1, 2, 3, 4, 8, 16];
/** So many networks the server trains at once. */
const MOST = 1024;
const [PLUS, MINUS, SQUARE] = [["M8 3v10", "M3 8h10"], ["M3 8h10"], ["M2.5 5v-2.5h2.5", "M11 2.5h2.5v2.5", "M13.5 11v2.5h-2.5", "M5 13.5h-2.5v-2.5", "M7 2.5h2", "M7 13.5h2", "M2.5 7v2", "M13.5 7v2"]];

/**
 * @param {HTMLElement|{network: HTMLElement, output: HTMLElement}} places see `createMapPanel`
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(places, context) {
  return createMapPanel(places, context, { createTools: createMapTools });
}

/**
 * @param {Context} context
 * @param {{kinds: AxisKind[], kindOf: (path: string) => AxisKind, shown: () => Sweep|null,
 *   cell: () => number, find: () => HTMLElement}} panel `cell` is the one that is shown large
 * @returns {MapTools}
 */
function createMapTools(context, { kinds, kindOf, shown, cell, find }) {
  const { store, actions } = context;
  const choice = createMapChoice(context, { kinds, kindOf, shown });
  const toolbar = createMapToolbar(context, {
    preset: choice.takePreset, seeds: choice.takeSeeds, zoomIn: () => choice.zoomAt(cell()), zoomOut: choice.zoomOut, box: showBox, find,
  });
  let boxing = false;

  /** Has a finger draw a box to zoom into, once; else it scrolls the page. */
  function showBox(isOn) {
    boxing = isOn;
    toolbar.showBox(isOn);
    find().querySelector(".map-wall").classList.toggle("boxing", isOn);
  }

  function update() {
    const { axes, seeds } = store.get().map;
    toolbar.update({
      seeds, preset: choice.findPreset(), one: axes.length === 1, ofSeeds: axes.some(({ path }) => path === "seed"), cells: choice.countCells(),
    });
  }

  /** Goes on with the network of a cell. */
  function openCell(at) {
    const { columns } = shown();
    actions.adoptCell(Math.floor(at / columns), at % columns);
  }

  return {
    presets: toolbar.presets, foot: toolbar.foot, update, open: choice.open, openCell,
    zoom: (places) => {
      showBox(false);
      choice.zoom(places);
    },
    isBoxing: () => boxing, zoomAt: choice.zoomAt, zoomOut: choice.zoomOut, openMenu: choice.openMenu,
  };
}

/**
 * Controls: pairs of axes to begin with, seeds of a cell, zoom.
 *
 * @param {Context} context
 * @param {{preset: (name: string) => void, seeds: (count: number) => void, zoomIn: () => void,
 *   zoomOut: () => void, box: (on: boolean) => void, find: () => HTMLElement}} on `box` has a finger draw a box from now on,
 *   `find` gives what a picture shows
 * @returns {{presets: HTMLElement, foot: (HTMLElement|null)[], update: Function, showBox: (on: boolean) => void}}
 */
function createMapToolbar(context, on) {
  const buttons = PRESET_NAMES.map((name) => h("button.pill.map-preset", {
    type: "button", "aria-pressed": "false", data: { mapPreset: name, help: word(`help.map.preset.${name}`) }, on: { click: () => on.preset(name) },
  }, word(`map.preset.${name}`)));
  const presets = h("div.map-presets", { role: "group", "aria-label": word("map.presets") }, ...buttons);
  const seeds = createChoice({ label: word("label.map.seeds"), help: word("help.map.seeds"), path: "mapSeeds" },
    { options: SEEDS.map((count) => [String(count), String(count)]), onInput: (text) => on.seeds(Number(text)) });
  const zoom = (name, paths, call) => h("button.icon-button", {
    type: "button", "aria-label": word(`action.map.${name}`), data: { action: `map-${name}`, help: word(`help.map.${name}`) }, on: { click: call },
  }, icon(...paths));
  const box = zoom("box", SQUARE, () => on.box(box.getAttribute("aria-pressed") !== "true"));
  box.classList.add("map-box");
  box.setAttribute("aria-pressed", "false");
  const zooms = h("div.map-zooms", {}, zoom("zoomOut", MINUS, on.zoomOut), zoom("zoomIn", PLUS, on.zoomIn), box);

  /** @param {{seeds: number, preset: string|null, one: boolean, ofSeeds: boolean, cells: number}} how `ofSeeds`: an axis varies the seed */
  function update({ seeds: count, preset, one, ofSeeds, cells }) {
    const counts = SEEDS.filter((each) => each === 1 || each * cells <= MOST || each === count);
    seeds.setOptions((counts.includes(count) ? counts : [...counts, count]).map((each) => [String(each), String(each)]));
    seeds.update(String(count));
    seeds.element.hidden = ofSeeds;
    zooms.hidden = one;
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.mapPreset === preset)));
  }

  function showBox(isOn) {
    box.setAttribute("aria-pressed", String(isOn));
  }

  return { presets, foot: [seeds.element, zooms, makePictureButtons(context, "map.title", on.find)], update, showBox };
}
