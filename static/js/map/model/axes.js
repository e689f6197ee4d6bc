/**
 * Axes of a map: the values along them, their zoom and their ticks. Pure.
 *
 * A place of an axis counts cells: 0 is the middle of the first one, and the axis reaches from -0.5 to
 * half a cell behind the last one.
 */

/** How many values an axis may have; one alone may have more. */
export const COUNTS = [4, 8, 16, 32];
export const ALONE = [...COUNTS, 64];
const LEAST = 2;
/** Numbers of a program have 24 bits: what is nearer together than this share is the same to it. */
const NARROWEST = 1e-5;
const STEPS = [1, 2, 5];
const SLACK = 1e-9;
const LEAST_DIGITS = 3;

/**
 * The first axis of a kind: the range that is worth a look.
 *
 * @param {AxisKind} kind
 * @param {Partial<MapAxis>} [more] in place of what is usual
 * @returns {MapAxis}
 */
export function makeAxis(kind, more = {}) {
  if (kind.kind === "choice") return { path: kind.path, values: kind.values, ...more };
  const { path, usual: [low, high], scale } = kind;
  return { path, low, high, count: 16, scale, ...more };
}

/**
 * Whether a network reads what an axis varies: rates that the optimizer does not read would make all
 * networks alike, and so would the units of no layer.
 *
 * @param {string} path
 * @param {Spec} spec
 * @param {any} schema
 */
export function isReadAxis(path, { optimizer: { name }, layers }, schema) {
  if (path.startsWith("layers.") && path !== "layers.count" && !layers.length) return false;
  return !schema.readBy("optimizer.name").includes(path) || schema.reads("optimizer.name", name, path);
}

/**
 * The number at a place, which may be between two cells.
 *
 * @param {MapAxis} axis of numbers
 * @param {number} place
 */
export function valueAt({ low, high, count, scale }, place) {
  const share = place / (count - 1);
  return scale === "log" ? low * (high / low) ** share : low + (high - low) * share;
}

/**
 * Where a number stands.
 *
 * @param {MapAxis} axis of numbers
 * @param {number} value
 */
function placeOf({ low, high, count, scale }, value) {
  const share = scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return share * (count - 1);
}

/**
 * The part of an axis between two places, with as many cells as before.
 *
 * @param {ShownAxis} shown
 * @param {AxisKind} kind
 * @param {number} from
 * @param {number} to
 * @returns {MapAxis|null} null where there is nothing to be seen in between
 */
export function zoomAxis(shown, kind, from, to) {
  const { path, values, scale, asked } = shown;
  const count = asked.count ?? values.length;
  if (kind.kind === "number") {
    const half = (to - from) / (2 * values.length);
    const range = numbersOf(shown);
    const [low, high] = [valueAt(range, from + half), valueAt(range, to - half)].map((value) => bound(value, kind));
    if (high - low < NARROWEST * Math.max(Math.abs(low), Math.abs(high))) return null;
    return { path, low, high, count, scale };
  }
  const [first, last] = widen(Math.round(from + 0.5 - SLACK), Math.round(to - 0.5 + SLACK), values.length);
  if (last - first === values.length - 1) return null;
  if (kind.kind === "choice") return { path, values: values.slice(first, last + 1) };
  return { path, low: values[first], high: values[last], count, scale };
}

/** Two cells at least, of those that there are. */
function widen(first, last, count) {
  const [low, high] = [Math.max(0, first), Math.min(count - 1, last)];
  if (high - low >= LEAST - 1) return [low, high];
  return high + 1 < count ? [low, low + 1] : [high - 1, high];
}

/**
 * An axis of twice the length around the same middle.
 *
 * @param {ShownAxis} shown
 * @param {AxisKind} kind
 * @returns {MapAxis}
 */
export function widenAxis(shown, kind) {
  const { path, scale, asked, values } = shown;
  if (kind.kind === "choice") return { path, values: kind.values };
  const range = numbersOf(shown);
  const reach = (range.count - 1) / 2;
  const [low, high] = [valueAt(range, -reach), valueAt(range, range.count - 1 + reach)].map((value) => bound(value, kind));
  const whole = kind.kind === "integer";
  return { path, low: whole ? Math.round(low) : low, high: whole ? Math.round(high) : high, count: asked.count ?? values.length, scale };
}

function bound(value, { low, high }) {
  return Number(Math.max(low, Math.min(high, value)).toPrecision(12));
}

/**
 * The range of an axis of numbers as the cells have it.
 *
 * @param {ShownAxis} axis
 */
function numbersOf({ path, values, scale }) {
  return { path, low: values[0], high: values.at(-1), count: values.length, scale };
}

/**
 * Where an axis has ticks: round numbers at their places, or the values of its cells.
 *
 * @param {ShownAxis} shown
 * @param {AxisKind} kind
 * @param {number} most how many there is room for
 * @returns {{at: number, value: number|string}[]} what matters most first: where two stand in each
 *   other's way, the later one is left out
 */
export function ticksOf(shown, { kind }, most) {
  const { values } = shown;
  if (kind === "choice") return values.map((value, at) => ({ at, value }));
  if (kind === "integer") {
    const every = Math.ceil(values.length / Math.max(1, most));
    return values.map((value, at) => ({ at, value })).filter(({ at }) => at % every === 0);
  }
  const range = numbersOf(shown);
  const [low, high] = [valueAt(range, -0.5), valueAt(range, range.count - 0.5)];
  const numbers = shown.scale === "log" ? powersIn(low, high, most) : roundIn(low, high, most);
  return numbers.map((value) => ({ at: placeOf(range, value), value }));
}

/** Round numbers at equal distances. */
function roundIn(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [...STEPS, 10].find((one) => one * power >= rough * (1 - SLACK)) * power;
  const first = Math.ceil(low / step - SLACK);
  const count = Math.floor(high / step + SLACK) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 1, 2 and 5 of each decade, or powers of ten alone; round numbers where it is short. */
function powersIn(low, high, most) {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
  const inside = (numbers) => numbers.map((value) => Number(value.toPrecision(12))).filter((value) => value >= low && value <= high);
  const all = inside(decades.flatMap((power) => STEPS.map((step) => step * power)));
  if (all.length < 3) return roundIn(low, high, most);
  const powers = inside(decades);
  const every = Math.ceil(powers.length / most);
  const main = powers.filter((_, i) => i % every === 0);
  return every > 1 ? main : [...main, ...all.filter((value) => !main.includes(value))];
}

/**
 * As many digits as tell a value from its neighbours on an axis.
 *
 * @param {ShownAxis} axis of numbers
 * @param {number} value
 */
export function digitsOf({ values, scale }, value) {
  const [low, high] = [values[0], values.at(-1)];
  const share = 1 / Math.max(1, values.length - 1);
  const apart = scale === "log" ? Math.abs(value) * ((high / low) ** share - 1) : (high - low) * share;
  return Math.max(LEAST_DIGITS, Math.min(12, Math.ceil(Math.log10(Math.abs(value) / (apart || 1))) + 2));
}
