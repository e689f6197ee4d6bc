/** Paints all tiles on one canvas, and the dots of the biases. */

import { pixelRatio } from "lib/dom";
import { createPixels, paintClass, paintOutput, paintUnits, paintValues } from "plot/maps";
import { strengthOf } from "network/links";
import { inputsOf, sampleInput } from "spec/inputs";
import { indexWeights, listPieces, placeOf, sumsOfUnit } from "spec/weights";

const INPUT_SIZE = 32;
const OUTPUT_SIZE = 100;
const ROUND = 0.2;
const DOT = 0.095;
const DOT_LEAST = 2.6;
const DOT_MOST = 6;

/**
 * @param {HTMLCanvasElement} canvas over the links
 * @param {() => number} [ratioOf] pixels of the canvas for one of the layout
 * @returns {{place, draw, paintInputs, copy}}
 */
export function createTiles(canvas, ratioOf = pixelRatio) {
  const context = canvas.getContext("2d");
  let layout = null;
  let clip = null;
  let inputs = [];
  let atlas = createPixels(1, 1);
  let outputs = [];

  /** Takes a new layout. */
  function place(next) {
    layout = next;
    clip = new Path2D();
    const { tile } = layout;
    for (const { x, ys } of layout.columns) {
      for (const y of ys) clip.roundRect(x - tile / 2, y - tile / 2, tile, tile, tile * ROUND);
    }
  }

  /** Paints the pictures of the inputs, in the order of the spec. */
  function paintInputs(frame, palette) {
    inputs = inputsOf(frame.spec).map((name) => {
      const pixels = createPixels(INPUT_SIZE, INPUT_SIZE);
      paintValues(pixels, sampleInput(frame, name, INPUT_SIZE), palette.diverging);
      return pixels.canvas;
    });
  }

  /** Paints a frame. */
  function draw(frame, palette) {
    const { units, boundary, weights } = frame.arrays;
    const [count, size] = units.shape;
    if (count && (atlas.width !== size || atlas.height !== size * count)) {
      atlas = createPixels(size, size * count);
    }
    if (count) paintUnits(atlas, units.data, frame.meta.units_range, size, count, palette.diverging);
    paintOutputs(boundary, frame.meta.boundary_range, palette);

    const ratio = ratioOf();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.save();
    context.clip(clip);
    drawPictures(size);
    context.restore();
    drawBiases(frame.spec, weights.data, palette);
  }

  function paintOutputs({ data, shape: [count] }, range, palette) {
    while (outputs.length < count) outputs.push(createPixels(OUTPUT_SIZE, OUTPUT_SIZE));
    outputs.length = count;
    if (count === 1) {
      paintOutput(outputs[0], data, range, palette.diverging, false);
      return;
    }
    const area = OUTPUT_SIZE * OUTPUT_SIZE;
    outputs.forEach((pixels, k) =>
      paintClass(pixels, data.subarray(k * area, (k + 1) * area), palette.classLevels[k]));
  }

  function drawPictures(size) {
    const { tile, columns } = layout;
    const last = columns.length - 1;
    let unit = 0;
    columns.forEach(({ x, ys }, column) => {
      ys.forEach((y, row) => {
        const [left, top] = [x - tile / 2, y - tile / 2];
        if (column === 0) inputs[row] && context.drawImage(inputs[row], left, top, tile, tile);
        else if (column === last) {
          outputs[row] && context.drawImage(outputs[row].canvas, left, top, tile, tile);
        } else {
          context.drawImage(atlas.canvas, 0, size * unit, size, size, left, top, tile, tile);
          unit += 1;
        }
      });
    });
  }

  /** A dot for each bias, in a row from the left corner. */
  function drawBiases(spec, weights, palette) {
    const { tile, columns } = layout;
    const radius = Math.min(DOT_MOST, Math.max(DOT_LEAST, tile * DOT));
    const index = indexWeights(columns.map(({ ys }) => ys.length), listPieces(spec));
    index.layers.forEach((layer, l) => {
      const { x, ys } = columns[l + 1];
      ys.forEach((y, unit) => sumsOfUnit(unit, layer.units, layer.outputs / layer.units).forEach((sum, piece) => {
        const bias = weights[placeOf(layer, "bias", sum)];
        const [left, top] = [x - tile / 2 + 1 + piece * 2 * (radius + 1), y + tile / 2 - 1];
        disc(left, top, radius + 1.6, palette.card, 1);
        disc(left, top, radius, palette["line-strong"], 1);
        disc(left, top, radius, bias < 0 ? palette.negative : palette.positive, strengthOf(2 * bias));
      }));
    });
  }

  function disc(x, y, radius, colour, alpha) {
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.globalAlpha = 1;
  }

  /** Copies one tile's picture, as it was last painted. */
  function copy(column, row, target) {
    const context2 = target.getContext("2d");
    const last = layout.columns.length - 1;
    if (column === 0) context2.drawImage(inputs[row], 0, 0, target.width, target.height);
    else if (column === last) context2.drawImage(outputs[row].canvas, 0, 0, target.width, target.height);
    else {
      const size = atlas.width;
      let unit = row;
      for (let i = 1; i < column; i += 1) unit += layout.columns[i].ys.length;
      context2.drawImage(atlas.canvas, 0, size * unit, size, size, 0, 0, target.width, target.height);
    }
  }

  return { place, draw, paintInputs, copy };
}
