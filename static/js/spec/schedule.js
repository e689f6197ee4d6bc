/** Learning rate schedule, as the engine computes it. */

const DECAYS = {
  constant: () => 1,
  step: (t, { decay_steps: steps, decay_rate: rate }) => rate ** Math.floor(t / steps),
  exponential: (t, { decay_steps: steps, decay_rate: rate }) => rate ** (t / steps),
  cosine: (t, { decay_steps: steps }) => (1 + Math.cos(Math.PI * Math.min(t / steps, 1))) / 2,
};
/** How many times its decay steps a schedule is shown for, at least. */
const SHOWN = { step: 5, exponential: 5, cosine: 1.15 };
const AFTER_WARMUP = 1.5;

/**
 * The schedule of a spec.
 *
 * @param {{optimizer: Object, schedule: Object}} spec
 * @returns {(step: number) => number} the learning rate of the update after so many
 */
export function makeSchedule({ optimizer, schedule }) {
  const { learning_rate: rate } = optimizer;
  const { warmup_steps: warmup } = schedule;
  const decay = DECAYS[schedule.name];
  return (step) => rate * (step < warmup ? step / warmup : decay(step - warmup, schedule));
}

/** Whether the learning rate changes with the steps at all. */
export function isScheduled({ schedule }) {
  return schedule.name !== "constant" || schedule.warmup_steps > 0;
}

/** How many steps a picture of the schedule spans, with the present one in it. */
export function spanOf({ schedule }, step) {
  const { name, warmup_steps: warmup, decay_steps: steps } = schedule;
  const whole = name === "constant" ? AFTER_WARMUP * warmup : warmup + SHOWN[name] * steps;
  const least = Math.max(1, Math.ceil(whole));
  return least * 2 ** Math.max(0, Math.ceil(Math.log2(step / least)));
}
