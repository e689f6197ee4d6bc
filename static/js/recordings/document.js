/** Builds the self-contained document of a recording. */

import { toText } from "recordings/gzip";

const SHELL = "api/recordings/shell";

/**
 * Makes the document out of the server's shell.
 *
 * @param {{packed: Uint8Array, language: string, plotly: boolean, live: ?string}} parts `live` is
 *   the address of an embed that is shown in its place where it can be reached
 * @returns {Promise<string>} rejects when the server cannot be asked
 */
export async function makeDocument({ packed, language, plotly, live }) {
  const query = new URLSearchParams({ lang: language, plotly: String(Number(plotly)) });
  const answer = await fetch(`${SHELL}?${query}`);
  if (!answer.ok) throw new Error(String(answer.status));
  const wishes = JSON.stringify({ language, live }).replaceAll("<", "\\u003c");
  const blanks = {
    "@origin@": live ? new URL(live).origin : "",
    "@wishes@": wishes,
    "@recording@": await toText(packed),
  };
  return fill(await answer.text(), blanks);
}

/** Fills each blank where it stands, and not in what another was filled with. */
function fill(text, blanks) {
  return text.split(/(@\w+@)/).map((part) => blanks[part] ?? part).join("");
}
