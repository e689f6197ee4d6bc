/** Draws a dense connection as one trapezoid. */

const SVG = "http://www.w3.org/2000/svg";
/** Between a shape and what it leads to. */
const GAP = 7;

/** @returns {{element: SVGElement, draw: (layout: Object, bars: number) => void}} */
export function createDenseLinks() {
  const element = document.createElementNS(SVG, "svg");
  element.classList.add("fans");
  element.setAttribute("aria-hidden", "true");

  /** Draws the shapes of a layout; `bars` is the height of the bars. */
  function draw({ width, height, columns, middle, blocks }, bars) {
    const [first, last] = [columns[0].width / 2, columns.at(-1).width / 2];
    const edges = [
      { half: first, high: first },
      ...blocks.map((block) => ({ half: block.width / 2, high: block.height / 2 })),
      { half: last, high: bars / 2 },
    ];
    element.setAttribute("width", width);
    element.setAttribute("height", height);
    element.replaceChildren(...columns.slice(1).map(({ x }, i) => {
      const from = { x: columns[i].x + edges[i].half + GAP, high: edges[i].high };
      const to = { x: x - edges[i + 1].half - GAP, high: edges[i + 1].high };
      return makeShape([
        [from.x, middle - from.high], [to.x, middle - to.high],
        [to.x, middle + to.high], [from.x, middle + from.high],
      ]);
    }));
  }

  return { element, draw };
}

function makeShape(points) {
  const shape = document.createElementNS(SVG, "polygon");
  shape.setAttribute("points", points.map((point) => point.join()).join(" "));
  return shape;
}
