/** Reachability of a link: from this machine only, or from other devices. */

import { createRadios } from "controls/radios";
import { h, setText } from "lib/dom";
import { word } from "lib/words";

/** Names by which a browser finds nothing but its own machine. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

/** Whether an origin leads other devices nowhere. */
function isLoopback(origin) {
  return LOOPBACK.test(new URL(origin).hostname);
}

/**
 * Where the page was opened at a loopback address, offers the addresses of the machine on its
 * networks, or says how the server comes to have them.
 *
 * @param {string} name of the part, since there may be several
 * @param {boolean} forOthers whether an address for other devices is chosen at first
 * @param {() => void} onChange
 * @returns {{element: HTMLElement, resolve: (path: string) => string, isLocal: () => boolean,
 *   ask: () => Promise}} `resolve` makes the address of a page of the server, `isLocal` says whether
 *   it leads other devices nowhere; `ask` finds out what there is
 */
export function createReachability(name, forOthers, onChange) {
  const { origin: own, host } = location;
  const choice = h("div");
  const note = h("p.quiet.share-note.short", { role: "status" });
  const element = h("div.share-reach", { hidden: !isLoopback(own) }, choice, note);
  let origin = own;
  let offered = "";

  async function ask() {
    if (element.hidden) return;
    let answer = { addresses: [], listens: null };
    try {
      const response = await fetch("api/addresses");
      if (response.ok) answer = await response.json();
    } catch {
      // The server cannot be reached: the note still says what a loopback address is.
    }
    offer(answer);
  }

  function offer({ addresses, listens }) {
    const key = JSON.stringify([addresses, listens]);
    if (key === offered) return;
    offered = key;
    origin = forOthers ? addresses[0] ?? own : own;
    choice.replaceChildren(...(addresses.length ? [createRadios(
      { name: `${name}-reach`, label: word("share.reach") },
      {
        value: origin,
        options: [
          ...addresses.map((one) => [one, word("share.reach.network", { host: new URL(one).host })]),
          [own, word("share.reach.own", { host })],
        ],
        onInput: (chosen) => {
          origin = chosen;
          notify(listens);
          onChange();
        },
      },
    )] : []));
    notify(listens);
  }

  function notify(listens) {
    if (!isLocal()) setText(note, word("share.reach.note"));
    else if (listens) setText(note, word("share.reach.local", { host }));
    else setText(note, [word("share.reach.local", { host }), word("share.reach.start")].join(" "));
  }

  /** The machine's other addresses are the server's own; only the page's may have a sub-path. */
  function resolve(path) {
    return new URL(path, origin === own ? location.href : origin).href;
  }

  const isLocal = () => isLoopback(origin);
  return { element, resolve, isLocal, ask };
}
