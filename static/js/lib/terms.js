/** Terms with a tooltip. */

import { h } from "lib/dom";
import { hasWord, word } from "lib/words";

/**
 * Makes a term that nothing else explains.
 *
 * @param {string} tag such as `span.metric-label`
 * @param {string} help
 * @param {...(Node|string)} children
 */
export function makeTerm(tag, help, ...children) {
  return h(`${tag}.term`, { tabindex: 0, data: { help } }, ...children);
}

/** "Name: what it is." */
export function explain(name, text) {
  return word("help.of", { name, text });
}

/** The text of a value of a choice; the same value may mean something else in another one. */
export function optionText(key, name) {
  const own = `option.${key}.${name}`;
  return word(hasWord(own) ? own : `option.${name}`);
}

/** What a value of a choice means; "" if nobody has said it. */
export function optionHelp(key, name) {
  const own = `help.option.${key}.${name}`;
  const help = hasWord(own) ? own : `help.option.${name}`;
  return hasWord(help) ? explain(optionText(key, name), word(help)) : "";
}
