/** The features that there are, as the schema of the server describes them: one entry each. */

/** What `Math` calls otherwise, or does not have; all others are functions of `Math`. */
const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
  maximum: Math.max,
  minimum: Math.min,
};

/** @type {Record<string, (x1: number, x2: number) => number>} */
let functions = {};

/** Takes the entries out of what `GET /api/schema` answers; until then there are none. */
export function learnFeatures({ features }) {
  functions = Object.fromEntries(Object.entries(features)
    .map(([name, { formula }]) => [name, compileFormula(formula, ["x1", "x2"])]));
}

/** Values of a feature on a square grid over [-6, 6]^2, row 0 at x2 = -6. */
export function sampleFeature(name, size) {
  const values = new Float32Array(size * size);
  const at = (i) => -6 + (12 * i) / (size - 1);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      values[row * size + column] = functions[name](at(column), at(row));
    }
  }
  return values;
}

/**
 * Makes a function of an expression tree, whose operations are called as NumPy calls them.
 *
 * @param {Formula} formula
 * @param {string[]} variables
 * @returns {(...values: number[]) => number} a function of the variables, in their order
 */
function compileFormula(formula, variables) {
  if (typeof formula === "number") return () => formula;
  if (typeof formula === "string") {
    const place = variables.indexOf(formula);
    return (...values) => values[place];
  }
  const [name, ...operands] = formula;
  const operation = OPERATIONS[name] ?? Math[name];
  const [first, second] = operands.map((operand) => compileFormula(operand, variables));
  if (!second) return (...values) => operation(first(...values));
  return (...values) => operation(first(...values), second(...values));
}
