/** Replaces a replay by its live embed if the server answers. */

import { h } from "lib/dom";

const HEALTH = "healthz";
/** How long the server may take to answer (milliseconds): nobody waits longer for a slide. */
const PATIENCE = 2500;
/** `?live=no` behind the document's address plays the recording all the same. */
const NO = "no";

/**
 * Shows the live embed if its server answers.
 *
 * @param {?string} address
 * @param {string} title of its frame
 * @returns {Promise<boolean>} whether it is shown
 */
export async function goLive(address, title) {
  if (!address || new URLSearchParams(location.search).get("live") === NO) return false;
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol)) return false;
  try {
    // A file may not read the answer; that there is one is enough.
    await fetch(new URL(HEALTH, url), {
      mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return false;
  }
  document.body.replaceChildren(h("iframe.replay-live", { src: url.href, title, allow: "fullscreen" }));
  return true;
}
