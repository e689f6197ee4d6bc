/** Texts of an observation's trial: in progress, no edit helps, or which edit helps most. */

import { formatList, formatLoss, formatValue } from "lib/format";
import { optionText } from "lib/terms";
import { word } from "lib/words";

/**
 * @param {Object} found an observation; one that `stands` is told and offered without a trial too
 * @param {Object|null} answer of the trial, as `advice.answerTo` gives it
 * @returns {{text: string, more: string, candidate: Object|null, offers: boolean}} `text` takes
 *   the place of the observation's own if it is not empty, `more` is added; `offers` tells whether
 *   there is something to click, `candidate` what it is if it has been tried
 */
export function describeTrial(found, answer) {
  const { candidates, fix, stands } = found;
  const own = { text: "", more: "", candidate: null, offers: Boolean(fix) };
  if (!candidates?.length || (answer && answer.best === undefined)) return own;
  if (!answer) return stands ? own : { ...own, text: describeTrying(candidates), offers: false };
  if (answer.best === null) return stands ? own : { ...own, text: describeNoHelp(answer), offers: false };
  const candidate = answer.candidates[answer.best];
  const better = describeBest(candidate, answer);
  return { ...own, ...(stands ? { more: better } : { text: better }), candidate, offers: true };
}

function describeTrying(candidates) {
  return word("trial.trying", { change: describeCandidate(candidates, "disjunction") });
}

function describeNoHelp({ candidates, epochs }) {
  return word("trial.none", { change: describeCandidate(candidates, "conjunction"), epochs });
}

function describeBest(candidate, { best, baseline, results, epochs }) {
  const values = {
    change: describeCandidate([candidate], "disjunction"),
    after: formatLoss(results[best].test_loss),
    before: baseline ? formatLoss(baseline.test_loss) : "",
    epochs,
  };
  return word(baseline ? "trial.better" : "trial.better.alone", values);
}

/** All candidates of an observation change the same thing. */
function describeCandidate(candidates, type) {
  const values = candidates.map(({ what, value }) =>
    (what === "activation" ? optionText("activation", value) : formatValue(value)));
  return word(`trial.change.${candidates[0].what}`, { value: formatList(values, type) });
}
