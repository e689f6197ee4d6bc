/** Animation of a run: snapshots, each drawn as a picture, combined by the server. */

import { viewOf } from "plot/curve-figure";
import { decodeFrame } from "lib/frames";
import { rasterize } from "pictures/raster";
import { drawSheet } from "pictures/sheet";
import { describeSubject, makeSubject } from "pictures/subject";

/** So many points of a list, evenly, the first and the last with them. */
export function pickEvenly(points, count) {
  if (points.length <= count) return points;
  return Array.from({ length: count }, (_, i) => points[Math.round((i * (points.length - 1)) / (count - 1))]);
}

/** The points of the run that is seen, from its beginning on. */
export function pointsOfRun(points) {
  const begins = points.findLastIndex(({ step }) => step === 0);
  return points.slice(Math.max(0, begins));
}

/**
 * Makes a moving picture.
 *
 * @param {Context} context
 * @param {Object} sheet as `pictures/sheet` takes it; without a caption of a person's own each
 *   picture says its epoch
 * @param {{points: Object[], format: string, pause: number, signal: AbortSignal,
 *   progress: (share: number) => void}} how `pause` between two pictures in milliseconds
 * @returns {Promise<Blob>}
 * @throws what the server refused, as `{code, message}`, or that it was given up
 */
export async function animate(context, sheet, { points, format, pause, signal, progress }) {
  const body = new FormData();
  const frames = await fetchMoments(context, points, signal);
  // The run goes on meanwhile; what is drawn ends with the last snapshot.
  const whole = upTo(context.history, points.at(-1).step);
  for (const [i, frame] of frames.entries()) {
    const subject = makeSubjectAt(frame, { ...context, history: whole }, sheet.scheme);
    const caption = sheet.ownCaption ? sheet.caption : describeSubject(subject.frame);
    const text = await drawSheet(subject, { ...sheet, caption });
    body.append("frame", await rasterize(text, sheet));
    signal.throwIfAborted();
    progress((i + 1) / frames.length);
  }
  const url = `api/animations?format=${format}&ms=${pause}`;
  const answer = await fetch(url, { method: "POST", body, signal });
  if (!answer.ok) throw (await answer.json()).error;
  return answer.blob();
}

/** Frames of points; those that were thinned out meanwhile are left out. */
async function fetchMoments({ token }, points, signal) {
  const ids = points.map(({ id }) => id).join(",");
  const answer = await fetch(`api/sessions/${token()}/points?ids=${ids}`, { signal });
  if (!answer.ok) throw await answer.json();
  const buffer = await answer.arrayBuffer();
  const view = new DataView(buffer);
  const frames = [];
  for (let at = 0; at < buffer.byteLength;) {
    const length = view.getUint32(at, true);
    const frame = decodeFrame(buffer.slice(at + 4, at + 4 + length));
    frames.push({ ...frame, spec: frame.meta.spec });
    at += 4 + length;
  }
  return frames;
}

/** The curves end at the snapshot, on the axes of the whole run. */
function makeSubjectAt(frame, context, scheme) {
  const subject = makeSubject(frame, context, scheme);
  const { history } = subject;
  const { series, from } = viewOf(history, subject);
  const { step, trainLoss, testLoss } = series;
  const loss = [...trainLoss, ...testLoss].reduce((most, one) => Math.max(most, one), 0);
  const span = { from, step: step.at(-1) ?? 0, loss };
  return { ...subject, recalled: null, span, history: upTo(history, frame.meta.step) };
}

/** The curves as far as they were drawn at a step. */
function upTo({ series, marks, breaks }, step) {
  const count = series.step.filter((one) => one <= step).length;
  const columns = Object.entries(series).map(([name, values]) => [name, values.slice(0, count)]);
  return { series: Object.fromEntries(columns), marks: marks.filter((one) => one <= step), breaks: breaks.filter((one) => one.step <= step) };
}
