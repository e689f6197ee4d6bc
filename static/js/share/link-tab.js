/** Link tab of the share dialog. */

import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { createPayloadOptions } from "share/payload";
import { createCopyButton } from "share/copy";
import { requestLink } from "share/link";
import { createQrCode } from "share/qr-code";
import { createReachability } from "share/reachability";
import { word } from "lib/words";

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{show: () => void}}
 */
export function create(element, context) {
  const payload = createPayloadOptions("link", context.store, show);
  const reach = createReachability("link", true, show);
  const field = h("textarea.text-input.share-text", {
    readonly: true, rows: 3, spellcheck: "false", "aria-label": word("share.link"),
    data: { share: "link" },
  });
  const length = h("span.share-length");
  const note = h("p.quiet.share-note", { role: "status" });
  const code = createQrCode();
  element.append(h("div.share-columns", {},
    h("div.share-main", {},
      reach.element, payload.element, field,
      h("div.share-row", {}, createCopyButton(field), length), note),
    code.element));
  let asked = 0;

  /** Makes the link of the present state. */
  async function show() {
    asked += 1;
    const mine = asked;
    await reach.ask();
    const base = reach.resolve("./");
    const link = await requestLink(context, payload.wanted(), base.length + 1);
    if (mine !== asked) return;
    payload.update(link.stored);
    field.value = link.query ? `${base}?${link.query}` : base;
    setText(length, word("share.length", { count: formatCount(field.value.length) }));
    setText(note, link.problem ?? describe(link, payload.wanted()));
    note.classList.toggle("problem", Boolean(link.problem));
    if (reach.isLocal()) code.hide();
    else code.show(field.value);
  }

  return { show };
}

/** What whoever opens it will find, and what not. */
function describe({ state, stored, step }, { weights }) {
  const said = [];
  if (weights === "now") said.push(word("share.note.now", { step: formatCount(step) }));
  if (weights === "initial") said.push(word(state ? "share.note.initial" : "share.note.seed"));
  if (stored) said.push(word("share.note.stored"));
  return said.join(" ") || word("share.note.plain");
}
