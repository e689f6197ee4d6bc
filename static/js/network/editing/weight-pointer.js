/** Pointer handling of links and biases: tooltip on hover, editor on click. */

import { formatWeight } from "lib/format";
import { nameUnit } from "network/units";
import { editWeight } from "network/editing/weight-editor";
import { indexWeights, placeOf, widthsOf } from "spec/weights";
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
    return weights()[placeOf(indexWeights(widths()).layers[layer], from, to)];
  }

  const nameOf = (layer, unit) => nameUnit(parts.frame().spec, layer, unit, widths().at(-1));

  /** Says a weight beside the pointer; null hides it. */
  function showWeight(weight, event) {
    if (!weight || !parts.frame()) {
      tooltip.hide();
      return;
    }
    const to = nameOf(weight.layer, weight.to);
    const text = weight.from === "bias"
      ? word("readout.bias", { to })
      : word("readout.weight", { from: nameOf(weight.layer - 1, weight.from), to });
    tooltip.showAt(`${text}\n${formatWeight(weightAt(weight))}`, event.clientX, event.clientY);
  }

  function choose(link) {
    links.highlight(link && [link], weights(), parts.palette());
  }

  /** Opens the editor of a weight beside what was clicked. */
  function edit({ layer, from, to }, event) {
    if (parts.take?.({ layer, from, to }) || !setWeight) return;
    tooltip.hide();
    const inputs = Array.from({ length: widths()[layer] }, (_, i) =>
      ({ from: i, text: nameOf(layer - 1, i) }));
    editWeight(placeOfEvent(event), {
      title: nameOf(layer, to),
      sources: [...inputs, { from: "bias", text: word("label.bias") }],
      from,
      read: (source) => weightAt({ layer, from: source, to }),
      power: parts.power && {
        isOff: (source) => parts.power.isOff({ layer, from: source, to }),
        toggle: (source) => parts.power.toggle({ layer, from: source, to }),
      },
      follow: parts.follow && ((source) => parts.follow({ layer, from: source, to })),
      write: (source, value) => setWeight(layer, source, to, value),
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
