/** Palettes, made from the style sheet's custom properties. */

const HALF = 512;
const LEVELS = 256;
/** How strongly the gap between two curves is shaded. */
const GAP_STRENGTH = 0.12;
const FAINTEST_MARK = 0.22;
/** Least contrast of a point with its light edge; paler points get the dark one. */
const LEAST_EDGE = 1.8;

/** Entries of a diverging palette: index 0 is -1, the middle 0, the last 1. */
export const DIVERGING = 2 * HALF + 1;

/** Keeps the pair of colours as the store says, and `store.appearance.palette` as the style sheet says. */
export function applyPalette(store) {
  store.watch(["preferences.colours", "appearance.scheme"], ({ preferences: { colours }, appearance: { scheme } }) => {
    document.documentElement.dataset.colours = colours;
    if (scheme) store.set({ appearance: { palette: readPalette() } });
  });
}

/**
 * Reads the colours in force.
 *
 * @param {string} [scheme] `light` or `dark` for that theme's, whatever the page shows
 * @returns {Object} CSS colours by name, `classes` (CSS colours), `diverging`
 *   (Uint32, ABGR, DIVERGING entries), `classLevels` (Uint32 of 256 per class),
 *   `mark` and `value` (CSS colour of a share of the largest value: never paler than
 *   can be seen on a card; as in the map), `edge` (CSS colour around a point of a colour)
 */
export function readPalette(scheme = "") {
  const probe = document.createElement("span");
  probe.style.colorScheme = scheme;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return parse(style.color);
  };
  const strength = Number(getComputedStyle(document.documentElement)
    .getPropertyValue("--map-strength"));
  const zero = colour("zero");
  const positive = colour("positive");
  const negative = colour("negative");
  const classes = Array.from({ length: 10 }, (_, i) => colour(`class-${i}`));
  const names = ["ink", "muted", "line", "line-strong", "card", "well", "press", "point-edge",
    "test-edge"];
  const css = Object.fromEntries(names.map((name) => [name, cssOf(colour(name))]));
  const edges = [colour("point-edge"), colour("point-edge-dark")];
  const gap = `rgba(${colour("press").join(", ")}, ${GAP_STRENGTH})`;
  const diverging = makeDiverging(negative, zero, positive, strength);
  let levels = null;
  probe.remove();
  return {
    ...css,
    gap,
    positive: cssOf(positive),
    negative: cssOf(negative),
    classes: classes.map(cssOf),
    diverging,
    // Not before several classes are painted: it takes longer than all the rest.
    get classLevels() {
      levels ??= classes.map((one) => makeRamp(zero, one, strength));
      return levels;
    },
    mark: (share) => cssOf(mix(zero, share < 0 ? negative : positive,
      FAINTEST_MARK + (1 - FAINTEST_MARK) * Math.min(1, Math.abs(share)))),
    value: (share) => cssOf(unpack(diverging[Math.round(HALF * (1 + clamp(share)))])),
    edge: (fill) => cssOf(contrast(edges[0], parse(fill)) < LEAST_EDGE ? edges[1] : edges[0]),
  };
}

/** The colour of a label of a task, on a card; regression labels are shares of the largest. */
export function labelColour(palette, task, label, largest = 1) {
  if (task === "multiclass") return palette.classes[label];
  if (task === "binary") return label > 0 ? palette.positive : palette.negative;
  return palette.mark(label / largest);
}

/**
 * The colour of a point over a map whose colours span `range`.
 *
 * @param {Object} palette
 * @param {string} task
 * @param {number} label
 * @param {number[]} range
 */
export function pointColour(palette, task, label, [, high]) {
  return task === "regression" ? palette.value(label / high) : labelColour(palette, task, label);
}

function makeDiverging(negative, zero, positive, strength) {
  const colours = new Uint32Array(DIVERGING);
  for (let i = 0; i < DIVERGING; i += 1) {
    const share = (i - HALF) / HALF;
    colours[i] = pack(mix(zero, share < 0 ? negative : positive, ease(Math.abs(share)) * strength));
  }
  return colours;
}

function makeRamp(zero, colour, strength) {
  return Uint32Array.from({ length: LEVELS }, (_, i) =>
    pack(mix(zero, colour, ease(i / (LEVELS - 1)) * strength)));
}

/** Small values are told from zero a little sooner than in proportion. */
function ease(share) {
  return share ** 0.85;
}

function mix(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

function pack([red, green, blue]) {
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

function unpack(word) {
  return [word & 255, (word >> 8) & 255, (word >> 16) & 255];
}

function clamp(share) {
  return Math.max(-1, Math.min(1, share));
}

/** The contrast of two colours, 1 to 21 (WCAG 2). */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((value) =>
    (value > 10.3 ? ((value / 255 + 0.055) / 1.055) ** 2.4 : value / 255 / 12.92));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parse(text) {
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

function cssOf(colour) {
  return `rgb(${colour.map(Math.round).join(" ")})`;
}
