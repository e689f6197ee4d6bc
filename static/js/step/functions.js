/** Functions of a network as formulas with numbers put in: activations, losses, optimizers. Pure. */

import { bracket, formatFigure as figure } from "step/notation";

const OTHER = { value: "f(z)", slope: "f′(z)" };
/** f(z) and f′(z) as they are written; what depends on the sign of z is written for each side. */
const ACTIVATIONS = {
  linear: { value: "z", slope: "1" },
  sigmoid: { value: "σ(z)", slope: "a (1 − a)", of: "a" },
  tanh: { value: "tanh(z)", slope: "1 − a²", of: "a" },
  relu: { value: "max(z, 0)", slope: { above: "1", below: "0" } },
  leaky_relu: { value: { above: "z", below: "slope · z" }, slope: { above: "1", below: "slope" } },
  prelu: { value: { above: "z", below: "slope · z" }, slope: { above: "1", below: "slope" } },
  elu: { value: { above: "z", below: "exp(z) − 1" }, slope: { above: "1", below: "exp(z)" } },
  selu: { value: { above: "1.051 · z", below: "1.758 · (exp(z) − 1)" }, slope: { above: "1.051", below: "1.758 · exp(z)" } },
  gelu: { value: "z · Φ(z)", slope: "Φ(z) + z · φ(z)" },
  silu: { value: "z · σ(z)", slope: "σ(z) + z · σ(z) (1 − σ(z))" },
  mish: { value: "z · tanh(softplus(z))", slope: "f′(z)" },
  softplus: { value: "log(1 + exp(z))", slope: "σ(z)" },
  sin: { value: "sin(z)", slope: "cos(z)" },
  step: { value: { above: "1", below: "0" }, slope: "0" },
};

/**
 * An activation and its derivative at a place.
 *
 * @param {string} name
 * @param {number} z
 * @param {number} a
 * @param {number} slope for z < 0 of those that have one
 * @returns {{value: string, valueNumbers: string, slope: string, slopeNumbers: string}}
 */
export function writeActivation(name, z, a, slope) {
  const { value, slope: derivative } = ACTIVATIONS[name] ?? OTHER;
  const side = z > 0 || (name === "step" && z === 0) ? "above" : "below";
  const pick = (written) => (typeof written === "string" ? written : written[side]);
  const fill = (text) => text
    .replace(/slope/g, figure(slope))
    .replace(/\bz\b/g, () => (text === "z" ? figure(z) : bracket(z)))
    .replace(/\ba\b/g, bracket(a))
    .replace(/\(\((−[^()]*)\)\)/g, "($1)");
  const [v, d] = [pick(value), pick(derivative)];
  return { value: v, valueNumbers: fill(v), slope: d, slopeNumbers: fill(d) };
}

/** Losses of one example, with its outputs, and their derivative for the output or for z. */
const LOSSES = {
  mean_squared_error: {
    loss: ({ p, y, k }) => (k > 1 ? ["Σ (ŷ − y)² / K", null] : ["(ŷ − y)²", `(${figure(p)} − ${bracket(y)})²`]),
    slope: ({ p, y, k }) => (k > 1 ? ["2 (ŷ − y) / K", `2 · (${figure(p)} − ${bracket(y)}) / ${k}`]
      : ["2 (ŷ − y)", `2 · (${figure(p)} − ${bracket(y)})`]),
  },
  mean_absolute_error: {
    loss: ({ p, y }) => ["|ŷ − y|", `|${figure(p)} − ${bracket(y)}|`],
    slope: ({ p, y }) => ["sign(ŷ − y)", `sign(${figure(p - y)})`],
  },
  huber: {
    loss: ({ p, y }) => (Math.abs(p - y) <= 1
      ? ["(ŷ − y)² / 2", `(${figure(p)} − ${bracket(y)})² / 2`]
      : ["|ŷ − y| − ½", `|${figure(p)} − ${bracket(y)}| − ½`]),
    slope: ({ p, y }) => (Math.abs(p - y) <= 1
      ? ["ŷ − y", `${figure(p)} − ${bracket(y)}`] : ["sign(ŷ − y)", `sign(${figure(p - y)})`]),
  },
  binary_crossentropy: {
    loss: ({ p, y }) => (y > 0 ? ["−log ŷ", `−log ${figure(p)}`] : ["−log(1 − ŷ)", `−log(1 − ${figure(p)})`]),
    through: true,
  },
  categorical_crossentropy: {
    loss: ({ right }) => ["−log ŷ", `−log ${figure(right)}`],
    through: true,
  },
  hinge: {
    loss: ({ p, y }) => ["max(0, 1 − y z)", `max(0, 1 − ${bracket(y)} · ${bracket(p)})`],
    slope: ({ p, y }) => (y * p < 1 ? ["−y", `−${bracket(y)}`] : ["0", "0"]),
  },
};

/**
 * The loss of an example.
 *
 * @param {string} name
 * @param {{p: number, y: number, k: number, right: number}} numbers an output, its target, how
 *   many there are, and the output of the right class
 * @returns {{loss: string[], slope: string[]|null}} formula and numbers; `slope` is null where
 *   output activation and loss are differentiated together: ŷ − y
 */
