/** Button that switches the pinned unit off and on again, to see the network without it. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { isUnitOff, switchUnit } from "spec/ablation";

/**
 * @param {{store: Store, actions}} context
 * @returns {{element: HTMLElement, destroy: () => void}}
 */
export function createPowerButton({ store, actions }) {
  const element = h("button.button.small", {
    type: "button", data: { action: "switchUnit", help: word("help.switchUnit") },
    on: { click: () => actions.ablate(switchUnit(store.get().ablation, store.get().view.pinned)) },
  });
  const destroy = store.watch(["view.pinned", "ablation.units"], ({ view: { pinned }, ablation }) => {
    element.hidden = store.get().recording.replaySpeed !== null;
    if (pinned) setText(element, word(isUnitOff(ablation, pinned) ? "action.switchOn" : "action.switchOff"));
  });
  return { element, destroy };
}
