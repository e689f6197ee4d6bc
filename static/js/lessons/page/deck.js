/** A step of a lesson on a slide: it rests while its slide is not shown, and the deck keeps its keys. */

import { createDeckKeys } from "embed/deck-keys";
import { forwardKeys } from "embed/keys";
import { VERSION } from "embed/messages";
import { createParent } from "embed/parent";
import { trackVisibility } from "embed/visibility";

/** What is drawn or typed with arrow keys keeps them. */
const OWN_KEYS = ".drawing-surface, .lesson-number";

/**
 * @param {Store} store
 * @returns {{ready: () => void}} once the first frame is painted: LiveNet's plugin answers
 */
export function joinDeck(store) {
  const parent = createParent(null);
  const keys = createDeckKeys(parent);
  const visibility = trackVisibility(store, document.body);
  parent.listen((message) => {
    if (message === "slide:start") visibility.start();
    else if (message === "slide:stop") visibility.stop();
    else if (message?.type === "hello") keys.hear();
  });
  forwardKeys(keys.send, OWN_KEYS);

  function ready() {
    const { page: { panels }, run: { running } } = store.get();
    parent.send({ livenet: VERSION, type: "ready", opened: performance.timeOrigin, panels, epoch: 0, step: 0, running });
  }

  return { ready };
}
