/** Embed tab of the share dialog: snippets for slides and web pages. */

import { createRadios } from "controls/radios";
import { h, setText } from "lib/dom";
import { writeOptions } from "embed/options";
import { createEmbedRecording } from "recordings/embed-part";
import { createPayloadOptions } from "share/payload";
import { createCopyButton } from "share/copy";
import { createEmbedForm } from "share/embed-form";
import { requestLink } from "share/link";
import { createPreview } from "share/preview";
import { createQrCode } from "share/qr-code";
import { createReachability } from "share/reachability";
import { SNIPPETS } from "share/snippets";
import { word } from "lib/words";

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @returns {{show: () => void, destroy: () => void}}
 */
export function create(element, context) {
  const form = createEmbedForm(context, write);
  const payload = createPayloadOptions("embed", context.store, show);
  const reach = createReachability("embed", false, write);
  const preview = createPreview();
  const recorded = createEmbedRecording(context, preview, write);
  const field = h("textarea.text-input.share-text", {
    readonly: true, rows: 6, spellcheck: "false", "aria-label": word("share.snippet"),
    data: { share: "snippet" },
  });
  const note = h("p.quiet.share-note.short", { role: "status" });
  const code = createQrCode();
  let format = "html";
  let link = { query: "" };
  let asked = 0;
  const formats = createRadios({ name: "embed-kind", label: word("share.snippet") }, {
    value: format, options: Object.keys(SNIPPETS).map((name) => [name, word(`share.kind.${name}`)]),
    onInput: (name) => {
      format = name;
      write();
    },
  });
  element.append(h("div.share-columns.embed-columns", {},
    h("div.share-side", {}, form.element, payload.element, recorded.element, reach.element),
    h("div.share-main", {}, preview.element, formats,
      h("div.share-output", {}, field, code.element),
      h("div.share-row", {}, createCopyButton(field)), note)));

  /** Takes the present state. */
  async function show() {
    asked += 1;
    const mine = asked;
    recorded.update();
    await reach.ask();
    const taken = reach.resolve(makePath("")).length;
    const answer = await requestLink(context, payload.wanted(), taken);
    if (mine !== asked) return;
    link = answer;
    payload.update(link.stored);
    setText(note, link.problem ?? (link.stored ? word("share.note.stored") : ""));
    note.classList.toggle("problem", Boolean(link.problem));
    write();
  }

  /** Writes the snippet of what is chosen. */
  function write() {
    const address = reach.resolve(makePath(link.query));
    const here = new URL(makePath(link.query), location.href).href;
    recorded.check(here);
    field.value = SNIPPETS[format]({
      ...form.frame, address, transparent: form.options.background === "transparent",
    });
    preview.show(here, form.frame);
    code.hide();
    if (format === "link" && !reach.isLocal()) code.show(address);
  }

  function makePath(query) {
    const said = [query, writeOptions({ ...form.options, recording: recorded.id() })].filter(Boolean).join("&");
    return said ? `embed?${said}` : "embed";
  }

  return { show, destroy: recorded.destroy };
}
