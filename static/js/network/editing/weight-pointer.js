/** Pointer handling of links and biases: tooltip on hover, editor on click. */

import { formatWeight } from "lib/format";
import { nameUnit } from "network/units";
import { editWeight } from "network/editing/weight-editor";
import { indexWeights, listPieces, namePiece, placeOf, sumsOfUnit, widthsOf } from "spec/weights";
import { word } from "lib/words";

const ASIDE = 8;

/**
 * @param {HTMLElement} field where the links are
 * @param {HTMLElement[]} grounds what lies under the pointer where no tile is
 * @param {Object} links
 * @param {{frame: () => Object, palette: () => Object, tooltip, setWeight: Function|null, follow?: ?Function, take?: Function, power?: ?any}} parts
 *   without `setWeight` weights are told only; `take` may take a weight that was clicked, to be
 *   looked at instead of edited; `power` switches a weight off to be compared, and says whether it is
 * @returns {{showWeight, edit}} for biases, which are elements of their own
 */
export function createWeightPointer(field, grounds, links, parts) {
  const { tooltip, setWeight } = parts;
  let onLink = false;

  const weights = () => parts.frame().arrays.weights.data;
  const widths = () => widthsOf(parts.frame().spec, parts.frame().arrays.boundary.shape[0]);

  function weightAt({ layer, from, to }) {
    return weights()[placeOf(indexWeights(widths(), listPieces(parts.frame().spec)).layers[layer], from, to)];
  }

  const nameOf = (layer, unit) => nameUnit(parts.frame().spec, layer, unit, widths().at(-1));
  const piecesInto = (layer) => listPieces(parts.frame().spec)[layer] ?? 1;
  /** The pieces of the unit that a weight leads to. */
  const sumsBeside = ({ layer, to }) => sumsOfUnit(to % widths()[layer + 1], widths()[layer + 1], piecesInto(layer));

  /** What a weighted sum is called. */
  function nameSum(layer, to) {
    const units = widths()[layer + 1];
    return namePiece(nameOf(layer, to % units), Math.floor(to / units), piecesInto(layer));
  }

  function describe({ layer, from, to }) {
    const name = nameSum(layer, to);
    const text = from === "bias" ? word("readout.bias", { to: name })
      : word("readout.weight", { from: nameOf(layer - 1, from), to: name });
    return `${text}\n${formatWeight(weightAt({ layer, from, to }))}`;
  }

  /** Says a weight beside the pointer; null hides it. */
  function showWeight(weight, event) {
    if (!weight || !parts.frame()) {
      tooltip.hide();
      return;
    }
    // Beside the biases of a unit's pieces there is room for one name.
    const all = weight.from === "bias" ? sumsBeside(weight).map((to) => ({ ...weight, to })) : [weight];
    tooltip.showAt(all.map(describe).join("\n"), event.clientX, event.clientY);
  }

  function choose(link) {
    links.highlight(link && [link], weights(), parts.palette());
  }

  /** Opens the editor of a weight beside what was clicked. */
  function edit({ layer, from, to }, event) {
    if (parts.take?.({ layer, from, to }) || !setWeight) return;
    tooltip.hide();
    const sums = sumsBeside({ layer, to });
    /** @type {(number|"bias")[]} */
    const sources = [...Array(widths()[layer]).keys(), "bias"];
    editWeight(placeOfEvent(event), {
      title: nameOf(layer, to % widths()[layer + 1]),
      sources: sums.flatMap((sum, piece) => sources.map((source) => ({
        weight: { layer, from: source, to: sum },
        text: namePiece(source === "bias" ? word("label.bias") : nameOf(layer - 1, source), piece, sums.length),
      }))),
      chosen: sums.indexOf(to) * sources.length + sources.indexOf(from),
      read: weightAt,
      power: parts.power,
      follow: parts.follow,
      write: (weight, value) => setWeight(weight.layer, weight.from, weight.to, value),
      onClose: () => choose(null),
    });
  }

  function linkAt(event) {
    if (!parts.frame() || !grounds.includes(event.target)) return null;
    const box = field.getBoundingClientRect();
    return links.hit(event.clientX - box.left, event.clientY - box.top);
  }

  field.addEventListener("pointermove", (event) => {
    const link = linkAt(event);
    if (!link && !onLink) return;
    onLink = Boolean(link);
    field.classList.toggle("on-link", onLink);
    showWeight(link, event);
    choose(link);
  });
  field.addEventListener("pointerleave", () => {
    if (!onLink) return;
    onLink = false;
    tooltip.hide();
    choose(null);
  });
  field.addEventListener("click", (event) => {
    const link = linkAt(event);
    if (link) edit(link, event);
  });

  return { showWeight, edit };
}

/** Beside the pointer, or beside the element when a key was pressed. */
function placeOfEvent(event) {
  if (event.clientX) return { x: event.clientX + ASIDE, y: event.clientY + ASIDE };
  const box = event.target.getBoundingClientRect();
  return { x: box.right + ASIDE, y: box.top };
}
