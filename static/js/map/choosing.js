/** Which map is shown: presets, axes by hand, seeds, zooms. All of it is kept in the store. */

import { word } from "lib/words";
import { openAxisMenu } from "map/axis-menu";
import { isReadAxis, widenAxis, zoomAxis } from "map/model/axes";
import { FIRST, PRESET_NAMES, readPreset } from "map/model/presets";

/** A key zooms to this share of an axis. */
const CLOSER = 0.5;
const AXES = ["across", "up"];

/**
 * @param {Context} context
 * @param {{kinds: AxisKind[], kindOf: (path: string) => AxisKind, shown: () => Sweep|null}} parts `shown`
 *   is the map that is seen
 * @returns {any} one function for each way to choose
 */
export function createMapChoice({ store, schema, actions, edits }, { kinds, kindOf, shown }) {
  function open() {
    const { map: { axes }, run: { spec } } = store.get();
    if (!spec) return;
    if (store.get().step.open) actions.closeStep();
    store.set({ map: { open: true }, view: { space: null } });
    if (!axes.length) takePreset(FIRST);
  }

  function takePreset(name) {
    const { axes, patch, colour } = readPreset(name, store.get().run.spec);
    const begin = () => setAxes(axes, { zooms: [], colour, seeds: 1 });
    if (patch) edits.edit(patch);
    // What the network does not read yet cannot be varied.
    edits.afterThese(begin, () => {});
  }

  function takeSeeds(count) {
    const { colour } = store.get().map;
    store.set({ map: { seeds: count, colour: count === 1 && colour === "success" ? "boundary" : colour } });
  }

  function setAxes(axes, more = {}) {
    store.set({ map: { axes, ...more } });
  }

  function openMenu(which, anchor) {
    const { axes } = store.get().map;
    const { run: { draft } } = store.get();
    openAxisMenu(anchor, {
      axis: axes[which] ?? null, alone: axes.length === 1, schema, canBeNone: which === 1, title: word(`map.axis.${AXES[which]}`),
      kinds: kinds.filter(({ path }) => isReadAxis(path, draft, schema)),
      onChange: (axis) => {
        const next = [...store.get().map.axes];
        const other = next[1 - which];
        // Both axes of one setting: they change places.
        if (axis && other?.path === axis.path) next[1 - which] = next[which] ?? other;
        next[which] = axis;
        setAxes(next.filter(Boolean), { zooms: [] });
      },
    });
  }

  function zoom({ across, up }) {
    const sweep = shown();
    if (!sweep || sweep.axes.length < 2) return;
    const next = [across, up].map(([from, to], i) => zoomAxis(sweep.axes[i], kindOf(sweep.axes[i].path), from, to));
    const { axes, zooms } = store.get().map;
    if (next.every((axis) => axis === null)) return;
    setAxes(next.map((axis, i) => axis ?? axes[i]), { zooms: [...zooms, axes] });
  }

  /** Zooms in around a cell. */
  function zoomAt(at) {
    const sweep = shown();
    if (!sweep || at < 0) return;
    const { columns, rows } = sweep;
    const around = (place, count) => {
      const half = (CLOSER * count) / 2;
      const middle = Math.max(half - 0.5, Math.min(count - 0.5 - half, place));
      return [middle - half, middle + half];
    };
    zoom({ across: around(at % columns, columns), up: around(Math.floor(at / columns), rows) });
  }

  /** Back to what was seen before a zoom; beyond the first one the axes become longer. */
  function zoomOut() {
    const sweep = shown();
    const { zooms, axes } = store.get().map;
    if (zooms.length) setAxes(zooms.at(-1), { zooms: zooms.slice(0, -1) });
    else if (sweep && axes.length > 1) setAxes(sweep.axes.map((axis) => widenAxis(axis, kindOf(axis.path))));
  }

  /** The preset that the axes are, unchanged. */
  function findPreset() {
    const { map: { axes }, run: { spec } } = store.get();
    return PRESET_NAMES.find((name) => JSON.stringify(readPreset(name, spec).axes) === JSON.stringify(axes)) ?? null;
  }

  /** How many cells there are at most: equal values are kept once. */
  function countCells() {
    return store.get().map.axes.reduce((product, { count, values }) => product * (count ?? values.length), 1);
  }

  return { open, takePreset, takeSeeds, openMenu, zoom, zoomAt, zoomOut, findPreset, countCells };
}
