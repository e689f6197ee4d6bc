/** Edits of hidden layers, each with its `origin`. */

/** Origin of layers that stay as they are. */
function keep(layers) {
  return layers.map((layer, i) => [i, range(layer.units)]);
}

function range(count) {
  return Array.from({ length: count }, (_, i) => i);
}

/** Adds one unit at the end of a layer. */
export function addUnit(layers, at) {
  const origin = keep(layers);
  origin[at][1].push(null);
  return { layers: withUnits(layers, at, layers[at].units + 1), origin };
}

/** Removes exactly this unit; the last unit of a layer stays. */
export function removeUnit(layers, at, unit) {
  const origin = keep(layers);
  origin[at][1].splice(unit, 1);
  return { layers: withUnits(layers, at, layers[at].units - 1), origin };
}

/** Inserts a layer before layer `at`, like the one in front of it. */
export function insertLayer(layers, at, fallback) {
  const like = layers[Math.max(0, at - 1)] ?? fallback;
  const layer = { ...like, dropout: 0, batch_norm: false, trainable: true };
  const origin = keep(layers);
  origin.splice(at, 0, [null, Array(layer.units).fill(null)]);
  return { layers: layers.toSpliced(at, 0, layer), origin };
}

/** Removes a whole layer. */
export function removeLayer(layers, at) {
  return { layers: layers.toSpliced(at, 1), origin: keep(layers).toSpliced(at, 1) };
}

/** Whether updates leave a layer as it is; the output layer stands behind the hidden ones. */
export function isFrozen({ layers, output }, at) {
  return (at === layers.length ? output : layers[at])?.trainable === false;
}

/** Where an edit puts a hidden unit {layer, unit}; null if it is gone. */
export function mapUnit(place, origin) {
  if (!place) return null;
  const layer = origin.findIndex(([old]) => old === place.layer);
  if (layer < 0) return null;
  const unit = origin[layer][1].indexOf(place.unit);
  return unit < 0 ? null : { layer, unit };
}

/** Changes settings of one layer. */
export function changeLayer(layers, at, patch) {
  return layers.with(at, { ...layers[at], ...patch });
}

function withUnits(layers, at, units) {
  return layers.with(at, { ...layers[at], units });
}

/** Output activation of a task and loss. */
export function outputActivation(task, loss) {
  if (task === "multiclass") return "softmax";
  if (task === "regression" || loss === "hinge") return "linear";
  return loss === "binary_crossentropy" ? "sigmoid" : "tanh";
}
