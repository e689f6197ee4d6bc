/** Formulas as functions: expression trees whose operations are called as NumPy calls them. */

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

/**
 * @param {Formula} formula
 * @param {string[]} variables
 * @returns {(...values: number[]) => number} a function of the variables, in their order
 */
export function compileFormula(formula, variables) {
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
