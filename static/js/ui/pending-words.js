/** What waits for images or programs, in words: for the line that shows it and for those who hear it. */

import { describeChange } from "spec/changes";
import { hasWord, word } from "lib/words";

/**
 * What comes: a preset by its title, a data set by its name, an edit by what it changes.
 *
 * @param {PageState} state of the store
 * @param {{schema, presets, taskOf}} context
 */
export function tellComing({ run: { spec, draft, coming } }, context) {
  const next = coming?.spec ?? draft;
  const { preset = null } = coming ?? {};
  if (preset) return tellPreset(preset, context.presets);
  if (next.data.name !== spec.data.name) return word(`data.${next.data.name}`);
  return describeChange(spec, next, { schema: context.schema, task: context.taskOf(next) })
    || word("coming.change");
}

/** What the network that is shown does until then, and whether what comes trains at once. */
export function tellUntilThen({ run: { promised, running } }) {
  if (promised) return word("coming.promised");
  return word(running ? "coming.trains" : "coming.rests");
}

function tellPreset(id, presets) {
  const { title } = presets.find((one) => one.id === id) ?? {};
  return hasWord(`preset.${id}`) ? word(`preset.${id}`) : title ?? id;
}
