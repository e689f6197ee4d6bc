/** Gives the session of a server that has stopped to the one that is there now. */

/** What that one says of a session that it never will take. */
const REFUSED = [400, 403, 404, 413];

/**
 * @param {string} path of the sessions
 * @returns {(token: string, state: string) => Promise<boolean>} whether the server has the session
 *   now; throws where it may have it later
 */
export function createHandover(path) {
  return async function takeOver(token, state) {
    const answer = await fetch(`${path}/${token}/handover`, { method: "POST", body: state });
    if (!answer.ok && !REFUSED.includes(answer.status)) throw new Error(`handover: ${answer.status}`);
    return answer.ok;
  };
}
