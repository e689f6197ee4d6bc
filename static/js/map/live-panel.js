/** Map that a server trains: what it varies is chosen here, and each of its networks can be opened. */

import { createMapChoice } from "map/choosing";
import { createMapPanel } from "map/panel";
import { createMapToolbar } from "map/toolbar";

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
