/** Picture of the network as SVG: tiles, links, names of columns. */

import { rem } from "lib/dom";
import { formatCount } from "lib/format";
import { layOut } from "network/geometry";
import { sortLinks, styleLinks } from "network/links";
import { createTiles } from "network/tiles";
import { createPathText, svg, svgImage, svgText } from "pictures/svg-text";
import { optionText } from "lib/terms";
import { inputsOf, labelLines, labelRoom } from "spec/inputs";
import { indexWeights, listPieces, widthsOf } from "spec/weights";
import { word } from "lib/words";

const HEADS = 34;
const FONT = 11;
/** Pixels of the tiles for one of the layout: enough for a slide. */
const FINENESS = 3;

/**
 * @param {Object} subject what is drawn, see `pictures/subject`
 * @param {{x: number, y: number, width: number, height: number}} box where
 * @returns {string}
 */
export function drawNetwork({ frame, palette, outputActivation }, box) {
  const { spec, arrays } = frame;
  const [inputs, ...hidden] = widthsOf(spec, arrays.boundary.shape[0]);
  const outputs = hidden.pop();
  const room = { width: box.width, height: box.height - HEADS, rem: rem() };
  const layout = layOut({ inputs, idle: 0, hidden, outputs, label: labelRoom(spec) }, room);
  const whole = { width: layout.width, height: layout.height + HEADS };
  return svg("svg", { ...box, viewBox: `0 0 ${whole.width} ${whole.height}` },
    drawHeads(spec, layout, palette, outputActivation),
    svg("g", { transform: `translate(0 ${HEADS})` },
      drawLinks(layout, frame, palette),
      drawTiles(frame, layout, palette),
      drawInputs(inputsOf(spec), layout, palette)));
}

function drawLinks(layout, { spec, arrays: { weights: { data: weights } } }, palette) {
  const index = indexWeights(layout.columns.map(({ ys }) => ys.length), listPieces(spec));
  const paths = sortLinks(layout, index, weights, createPathText).map((path, bucket) => {
    const style = path && styleLinks(bucket, index.count, palette);
    return style ? svg("path", {
      d: path, stroke: style.colour, "stroke-width": style.width.toFixed(2), "stroke-opacity": style.alpha.toFixed(3),
    }) : "";
  });
  return svg("g", { fill: "none", class: "links" }, ...paths);
}

function drawTiles(frame, layout, palette) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(layout.width * FINENESS);
  canvas.height = Math.round(layout.height * FINENESS);
  const tiles = createTiles(canvas, () => FINENESS);
  tiles.paintInputs(frame, palette);
  tiles.place(layout);
  tiles.draw(frame, palette);
  return svgImage(canvas, { x: 0, y: 0, width: layout.width, height: layout.height });
}

/**
 * @param {string[]} inputs
 * @param {any} layout
 * @param {Object} palette
 */
function drawInputs(inputs, { columns: [{ x, ys }], tile }, palette) {
  return inputs.flatMap((name, i) => {
    const lines = labelLines(name);
    return lines.map((line, k) => svgText(line, {
      x: x - tile / 2 - 7, y: ys[i] + FONT / 3 + (k - (lines.length - 1) / 2) * FONT * 1.2,
      fill: palette.ink, "font-size": FONT, "text-anchor": "end",
    }));
  }).join("");
}

function drawHeads({ layers }, { columns }, palette, outputActivation) {
  const heads = [
    [word("network.inputs"), ""],
    ...layers.map(({ units, activation }, layer) => [
      word("layer.name", { layer: layer + 1 }),
      word("picture.layer", { units: formatCount(units), activation: optionText("layers.activation", activation) }),
    ]),
    [word("network.output"), optionText("output", outputActivation)],
  ];
  return heads.map(([name, note], i) => {
    const at = { x: columns[i].x, "font-size": FONT, "text-anchor": "middle" };
    return svgText(name, { ...at, y: FONT + 2, fill: palette.ink })
      + svgText(note, { ...at, y: 2 * FONT + 6, fill: palette.muted });
  }).join("");
}
