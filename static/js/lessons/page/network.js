/** The network of a lesson: the state that a step begins with, and what hints and predictions change of it. */

/**
 * @param {Context} context
 * @param {{stateNow: () => ?Object, isTrained: () => boolean}} parts the state of the present step, and
 *   whether the network has been trained since
 */
export function createLessonNetwork({ store, actions, edits }, { stateNow, isTrained }) {
  const { reset } = actions;

  function begin() {
    const state = stateNow();
    if (state) actions.startPreset({ id: null, spec: state.spec, weights: state.weights });
  }

  function apply({ edit, weights }) {
    if (edit) edits.edit(edit);
    setWeights(weights);
  }

  /** A hint changes the step's state, not what has been trained since. */
  function applyHint(hint) {
    if (store.get().run.running) actions.pause();
    if (isTrained()) begin();
    apply(hint);
  }

  /** A reset leads back to the weights that the step sets by hand, as long as the network has them. */
  actions.reset = () => {
    reset();
    const state = stateNow();
    const { draft } = store.get().run;
    if (state && draft && shapeOf(draft) === shapeOf(actions.complete(state.spec))) setWeights(state.weights);
  };

  function setWeights(weights) {
    for (const [layer, from, to, value] of weights) actions.setWeight(layer, from, to, value);
  }

  return { begin, apply, applyHint };
}

function shapeOf({ layers, features }) {
  return JSON.stringify([features, layers.map(({ units }) => units)]);
}
