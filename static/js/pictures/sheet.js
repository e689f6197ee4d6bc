/** Picture as one SVG document with title and caption, at the size of a slide. */

import { drawBoundary } from "pictures/boundary-picture";
import { drawCurves } from "pictures/curve-picture";
import { drawNetwork } from "pictures/network-picture";
import { svg, svgText } from "pictures/svg-text";

/** All is laid out at this height and enlarged as a whole, so type keeps its share of a slide. */
const HEIGHT = 500;
const MARGIN = 22;
const GAP = 18;
const TITLE = 21;
const CAPTION = 13;
/** How wide a character is, as a share of the size of its type. */
const LATIN = 0.52;
const WIDE = 1;

const DRAW = { boundary: drawBoundary, network: drawNetwork, loss: drawCurves };

const WHOLE = [0, 0, 1, 1];

/** What can be drawn, and where it stands in the room: left, top, width and height as shares. */
const MOTIFS = {
  all: ({ width, height }) => {
    const right = Math.max(0.32, Math.min(0.48, height / width));
    const left = 1 - right;
    return {
      network: [0, 0, left, 0.66], loss: [0, 0.66, left, 0.34], boundary: [left, 0, right, 1],
    };
  },
  boundary: () => ({ boundary: WHOLE }),
  network: () => ({ network: WHOLE }),
  loss: () => ({ loss: WHOLE }),
};

export const MOTIF_NAMES = Object.keys(MOTIFS);

/**
 * Draws a picture.
 *
 * @param {Object} subject what is drawn, see `pictures/subject`
 * @param {{motif: string, width: number, height: number, title: string, caption: string}} sheet
 * @returns {Promise<string>} an SVG file
 */
export async function drawSheet(subject, { motif, width, height, title, caption }) {
  const wide = (HEIGHT * width) / height;
  const { palette } = subject;
  const titles = breakLines(title, TITLE, wide - 2 * MARGIN);
  const captions = breakLines(caption, CAPTION, wide - 2 * MARGIN);
  const top = MARGIN + (titles.length ? titles.length * TITLE * 1.25 + 6 : 0);
  const bottom = HEIGHT - MARGIN - (captions.length ? captions.length * CAPTION * 1.35 + 6 : 0);
  const room = { x: MARGIN, y: top, width: wide - 2 * MARGIN, height: bottom - top };
  const parts = await Promise.all(Object.entries(MOTIFS[motif](room)).map(([name, place]) =>
    DRAW[name](subject, boxIn(room, place))));
  const family = getComputedStyle(document.body).fontFamily;
  return svg("svg", {
    xmlns: "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink",
    width, height, viewBox: `0 0 ${wide} ${HEIGHT}`, "font-family": family,
  },
    svg("rect", { width: "100%", height: "100%", fill: palette.card }),
    ...titles.map((text, i) => svgText(text, {
      x: MARGIN, y: MARGIN + TITLE * (0.85 + 1.25 * i), fill: palette.ink, "font-size": TITLE, "font-weight": 650,
    })),
    ...parts,
    ...captions.map((text, i) => svgText(text, {
      x: MARGIN, y: bottom + 6 + CAPTION * (1 + 1.35 * i), fill: palette.muted, "font-size": CAPTION,
    })));
}

function boxIn({ x, y, width, height }, [left, top, wide, high]) {
  const [before, above] = [left ? GAP / 2 : 0, top ? GAP / 2 : 0];
  const after = left + wide < 1 ? GAP / 2 : 0;
  return {
    x: x + left * width + before, y: y + top * height + above,
    width: wide * width - before - after, height: high * height - above,
  };
}

/** Text in lines that fit: SVG breaks none by itself. */
function breakLines(text, size, width) {
  const lines = [];
  for (const part of text.split("\n")) {
    let line = "";
    for (const piece of part.split(/\s+/).filter(Boolean)) {
      const longer = line ? `${line} ${piece}` : piece;
      if (line && measure(longer, size) > width) {
        lines.push(line);
        line = piece;
      } else line = longer;
    }
    if (line) lines.push(line);
  }
  return lines;
}

function measure(text, size) {
  let width = 0;
  for (const one of text) width += one.codePointAt(0) > 0x2e7f ? WIDE : LATIN;
  return width * size;
}
