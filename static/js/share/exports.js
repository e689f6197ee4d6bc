/** Requests exports of the run: source, weights, history. */

import { describeError } from "lib/errors";
import { word } from "lib/words";

/** What may be too much to stand in a source. */
const LARGE = ["weights", "data"];
const NAMED = /filename="([^"]+)"/;

/**
 * Asks for an export of the present state.
 *
 * @param {string} token of the session
 * @param {string} name of the export
 * @param {Object} [options] its query
 * @returns {Promise<{name?: string, content?: Blob, problem?: string}>}
 */
export async function requestExport(token, name, options = {}) {
  let answer;
  try {
    answer = await fetch(`api/sessions/${token}/exports/${name}?${new URLSearchParams(options)}`);
  } catch {
    return { problem: word("share.unreachable") };
  }
  if (!answer.ok) {
    const { code, path, message } = await answer.json();
    if (LARGE.includes(path)) return { problem: word("share.tooLarge") };
    // Whatever else a source cannot hold, the server alone can say.
    return { problem: code === "invalid_message" ? message : describeError({ code, message }) };
  }
  const [, named] = NAMED.exec(answer.headers.get("Content-Disposition"));
  return { name: named, content: await answer.blob() };
}
