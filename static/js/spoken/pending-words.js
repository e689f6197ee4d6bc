/** Describes the pending network in words, for its line and for screen readers. */

import { describeChange } from "spoken/changes";
import { hasWord, word } from "lib/words";

/**
 * What comes: a preset by its title, a data set by its name, an edit by what it changes.
 *
 * @param {PageState} state of the store
 * @param {{schema, presets, taskOf}} context
 */
export function describePending({ run: { spec, draft, pending } }, context) {
  const next = pending?.spec ?? draft;
  const { preset = null } = pending ?? {};
  if (preset) return describePreset(preset, context.presets);
  if (next.data.name !== spec.data.name) return word(`data.${next.data.name}`);
  return describeChange(spec, next, { schema: context.schema, task: context.taskOf(next) })
    || word("pending.change");
}

/** What the network that is shown does until then, and whether what comes trains at once. */
export function describeMeanwhile({ run: { promised, running } }) {
  if (promised) return word("pending.promised");
  return word(running ? "pending.trains" : "pending.rests");
}

function describePreset(id, presets) {
  const { title } = presets.find((one) => one.id === id) ?? {};
  return hasWord(`preset.${id}`) ? word(`preset.${id}`) : title ?? id;
}
