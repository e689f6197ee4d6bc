/** Early stopping: the button below the loss curve, and the settings that it opens. */

import { createField } from "controls/field";
import { h, icon, rem, setText } from "lib/dom";
import { formatCount, formatLoss, formatPercent } from "lib/format";
import { createThrottle } from "lib/throttle";
import { openPopover } from "ui/popover";
import { word } from "lib/words";

const PERIOD = 250;
const SIGN = ["M5.6 2h4.8L14 5.6v4.8L10.4 14H5.6L2 10.4V5.6z", "M5.5 8h5"];
/** The fraction of the train points that one click sets aside. */
const ASIDE = 0.2;
/** Of a popover, in rem, and pixels from it to the curve. */
const WIDTH = 15;
const GAP = 40;
const PATHS = ["enabled", "patience", "min_delta", "restore_best_weights"];

/** Beside the curve, which is to be seen meanwhile, or over it where there is no room. */
function placeBeside(tools) {
  const { left, top } = tools.closest(".panel").getBoundingClientRect();
  const x = left - WIDTH * rem() - GAP;
  return { x: x > 0 ? x : left, y: top };
}

/**
 * @param {HTMLElement} element where the button is
 * @param {Context} context
 * @returns {{update, resize, destroy}}
 */
export function create(element, context) {
  const { store, edits } = context;
  const text = h("span.curve-button-text", {}, word("action.earlyStopping"));
  const button = h("button.curve-button", {
    type: "button", "aria-haspopup": "dialog", data: { action: "earlyStopping", help: word("help.earlyStopping") }, on: { click: () => store.set({ view: { dialog: "earlyStopping" } }) },
  }, icon(...SIGN), text);
  element.append(button);
  const status = h("p.hint", { role: "status" });
  const missing = h("div", {},
    h("p.hint", {}, word("stopping.missing")),
    h("button.button.small", {
      type: "button", data: { action: "setAside" },
      on: { click: () => edits.edit({ data: { validation_fraction: ASIDE }, early_stopping: { enabled: true } }) },
    }, word("action.setAside", { share: formatPercent(ASIDE, 0) })));
  let popover = null;
  /** @type {any} */
  let meta = {};

  function open() {
    const fields = PATHS.map((name) => createField(`early_stopping.${name}`, context));
    const [enabled, ...rest] = fields.map((field) => field.element);
    popover = openPopover(placeBeside(element), word("stopping.title"), [
      h("p.hint", {}, word("stopping.about")), enabled, missing, status, ...rest,
    ], () => {
      popover = null;
      store.set({ view: { dialog: null } });
      fields.forEach((field) => field.destroy());
    });
    paint();
    popover.element.querySelector("button").focus();
  }

  function paint() {
    const { run: { draft, stopped } } = store.get();
    if (!draft) return;
    const { early_stopping: rule, data } = draft;
    const waits = rule.enabled && "waited" in meta;
    setText(text, waits
      ? word("stopping.waited", { waited: meta.waited, patience: rule.patience }) : word("action.earlyStopping"));
    button.setAttribute("aria-pressed", rule.enabled);
    if (!popover) return;
    missing.hidden = data.validation_fraction > 0;
    setText(status, describe(rule, stopped));
    status.hidden = !status.textContent;
  }

  function describe(rule, stopped) {
    if (stopped && meta.step === stopped.step) return describeStop(stopped);
    if (!rule.enabled || !("waited" in meta)) return "";
    return word("stopping.status", {
      epoch: formatCount(meta.best_epoch), loss: formatLoss(meta.best_loss),
      waited: formatCount(meta.waited), patience: formatCount(rule.patience),
    });
  }

  function describeStop({ epoch, best_epoch: best, restored }) {
    const values = { epoch: formatCount(epoch), best: formatCount(best) };
    return word(restored ? "stopping.restored" : "stopping.kept", values);
  }

  const throttle = createThrottle(PERIOD, (next) => {
    meta = next;
    paint();
  });
  const unwatch = [
    store.watch(["run.draft", "run.stopped"], paint),
    store.watch(["view.dialog"], ({ view: { dialog } }) => {
      if (dialog === "earlyStopping" && !popover) open();
    }),
  ];

  function destroy() {
    throttle.cancel();
    unwatch.forEach((stop) => stop());
    popover?.close();
    button.remove();
  }

  return { update: ({ meta: next }) => throttle.offer(next), resize() {}, destroy };
}
