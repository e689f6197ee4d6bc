/** What the steps of a lesson show: a step without a figure or a state goes on with those before it. Pure. */

/** What is shown where no step has said anything. */
const FIGURE = { panels: ["boundary", "network", "loss"], controls: ["play", "reset"], point: null, speed: 1, caption: "", race: {} };

/**
 * @param {Object[]} steps as the server has read them
 * @returns {{figureOf: (step: number) => Object, stateOf: (step: number) => ?Object, begins: (step: number) => boolean}}
 *   `begins` is whether a step has a state of its own
 */
export function createSteps(steps) {
  const latest = (step, kind) =>
    steps.slice(0, step + 1).flatMap(({ blocks }) => blocks).filter((block) => block.kind === kind).at(-1) ?? null;
  return {
    figureOf: (step) => ({ ...FIGURE, ...latest(step, "figure") }),
    stateOf: (step) => latest(step, "state"),
    begins: (step) => steps[step].blocks.some(({ kind }) => kind === "state"),
  };
}
