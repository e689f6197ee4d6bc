/** Describes a point of the time line in words: its epoch and what was changed. */

import { describeValue } from "spoken/changes";
import { formatCount } from "lib/format";
import { word } from "lib/words";

/** What happened at a point, where it says more than that it was changed. */
const KINDS = ["start", "reset", "undo", "redo", "set_weight", "model", "adopt", "branch", "diverged", "early_stopping"];

/** "Epoch 120", and below it what was changed, if something was. */
export function describeTimelinePoint(point, context) {
  return [word("timeline.epoch", { epoch: formatCount(point.epoch) }), ...describeEvent(point, context)].join("\n");
}

function describeEvent({ kind, changes = [] }, context) {
  if (KINDS.includes(kind)) return [word(`timeline.${kind}`)];
  return changes.map((change) => describeChange(change, context));
}

function describeChange({ path, from, to, more }, context) {
  if (more) return word("timeline.more", { count: more });
  const { schema } = context;
  if (path === "ablation") return word("timeline.change", { name: word("ablation.title"), from, to });
  if (path === "layers") {
    return word("timeline.change", { name: word("label.layers.units"), from: list(from), to: list(to) });
  }
  if (path === "data.points") {
    return word("timeline.change", { name: word("label.data.points"), from: from ?? 0, to: to ?? 0 });
  }
  const [, layer, key] = /^layers\.(\d+)\.(\w+)$/.exec(path) ?? [];
  const known = key ? `layers.${key}` : path;
  const { label } = schema.field(known);
  const name = key ? `${word("layer.name", { layer: Number(layer) + 1 })}, ${label}` : label;
  const textOf = (value) => (Array.isArray(value)
    ? value.map((one) => word(`feature.${one}`)).join(", ")
    : describeValue(known, value, context));
  return word("timeline.change", { name, from: textOf(from), to: textOf(to) });
}

function list(units) {
  return units.length ? units.join(", ") : word("timeline.none");
}
