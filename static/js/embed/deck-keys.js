/** Keys that are the deck's, told to it: its plugin does what it does at them; others know reveal.js's own words. */

import { VERSION } from "embed/messages";

/** What reveal.js does of itself, told in its own words to a deck without LiveNet's plugin. */
const REVEAL = { ArrowLeft: "left", ArrowRight: "right", PageUp: "prev", PageDown: "next", " ": "next", Escape: "toggleOverview" };

/**
 * @param {{send: Function}} parent
 * @returns {{send: (key: string) => void, hear: () => void}} `hear` once the plugin has spoken
 */
export function createDeckKeys(parent) {
  let heard = false;

  function send(key) {
    parent.send({ livenet: VERSION, type: "key", key });
    if (!heard && REVEAL[key]) parent.send(JSON.stringify({ method: REVEAL[key] }));
  }

  return { send, hear: () => { heard = true; } };
}
