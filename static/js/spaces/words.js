/** Layer spaces in words: their names, and what a picture of one shows. */

import { formatPercent } from "lib/format";
import { word } from "lib/words";

/** The name of a space. */
export function nameSpace({ kind, layer }) {
  if (kind === "inputs") return word("network.inputs");
  return kind === "output" ? word("spaces.output") : word("layer.name", { layer: layer + 1 });
}

/**
 * What its axes are.
 *
 * @param {Space} space
 * @param {{plane: boolean, solid: boolean}} how `plane`: whether it is the plane itself; `solid`:
 *   whether three axes are shown
 */
export function describeAxes({ units, axes, shares }, { plane, solid }) {
  if (plane) return word("spaces.words.plane");
  if (units < 3) return word(units === 1 ? "spaces.words.one" : "spaces.words.two");
  const shown = solid ? axes : 2;
  const share = shares.slice(0, shown).reduce((sum, one) => sum + one, 0);
  return word(shown === 2 ? "spaces.words.components.two" : "spaces.words.components.three", { units, share: formatPercent(share, 0) });
}

/**
 * What the line of the output says; "" where there is none.
 *
 * @param {number} lines
 * @param {{task: string, exact: boolean}} how
 */
export function describeLines(lines, { task, exact }) {
  if (!lines) return "";
  if (!exact) return word("spaces.words.cut");
  return word(`spaces.words.line.${task}`);
}
