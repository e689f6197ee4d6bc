/**
 * Message channel to the host page, with a check of its origin.
 *
 * Only the parent window is listened to, and with `origin=` in the address only while its origin is
 * one of those. Answers go to the origin that spoke. Events go to the origins of the address, or to
 * any parent where there are none: they hold figures of a run that the parent has chosen itself by
 * the address, never a token, a spec, points, drawings, or keys typed into a control.
 */

const ANY = "*";
const HIDDEN = "null";
const MOST_EARLY = 100;

/**
 * @param {string[]|null} origins that may speak; null for any
 * @returns {{listen: Function, send: Function}} `send` posts an event to whoever may hear it,
 *   `listen` gives each message of the parent and a way to answer it
 */
export function createParent(origins) {
  const { parent } = window;
  const isThere = parent !== window;
  let take = null;
  let early = [];

  function mayHear(origin) {
    return origins === null || origins.includes(origin);
  }

  function post(message, origin) {
    // A page without an origin of its own, such as a file, can only be reached so.
    parent.postMessage(message, origin === HIDDEN ? ANY : origin);
  }

  function send(message) {
    if (!isThere) return;
    // Where the browser says who the parent is, nobody else is tried.
    const [known] = window.location.ancestorOrigins ?? [];
    if (origins === null) post(message, ANY);
    else if (known === undefined) origins.forEach((origin) => post(message, origin));
    else if (mayHear(known)) post(message, known);
  }

  function hear({ data, source, origin }) {
    if (!isThere || source !== parent || !mayHear(origin)) return;
    const said = [data, (message) => post(message, origin)];
    if (take) take(...said);
    else if (early.length < MOST_EARLY) early.push(said);
  }

  /** Takes every message, also those that came before anybody listened. */
  function listen(call) {
    take = call;
    for (const said of early) take(...said);
    early = [];
  }

  window.addEventListener("message", hear);

  return { send, listen };
}
