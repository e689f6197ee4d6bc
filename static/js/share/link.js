/** Builds the link of the present state, with its payload. */

import { describeError } from "lib/errors";
import { writeMapWord } from "map/link";
import { writeSearchWord } from "search/link";
import { writeState } from "spec/url-state";
import { word } from "lib/words";

/** Characters of a link that chat programs, mail and QR codes bear. */
const LONGEST = 2000;
/** The name of the word, its sign, and the ampersand before it. */
const NAMED = "&state=".length;

/**
 * @param {{store: Store, schema: Object, token: () => string|null}} context
 * @param {{points: boolean, weights: string, short: boolean}} wanted what is carried, and whether
 *   the server keeps it however short it is
 * @param {number} taken characters of the link before and behind its state
 * @returns {Promise<{query: string, state: string|null, stored: boolean, step: number,
 *   problem?: string}>} `problem` is why nothing is carried
 */
export async function requestLink({ store, schema, token }, wanted, taken) {
  const { run: { spec } } = store.get();
  const defaults = schema.defaults();
  const beside = [writeMapWord, writeSearchWord].map((write) => write(store.get()));
  const withViews = (query) => [query, ...beside].filter(Boolean).join("&");
  const plain = { query: withViews(writeState(spec, defaults)), state: null, stored: false, step: 0 };
  const points = wanted.points && spec.data.name === "points";
  if (!points && wanted.weights === "none") return plain;
  const left = LONGEST - taken - plain.query.length - NAMED;
  const room = wanted.short ? 0 : Math.max(0, left);
  let answer;
  try {
    answer = await fetch(`api/sessions/${token()}/state`, {
      method: "POST", body: JSON.stringify({ points, weights: wanted.weights, room }),
    });
  } catch {
    return { ...plain, problem: word("share.unreachable") };
  }
  const said = await answer.json();
  if (!answer.ok) return { ...plain, problem: describeError(said) };
  const { state, stored, step } = said;
  // The words are those of the very step that the weights are of.
  return { query: withViews(writeState(said.spec, defaults, state)), state, stored, step };
}
