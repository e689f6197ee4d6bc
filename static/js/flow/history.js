/** Gradients and updates of each layer over the run: a bounded list of what frames told. Pure. */

/** Moments that are kept at most; when there are more, every second one goes. */
const MOST = 400;

/**
 * @param {number} [most]
 * @returns {{add: (step: number, rows: {gradient: number, ratio: number}[]) => void,
 *   clear: () => void, steps: () => number[], lines: (key: "gradient"|"ratio") => number[][]}}
 *   `lines` has the values of each layer, the output last
 */
export function createFlowHistory(most = MOST) {
  let moments = [];

  /** Takes a moment; what is later than it has been taken back, and another network begins anew. */
  function add(step, rows) {
    if (moments.length && moments[0].rows.length !== rows.length) moments = [];
    while (moments.length && moments.at(-1).step >= step) moments.pop();
    moments.push({ step, rows });
    if (moments.length > most) moments = moments.filter((_, i) => i % 2 === 0 || i === moments.length - 1);
  }

  function clear() {
    moments = [];
  }

  function lines(key) {
    return (moments[0]?.rows ?? []).map((_, layer) => moments.map(({ rows }) => rows[layer][key]));
  }

  return { add, clear, steps: () => moments.map(({ step }) => step), lines };
}