export function writeLoss(name, numbers) {
  const { loss, slope, through } = LOSSES[name] ?? { loss: () => ["L(ŷ, y)", null], slope: () => ["∂L/∂ŷ", null] };
  return { loss: loss(numbers), slope: through ? null : slope(numbers) };
}

/**
 * What an optimizer makes of a gradient: the lines up to the number d that the rate is multiplied
 * by, each as symbol, formula, numbers and value.
 *
 * @param {Object} optimizer its name and rates
 * @param {Object} p the parameter, as the description has it
 * @param {Object} summary of the step
 * @returns {[string, string, string, number][]}
 */
export function writeOptimizer(optimizer, p, { correctM, correctV, updates }) {
  const { name, momentum: mu, rho, beta_1: b1, beta_2: b2, epsilon, weight_decay: decay } = optimizer;
  const g = bracket(p.gradient);
  const f = figure;
  const m = (formula, numbers) => ["m", formula, numbers, p.newM];
  const v = (formula, numbers) => ["v", formula, numbers, p.newV];
  const d = (formula, numbers) => ["d", formula, numbers, p.change];
  const average = (letter, square) => `${letter} ${letter === "β₁" ? "m" : "v"} + (1 − ${letter}) g${square}`;
  const moments = () => [
    m(average("β₁", ""), `${f(b1)} · ${bracket(p.oldM)} + ${f(1 - b1)} · ${g}`),
    v(average("β₂", "²"), `${f(b2)} · ${f(p.oldV)} + ${f(1 - b2)} · ${g}²`),
  ];
  const corrected = () => [
    ["m̂", "m / (1 − β₁ᵗ)", `${bracket(p.newM)} / ${f(correctM)}`, p.newM / correctM],
    ["v̂", "v / (1 − β₂ᵗ)", `${f(p.newV)} / ${f(correctV)}`, p.newV / correctV],
  ];
  const root = `(√(${f(p.newV / correctV)}) + ${f(epsilon)})`;
  const scaled = `${bracket(p.newM / correctM)} / ${root}`;
  const lines = {
    sgd: () => [d("g", f(p.gradient))],
    momentum: () => [m("μ m + g", `${f(mu)} · ${bracket(p.oldM)} + ${g}`), d("m", f(p.newM))],
    nesterov: () => [
      m("μ m + g", `${f(mu)} · ${bracket(p.oldM)} + ${g}`),
      d("g + μ m", `${f(p.gradient)} + ${f(mu)} · ${bracket(p.newM)}`),
    ],
    adagrad: () => [
      v("v + g²", `${f(p.oldV)} + ${g}²`),
      d("g / √(v + 0.1 + ε)", `${f(p.gradient)} / √(${f(p.newV)} + 0.1 + ${f(epsilon)})`),
    ],
    adadelta: () => [
      v("ρ v + (1 − ρ) g²", `${f(rho)} · ${f(p.oldV)} + ${f(1 - rho)} · ${g}²`),
      d("g √(u + ε) / √(v + ε)", `${g} · √(${f(p.oldM)} + ${f(epsilon)}) / √(${f(p.newV)} + ${f(epsilon)})`),
      ["u", "ρ u + (1 − ρ) d²", `${f(rho)} · ${f(p.oldM)} + ${f(1 - rho)} · ${bracket(p.change)}²`, p.newM],
    ],
    rmsprop: () => [
      v("ρ v + (1 − ρ) g²", `${f(rho)} · ${f(p.oldV)} + ${f(1 - rho)} · ${g}²`),
      d("g / √(v + ε)", `${f(p.gradient)} / √(${f(p.newV)} + ${f(epsilon)})`),
    ],
    adam: () => [...moments(), ...corrected(), d("m̂ / (√v̂ + ε)", scaled)],
    adamw: () => [
      ...moments(), ...corrected(),
      d("m̂ / (√v̂ + ε) + λ w", `${scaled} + ${f(decay)} · ${bracket(p.old)}`),
    ],
    nadam: () => {
      const ahead = p.newM / (1 - b1 ** (updates + 1));
      const now = p.gradient / correctM;
      const mixed = b1 * ahead + (1 - b1) * now;
      return [
        ...moments(),
        ["m̂", "β₁ m / (1 − β₁ᵗ⁺¹) + (1 − β₁) g / (1 − β₁ᵗ)", `${f(b1)} · ${bracket(ahead)} + ${f(1 - b1)} · ${bracket(now)}`, mixed],
        corrected()[1],
        d("m̂ / (√v̂ + ε)", `${bracket(mixed)} / ${root}`),
      ];
    },
    lion: () => {
      const mixed = b1 * p.oldM + (1 - b1) * p.gradient;
      return [
        d("sign(β₁ m + (1 − β₁) g) + λ w", `sign(${f(mixed)}) + ${f(decay)} · ${bracket(p.old)}`),
        m("β₂ m + (1 − β₂) g", `${f(b2)} · ${bracket(p.oldM)} + ${f(1 - b2)} · ${g}`),
      ];
    },
  };
  return (lines[name] ?? (() => [["d", "", "", p.change]]))();
}
