/** Features as functions of the plane, for the input tiles. */

const FEATURES = {
  x1: (x1) => x1,
  x2: (x1, x2) => x2,
  x1_squared: (x1) => x1 * x1,
  x2_squared: (x1, x2) => x2 * x2,
  x1_x2: (x1, x2) => x1 * x2,
  sin_x1: (x1) => Math.sin(x1),
  sin_x2: (x1, x2) => Math.sin(x2),
  cos_x1: (x1) => Math.cos(x1),
  cos_x2: (x1, x2) => Math.cos(x2),
  radius: (x1, x2) => Math.hypot(x1, x2),
};

/** Values of a feature on a square grid over [-6, 6]^2, row 0 at x2 = -6. */
export function sampleFeature(name, size) {
  const values = new Float32Array(size * size);
  const at = (i) => -6 + (12 * i) / (size - 1);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      values[row * size + column] = FEATURES[name](at(column), at(row));
    }
  }
  return values;
}
