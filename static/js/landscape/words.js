/** What a loss landscape shows, in words: the text beside the picture, and in its place. */

import { findLowest } from "landscape/surface";
import { formatCount, formatLoss, formatPercent } from "lib/format";
import { word } from "lib/words";

/** A share of the path below which it can hardly be seen. */
const LITTLE = 0.2;
/** A share below which tenths of a percent matter. */
const ROUGHLY = 0.1;

/**
 * @param {Landscape} landscape
 * @param {string} wanted the kind of plane that is asked for
 * @returns {string[]} a line for each paragraph
 */
export function describeLandscape(landscape, wanted) {
  return [describePlane(landscape, wanted), describePlace(landscape), describePath(landscape)].filter(Boolean);
}

function describePlane({ kind, share, distance, travelled }, wanted) {
  if (!(travelled > 0)) return word(wanted === "path" && kind === "random" ? "landscape.words.still" : `landscape.words.${kind}`);
  const key = kind === "random" && share < LITTLE ? "landscape.words.random.little" : `landscape.words.${kind}.share`;
  const said = word(key, {
    share: formatPercent(share, share < ROUGHLY ? 1 : 0), distance: formatDistance(distance), travelled: formatDistance(travelled),
  });
  return `${word(`landscape.words.${kind}`)} ${said}`;
}

function describePlace(landscape) {
  const own = landscape.path.losses.at(-1);
  // The run may have gone on since the surface was computed.
  const lowest = Math.min(own, findLowest(landscape).loss);
  return word("landscape.words.place", { own: formatLoss(own), lowest: formatLoss(lowest) });
}

function describePath({ path: { steps } }) {
  return steps[0] > 0 ? word("landscape.words.begins", { step: formatCount(steps[0]) }) : "";
}

function formatDistance(value) {
  return String(Number(value.toPrecision(2)));
}
