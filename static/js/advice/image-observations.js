/** Observations on a frame of an image network: pure rules, the most urgent first. */

import { frozenLayer, lostRun, stuck, worse } from "advice/observations";

const FEW = 3;
const TIMES = 2;
const APART = 0.05;
const MUCH = 0.5;
const SOME = 0.2;

/**
 * @param {Frame} frame
 * @param {{spec, diverged, setback, trend}} state
 * @returns {{key: string, values?: Object, fix?: Object}} as of the points' rules
 */
export function observe(frame, { spec, diverged, setback, trend }) {
  return lostRun(spec, diverged) ?? worse(setback) ?? frozenLayer(spec)
    ?? (frame.meta.epoch < FEW ? null : tooSimple(spec) ?? overfitting(frame.meta, spec) ?? stuck(frame, spec, trend))
    ?? { key: "images.idle" };
}

function tooSimple({ layers }) {
  return layers.length ? null : { key: "images.straight", fix: { insert: 0 } };
}

/** Much better on the images that it has seen: units that are left out by turns help. */
function overfitting({ train_loss: train, test_loss: test }, { layers }) {
  if (test - train < APART || test < TIMES * train) return null;
  if (layers.some(({ dropout }) => dropout >= MUCH)) return null;
  const dropped = layers.some(({ dropout }) => dropout > 0);
  const next = layers.map((layer) => ({ ...layer, dropout: Math.max(layer.dropout, dropped ? MUCH : SOME) }));
  return { key: "images.overfit", values: { dropout: next[0].dropout }, fix: { patch: { layers: next } } };
}
