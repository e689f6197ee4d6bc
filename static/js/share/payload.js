/** Options of the link payload: points and weights. */

import { createRadios } from "controls/radios";
import { createToggle } from "controls/toggle";
import { h } from "lib/dom";
import { word } from "lib/words";

const WEIGHTS = ["none", "now", "initial"];

/**
 * @param {string} name of the part, since there may be several
 * @param {Store} store
 * @param {() => void} onChange
 * @returns {{element: HTMLElement, wanted: () => Object, update: (stored?: boolean) => void}}
 *   `update` is told whether the server keeps it in any case
 */
export function createPayloadOptions(name, store, onChange) {
  const wanted = { points: true, weights: "none", short: false };
  let kept = false;
  const take = (change) => {
    Object.assign(wanted, change);
    update();
    onChange();
  };
  const points = createToggle(
    { label: word("share.points"), path: `${name}-points` },
    { onInput: (chosen) => take({ points: chosen }) });
  const weights = createRadios({ name: `${name}-weights`, label: word("share.weights") }, {
    value: wanted.weights,
    options: WEIGHTS.map((choice) => [choice, word(`share.weights.${choice}`)]),
    onInput: (chosen) => take({ weights: chosen }),
  });
  const short = createToggle(
    { label: word("share.short"), path: `${name}-short` },
    { onInput: (chosen) => take({ short: chosen }) });
  // Training has gone on since.
  const again = h("button.button.small", {
    type: "button", data: { action: "again" }, on: { click: onChange },
  }, word("share.again"));
  const element = h("div.share-carried", {}, weights, again, points.element, short.element);

  /** Weights that were trained on custom points are nothing without them. */
  function update(stored = kept) {
    kept = stored;
    const own = store.get().run.spec.data.name === "points";
    const bound = wanted.weights !== "none";
    again.hidden = wanted.weights !== "now";
    points.element.hidden = !own;
    points.update(wanted.points || bound);
    points.input.disabled = bound;
    const nothing = !bound && !(own && wanted.points);
    short.element.hidden = nothing || (stored && !wanted.short);
    short.update(wanted.short);
  }

  update();
  return { element, update, wanted: () => ({ ...wanted, points: wanted.points || wanted.weights !== "none" }) };
}
