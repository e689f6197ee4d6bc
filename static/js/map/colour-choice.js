/** Choice of what colours the cells of a map. */

import { createChoice } from "controls/choice";
import { word } from "lib/words";
import { MEASURES } from "map/model/colours";
import { nameMeasure } from "map/words";

/**
 * How often cells succeed is known only where several seeds tell.
 *
 * @param {(name: string) => void} onInput
 * @returns {{element: HTMLElement, update: Function}}
 */
export function createColourChoice(onInput) {
  const choice = createChoice({ label: word("label.map.colour"), help: word("help.map.colour"), path: "mapColour" },
    { options: [], onInput });

  /** @param {{colour: string, task: Task, seeds: number, sharp: boolean}} how `sharp` is whether the sharpness can be known */
  function update({ colour, task, seeds, sharp }) {
    const names = ["boundary", ...MEASURES.filter((name) => (name !== "success" || seeds > 1) && (name !== "sharpness" || sharp))];
    choice.setOptions(names.map((name) => [name, nameMeasure(name, task)]));
    choice.update(colour);
  }

  return { element: choice.element, update };
}
