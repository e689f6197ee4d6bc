/** Recording tab of the share dialog. */

import { createToggle } from "controls/toggle";
import { h, setText } from "lib/dom";
import { writeOptions } from "embed/options";
import { saveFile } from "lib/files";
import { formatCount } from "lib/format";
import { epochOf } from "lib/frames";
import { makeDocument } from "recordings/document";
import { writeState } from "spec/url-state";
import { spokenLanguage, word } from "lib/words";

const EVERY = [1, 2, 5, 10, 20, 50];
const MOST = [50, 100, 200, 400];
const USUAL = { every: 1, most: 200 };
const MEBIBYTE = 1 << 20;
/** What a document takes beside its frames, and Plotly in it; base64 takes four letters for three bytes. */
const SHELL_SIZE = 0.24;
const PLOTLY_SIZE = 1.9;
const LETTERS = 4 / 3;
/** What the server says of a recording that it does not keep, without which there is no live embed. */
const TOO_LARGE = "413";

/** What was chosen last, for as long as the page lasts. */
const chosen = { ...USUAL, anew: true, plotly: false, live: false };

/**
 * @param {HTMLElement} element
 * @param {{store: Store, schema: Object, recording: Object, actions: Object}} context
 * @returns {{show, destroy}}
 */
export function create(element, { store, schema, recording, actions }) {
  const status = h("p.recording-status", { role: "status" });
  const start = h("button.button.primary", { type: "button", data: { action: "record" }, on: { click: begin } });
  const stop = h("button.button.primary", {
    type: "button", data: { action: "stopRecording" }, on: { click: recording.stop },
  }, word("action.stopRecording"));
  const wishes = h("div.recording-wishes", {},
    makeSelect("every", EVERY, (count) => word(count === 1 ? "recording.every.one" : "recording.every.many", { count })),
    makeSelect("most", MOST, (count) => word("recording.most", { count })),
    makeSwitch("anew"));
  const save = h("button.button", { type: "button", data: { action: "saveRecording" }, on: { click: saveDocument } },
    word("action.saveRecording"));
  const size = h("span.quiet");
  const failed = h("p.recording-failed", { role: "alert", hidden: true });
  const made = h("div.recording-made", {},
    h("div.recording-row", {}, save, size), makeSwitch("plotly"), makeSwitch("live"), failed);
  element.append(h("p.recording-lead", {}, word("recording.lead")),
    status, made, wishes, h("div.recording-row", {}, start, stop));

  function makeSelect(key, values, labelOf) {
    const select = h("select.select", {
      "aria-label": word(`label.recording.${key}`), data: { path: `recording.${key}` },
      on: { change: () => Object.assign(chosen, { [key]: Number(select.value) }) },
    }, ...values.map((value) => h("option", { value, selected: value === chosen[key] }, labelOf(value))));
    return h("div.field", { data: { help: word(`help.recording.${key}`) } },
      h("div.field-head", {}, h("span.field-label", {}, word(`label.recording.${key}`))),
      h("span.select-wrap", {}, select));
  }

  function makeSwitch(key) {
    const toggle = createToggle({
      label: word(`label.recording.${key}`), help: word(`help.recording.${key}`), path: `recording.${key}`,
    }, {
      onInput: (yes) => {
        chosen[key] = yes;
        show();
      },
    });
    toggle.update(chosen[key]);
    return toggle.element;
  }

  /** The recording goes on behind the closed dialog. */
  function begin() {
    if (chosen.anew) {
      actions.pause();
      recording.start(chosen, actions.run);
      actions.reset();
    } else {
      recording.start(chosen);
      actions.run();
    }
    element.closest("dialog").close();
  }

  async function show() {
    const { recording: { active: on, frames: recorded } } = store.get();
    const result = on ? null : await recording.result();
    made.hidden = !result;
    stop.hidden = !on;
    start.hidden = wishes.hidden = on;
    start.classList.toggle("primary", !result);
    save.classList.toggle("primary", Boolean(result));
    setText(start, word(result ? "action.recordAnew" : "action.record"));
    if (on) setText(status, word("recording.on", { count: formatCount(recorded) }));
    else setText(status, result ? describeResult(result) : "");
    status.hidden = !status.textContent;
    if (result) showSize(result);
  }

  function showSize({ packed }) {
    const whole = SHELL_SIZE + (chosen.plotly ? PLOTLY_SIZE : 0) + (LETTERS * packed.length) / MEBIBYTE;
    setText(size, word("recording.size", { size: whole.toFixed(1) }));
  }

  function describeResult({ frames }) {
    return word("recording.made", {
      count: formatCount(frames.length),
      from: formatCount(epochOf(frames[0].meta)), to: formatCount(epochOf(frames.at(-1).meta)),
    });
  }

  async function saveDocument() {
    const { packed, frames } = await recording.result();
    try {
      const live = chosen.live ? await makeLiveAddress() : null;
      const text = await makeDocument({ packed, language: spokenLanguage(), plotly: chosen.plotly, live });
      saveFile(`livenet-${frames.at(-1).spec.data.name}-recording.html`, text, "text/html");
      failed.hidden = true;
    } catch ({ message }) {
      setText(failed, word(message === TOO_LARGE ? "recording.tooLarge" : "recording.notSaved"));
      failed.hidden = false;
    }
  }

  /** The address of the same state as an embed, which falls back on the same recording. */
  async function makeLiveAddress() {
    const options = writeOptions({ recording: await recording.keep() });
    const query = [writeState(store.get().run.spec, schema.defaults()), options].filter(Boolean).join("&");
    return new URL(`embed?${query}`, location.href).href;
  }

  const destroy = store.watch(["recording.active", "recording.frames"], show);
  return { show, destroy };
}
