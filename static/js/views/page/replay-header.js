/** Header of a replay: its title, and the settings of the page. */

import { setText } from "lib/dom";
import { formatDay } from "lib/format";
import { createLanguageButton, createSettingsButton } from "ui/page-tools";
import { hasWord, word } from "lib/words";

/**
 * @param {{about: HTMLElement, tools: HTMLElement}} places
 * @param {Context} context `about` is what the recording says of itself
 * @returns {{update, resize, destroy}}
 */
export function create(places, context) {
  const { store, about } = context;
  places.tools.append(createLanguageButton(context), createSettingsButton(store));

  /** Which data a run is about may change on its way. */
  function update({ spec }) {
    const { name } = spec.data;
    const data = hasWord(`data.${name}`) ? word(`data.${name}`) : name;
    setText(places.about, word("recording.about", { data, day: formatDay(new Date(about.recorded)) }));
  }

  function destroy() {
    places.about.replaceChildren();
    places.tools.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
