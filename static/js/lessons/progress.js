/** Progress of a lesson: the step and the answers, kept in the browser's storage. */

/**
 * @param {StorageLike} storage
 * @param {string} name of the lesson
 * @param {number} count of its steps
 * @returns {{step: () => number, answers: (step: number) => Object, goTo: Function, answer: Function}}
 */
export function createProgress(storage, name, count) {
  const key = `livenet.lesson.${name}`;
  let kept = read();

  function read() {
    try {
      const { step, answers } = JSON.parse(storage.getItem(key) ?? "{}");
      const fine = Number.isInteger(step) && step >= 0 && step < count;
      return { step: fine ? step : 0, answers: answers && typeof answers === "object" ? answers : {} };
    } catch {
      return { step: 0, answers: {} };
    }
  }

  function keep(next) {
    kept = next;
    storage.setItem(key, JSON.stringify(kept));
  }

  return {
    step: () => kept.step,
    answers: (step) => kept.answers[step] ?? {},
    goTo: (step) => keep({ ...kept, step }),
    answer: (step, place, value) =>
      keep({ ...kept, answers: { ...kept.answers, [step]: { ...kept.answers[step], [place]: value } } }),
  };
}
