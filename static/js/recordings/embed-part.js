/** Options of an embed's recording: whether it has one, and a test without the server. */

import { createToggle } from "controls/toggle";
import { h, setText } from "lib/dom";
import { formatCount } from "lib/format";
import { word } from "lib/words";

/** A rehearsal that has said nothing by then has failed (milliseconds). */
const PATIENCE = 15_000;

/**
 * @param {{store: Store, recording: Object}} context
 * @param {{frame: HTMLIFrameElement, open: (address: string) => void}} preview
 * @param {() => void} onChange
 * @returns {{element: HTMLElement, update: () => Promise, destroy: () => void, check: (address: string) => void,
 *   id: () => string|null}} `update` finds out what there is, `id` is that of the recording that
 *   is taken along
 */
export function createEmbedRecording({ store, recording }, preview, onChange) {
  let id = null;
  let timer = 0;
  let address = "";
  let origin = "";
  const toggle = createToggle({
    label: word("label.recording.embed"), help: word("help.recording.embed"), path: "embed-recording",
  }, { onInput: choose });
  const note = h("p.quiet.recording-note", { role: "status" });
  const check = h("button.button.small", {
    type: "button", hidden: true, data: { action: "rehearse", help: word("help.rehearse") }, on: { click: rehearse },
  }, word("action.rehearse"));
  const element = h("fieldset.radios.embed-recording", {},
    h("legend.field-label", {}, word("share.recording")),
    h("div.recording-row", {}, toggle.element, check), note);

  /** Only what the server keeps can be named in an address. */
  async function choose(wanted) {
    id = null;
    say("");
    if (wanted) {
      try {
        id = await recording.keep();
      } catch ({ message }) {
        toggle.update(false);
        say(word(message === "413" ? "recording.tooLarge" : "recording.notKept"));
      }
    }
    check.hidden = !id;
    onChange();
  }

  async function update() {
    const result = store.get().recording.active ? null : await recording.result();
    toggle.input.disabled = !result;
    if (!result) {
      toggle.update(false);
      id = null;
      check.hidden = true;
    }
    if (!id) say(result ? word("recording.count", { count: formatCount(result.frames.length) }) : word("recording.none"));
  }

  function say(text) {
    clearTimeout(timer);
    setText(note, text);
  }

  /** Opens the embed as it is where nothing of the server can be reached. */
  function rehearse() {
    say(word("recording.rehearsing"));
    const url = new URL(address, location.href);
    url.searchParams.set("rehearse", "1");
    ({ origin } = url);
    preview.open(url.href);
    timer = setTimeout(() => say(word("recording.rehearsed.not")), PATIENCE);
  }

  function hear({ data, source, origin: from }) {
    if (source !== preview.frame.contentWindow || from !== origin || data?.type !== "rehearsed") return;
    say(word("recording.rehearsed", { count: formatCount(data.frames) }));
  }

  window.addEventListener("message", hear);

  function destroy() {
    clearTimeout(timer);
    window.removeEventListener("message", hear);
  }

  return {
    element, update, destroy, id: () => id,
    check: (next) => {
      address = next;
    },
  };
}
