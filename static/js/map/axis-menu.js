/** Popover in which an axis of a map is chosen: what it varies, from where to where, in how many values. */

import { createChoice } from "controls/choice";
import { createRadios } from "controls/radios";
import { h } from "lib/dom";
import { optionText } from "lib/terms";
import { word } from "lib/words";
import { ALONE, COUNTS, makeAxis } from "map/model/axes";
import { nameAxis } from "map/words";
import { openPopover } from "ui/popover";

const NONE = "none";
const LEAST_CHOICES = 2;
/** Zero has no logarithm: an axis begins at this share of its end. */
const LOG_START = 1e-3;

/**
 * @param {HTMLElement} anchor
 * @param {{axis: MapAxis|null, kinds: AxisKind[], canBeNone: boolean, alone?: boolean, counted?: boolean, title: string,
 *   help?: string, schema: any, make?: (kind: AxisKind) => MapAxis, onChange: (axis: MapAxis|null) => void}} what `kinds` are those that
 *   the network reads; `counted`: whether the number of values is chosen, `help` is the key of what is said of the setting, `make` gives the first axis of a kind
 */
export function openAxisMenu(anchor, { axis, kinds, canBeNone, alone = false, counted = true, title, help = "help.map.path", schema, make = makeAxis, onChange }) {
  /** @type {[string, string][]} */
  const named = kinds.map(({ path }) => [path, nameAxis(path, schema)]);
  const rest = h("div.map-axis-rest");
  let now = axis;
  const kind = () => kinds.find(({ path }) => path === now?.path);
  const paths = createChoice({ label: word("label.map.path"), help: word(help), path: "mapPath" }, {
    options: canBeNone ? [[NONE, word("map.axis.none")], ...named] : named,
    onInput: (path) => {
      const found = kinds.find((one) => one.path === path);
      change(found ? make(found) : null);
      build();
    },
  });
  paths.update(axis?.path ?? NONE);
  const { left, right, top, bottom, width, height } = anchor.getBoundingClientRect();
  openPopover(height > width ? { x: right + 6, y: top } : { x: left, y: bottom + 6 }, title, [paths.element, rest]);
  build();
  paths.input.focus();

  function change(next) {
    now = next;
    onChange(next);
  }

  function build() {
    const known = kind();
    rest.replaceChildren(...(!known ? [] : known.kind === "choice" ? [choices(known)] : numbers(known)));
  }

  function choices({ path, values }) {
    const inputs = values.map((value) => h("input", { type: "checkbox", value, checked: now.values.includes(value), on: { change: take } }));
    function take(event) {
      const chosen = inputs.filter(({ checked }) => checked).map(({ value }) => value);
      if (chosen.length < LEAST_CHOICES) event.target.checked = true;
      else change({ path, values: chosen });
    }
    return h("fieldset.radios", {}, h("legend.field-label", {}, word("label.map.values")),
      h("div.map-choices", {}, ...values.map((value, i) => h("label.map-choice", {}, inputs[i], optionText(path, value)))));
  }

  function numbers({ low, high, kind: type }) {
    const end = (key, label) => {
      const input = h("input.text-input", {
        type: "number", step: "any", min: low, max: high, value: Number(now[key].toPrecision(6)), data: { path: `mapAxis-${key}` },
        on: { change: () => {
          const value = type === "integer" ? Math.round(input.valueAsNumber) : input.valueAsNumber;
          const next = { ...now, [key]: value };
          const fits = input.validity.valid && next.low < next.high && (next.scale === "linear" || next.low > 0);
          if (fits) change(next);
          else input.value = String(Number(now[key].toPrecision(6)));
        } },
      });
      return h("label.field", {}, h("span.field-label", {}, word(label)), input);
    };
    const counts = [...new Set([...(alone ? ALONE : COUNTS), now.count])].sort((a, b) => a - b);
    const count = createChoice({ label: word("label.map.count"), help: word("help.map.count"), path: "mapCount" }, {
      options: counts.map((one) => [String(one), String(one)]), onInput: (text) => change({ ...now, count: Number(text) }),
    });
    count.update(String(now.count));
    const scales = createRadios({ name: "mapScale", label: word("label.map.scale"), help: word("help.map.scale") }, {
      value: now.scale, options: ["linear", "log"].map((name) => [name, word(`map.scale.${name}`)]),
      onInput: (name) => {
        const from = name === "log" && now.low <= 0 ? now.high * LOG_START : now.low;
        change({ ...now, scale: name === "log" ? "log" : "linear", low: from });
        build();
      },
    });
    return [
      h("div.map-ends", {}, end("low", "label.map.low"), end("high", "label.map.high")), ...(counted ? [count.element] : []),
      scales,
    ];
  }
}
