/**
 * Word of the address for a search:
 * `search=rate:0.001:1:4:log,units:1:16:4,method:random,for:validation_loss.parameters,trials:64,epochs:100,prune,seconds:60,batch:4,seed:3`. Pure.
 */

import { readAxis, writeAxis } from "map/model/address";
import { MOST_DIMENSIONS } from "search/model/settings";

const MOST_LENGTH = 1200;
const NAME = /^[a-z0-9_]{1,40}$/;
const COUNT = /^\d{1,4}$/;
const SEED = /^\d{1,10}$/;
/** Trials, epochs and seconds of a link, at most: the page draws them all. */
const MOST = 1000;
const MOST_SEED = 2 ** 31 - 1;
const COUNTED = ["trials", "epochs", "seconds", "batch"];

/**
 * @param {SearchChoice} choice
 * @returns {string}
 */
export function writeSearch({ dimensions, method, objectives, trials, epochs, pruning, seconds = null, batch = null, seed = 0 }) {
  return [
    ...dimensions.map(writeAxis), `method:${method}`, `for:${objectives.join(".")}`, `trials:${trials}`, `epochs:${epochs}`,
    ...(pruning ? ["prune"] : []), ...(seconds ? [`seconds:${seconds}`] : []), ...(batch ? [`batch:${batch}`] : []), ...(seed ? [`seed:${seed}`] : []),
  ].join(",");
}

/**
 * Reads such a word; the server says what is wrong with a setting itself.
 *
 * @param {string} text
 * @returns {Partial<SearchChoice>|null} null for what is none
 */
export function readSearchText(text) {
  if (text.length > MOST_LENGTH) return null;
  /** @type {any} */
  const choice = { dimensions: [] };
  for (const part of text.split(",")) {
    const [word, value = "", ...more] = part.split(":");
    const alone = more.length === 0;
    if (part === "prune") choice.pruning = true;
    else if (word === "method" && alone && NAME.test(value)) choice.method = value;
    else if (word === "for" && alone && value.split(".").every((name) => NAME.test(name)) && value.split(".").length <= 2) choice.objectives = value.split(".");
    else if (word === "seed" && alone && SEED.test(value) && Number(value) <= MOST_SEED) choice.seed = Number(value);
    else if (COUNTED.includes(word) && alone && COUNT.test(value) && Number(value) > 0 && Number(value) <= MOST) choice[word] = Number(value);
    else {
      const dimension = readAxis(part);
      if (!dimension) return null;
      choice.dimensions.push(dimension);
    }
  }
  const paths = choice.dimensions.map(({ path }) => path);
  const fits = paths.length > 0 && paths.length <= MOST_DIMENSIONS && new Set(paths).size === paths.length;
  return fits ? choice : null;
}
