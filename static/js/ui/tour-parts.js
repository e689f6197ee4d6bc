/** Finds the parts of the page that the tour points at and scrolls to them. */

const NARROW = 720;
const MARGIN = 14;

/** What is ringed, by step: the first that fits, else the last. */
const PARTS = {
  data: [() => boxOf("#data"), () => boxOf(".thumbnails")],
  units: [() => boxOf("#network .stage-scroll")],
  weights: [boxOfFirstLinks, () => boxOf("#network .stage-scroll")],
  prediction: [() => boxOf(".bars-box")],
  output: [() => boxOf(".output-plane .plane, .predictions")],
  curves: [() => boxOf(".curves")],
  play: [() => boxOf("#strip"), () => boxOf(".transport")],
};

/**
 * Finds the part of a step.
 *
 * @param {string} step
 * @param {number} height of the callout, which lies at the foot of a narrow screen
 * @returns {{box: () => Object, bring: () => void, docked: boolean, top: number}}
 */
export function findPart(step, height) {
  const docked = window.innerWidth < NARROW;
  const top = step === "play" ? 0 : stuckHeight();
  const room = window.innerHeight - top - 2 * MARGIN - (docked ? height + MARGIN : 0);
  const boxes = PARTS[step];
  const box = boxes.find((find) => fits(find(), room)) ?? boxes.at(-1);

  /** Scrolls the part into sight, if it is not there. */
  function bring() {
    if (step === "weights" || step === "units") {
      document.querySelector("#network .stage-scroll").scrollTo(0, 0);
    }
    const { top: at, bottom } = box();
    const low = top + MARGIN;
    if (at >= low && bottom <= low + room) return;
    window.scrollBy({ top: at - low - Math.max(0, (room - (bottom - at)) / 2), behavior: "instant" });
  }

  return { box, bring, docked, top };
}

function fits(box, room) {
  return box.width > 0 && box.height <= room;
}

/** How much of the window's top the strip of play covers, as it sticks there. */
function stuckHeight() {
  const strip = document.querySelector(".strip-box");
  return getComputedStyle(strip).position === "sticky" ? strip.offsetHeight : 0;
}

function boxOf(css) {
  return document.querySelector(css).getBoundingClientRect();
}

/** The first two columns of tiles, and the links between them. */
function boxOfFirstLinks() {
  const tiles = document.querySelectorAll("#network .tile:is([data-column='0'], [data-column='1'])");
  const boxes = [...tiles].map((tile) => tile.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const right = Math.max(...boxes.map((box) => box.right));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  return { left, top, right, bottom, width: right - left, height: bottom - top };
}
