/** Colours of the maps, made from the style sheet's custom properties. */

const HALF = 512;
const LEVELS = 256;
const FAINTEST_MARK = 0.22;

/** Entries of a diverging palette: index 0 is -1, the middle 0, the last 1. */
export const DIVERGING = 2 * HALF + 1;

/**
 * Reads the colours in force.
 *
 * @returns {object} CSS colours by name, `classes` (CSS colours), `diverging`
 *   (Uint32, ABGR, DIVERGING entries), `classLevels` (Uint32 of 256 per class)
 */
export function readPalette() {
  const probe = document.createElement("span");
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
  probe.remove();
  return {
    ...css,
    positive: cssOf(positive),
    negative: cssOf(negative),
    classes: classes.map(cssOf),
    diverging: makeDiverging(negative, zero, positive, strength),
    classLevels: classes.map((one) => makeRamp(zero, one, strength)),
    mark: (share) => cssOf(mix(zero, share < 0 ? negative : positive,
      FAINTEST_MARK + (1 - FAINTEST_MARK) * Math.min(1, Math.abs(share)))),
  };
}

/** The colour of a label of a task; regression labels are shares of the largest. */
export function labelColour(palette, task, label, largest = 1) {
  if (task === "multiclass") return palette.classes[label];
  if (task === "binary") return label > 0 ? palette.positive : palette.negative;
  return palette.mark(label / largest);
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

function parse(text) {
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

function cssOf(colour) {
  return `rgb(${colour.map(Math.round).join(" ")})`;
}
