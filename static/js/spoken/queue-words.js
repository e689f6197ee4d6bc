/** Describes our place in the line of a full server, for the notice and for screen readers. */

import { formatCount, formatOrdinal } from "lib/format";
import { word } from "lib/words";

/** @param {Queue} queue as the server tells it */
export function describeQueue({ place, places, lack }) {
  const values = { place: formatOrdinal(place), places: formatCount(places) };
  return word(lack === "memory" ? "connection.queued.memory" : "connection.queued", values);
}
