/** The link to this very state. */

import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { createCarried } from "share/payload";
import { createCopyButton } from "share/copy";
import { askLink } from "share/link";
import { createQrCode } from "share/qr-code";
import { createReach } from "share/reachability";
import { word } from "lib/words";

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{show: () => void}}
 */
export function create(element, context) {
  const carried = createCarried("link", context.store, show);
  const reach = createReach("link", true, show);
  const field = h("textarea.text-input.share-text", {
    readonly: true, rows: 3, spellcheck: "false", "aria-label": word("share.link"),
    data: { share: "link" },
  });
  const length = h("span.share-length");
  const note = h("p.quiet.share-note", { role: "status" });
  const code = createQrCode();
  element.append(h("div.share-columns", {},
    h("div.share-main", {},
      reach.element, carried.element, field,
      h("div.share-row", {}, createCopyButton(field), length), note),
    code.element));
  let asked = 0;

  /** Makes the link of this moment. */
  async function show() {
    asked += 1;
    const mine = asked;
    await reach.ask();
    const base = new URL("/", reach.origin()).href;
    const link = await askLink(context, carried.wanted(), base.length + 1);
    if (mine !== asked) return;
    carried.update(link.stored);
    field.value = link.query ? `${base}?${link.query}` : base;
    setText(length, word("share.length", { count: formatCount(field.value.length) }));
    setText(note, link.problem ?? tell(link, carried.wanted()));
    note.classList.toggle("problem", Boolean(link.problem));
    if (reach.isLocal()) code.hide();
    else code.show(field.value);
  }

  return { show };
}

/** What whoever opens it will find, and what not. */
function tell({ state, stored, step }, { weights }) {
  const said = [];
  if (weights === "now") said.push(word("share.note.now", { step: formatCount(step) }));
  if (weights === "initial") said.push(word(state ? "share.note.initial" : "share.note.seed"));
  if (stored) said.push(word("share.note.stored"));
  return said.join(" ") || word("share.note.plain");
}
