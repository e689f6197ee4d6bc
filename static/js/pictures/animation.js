/** A moving picture of a run: kept moments, each drawn as a picture, put together by the server. */

import { decodeFrame } from "frames";
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
 * @param {object} context
 * @param {object} sheet as `pictures/sheet` takes it; without a caption of a person's own each
 *   picture says its epoch
 * @param {{points: object[], format: string, pause: number, signal: AbortSignal,
 *   tell: (done: number) => void}} how `pause` between two pictures in milliseconds
 * @returns {Promise<Blob>}
 * @throws what the server refused, as `{code, message}`, or that it was given up
 */
export async function animate(context, sheet, { points, format, pause, signal, tell }) {
  const body = new FormData();
  for (const [i, { id }] of points.entries()) {
    const subject = await fetchMoment(context, id, sheet, signal);
    // A moment that was thinned out meanwhile is left out.
    if (!subject) continue;
    const caption = sheet.ownCaption ? sheet.caption : describeSubject(subject.frame);
    const text = await drawSheet(subject, { ...sheet, caption });
    body.append("frame", await rasterize(text, sheet));
    signal.throwIfAborted();
    tell(i + 1);
  }
  const url = `/api/animations?format=${format}&ms=${pause}`;
  const answer = await fetch(url, { method: "POST", body, signal });
  if (!answer.ok) throw (await answer.json()).error;
  return answer.blob();
}

async function fetchMoment(context, id, { scheme }, signal) {
  const answer = await fetch(`/api/sessions/${context.token()}/points/${id}`, { signal });
  if (answer.status === 404) return null;
  if (!answer.ok) throw await answer.json();
  const frame = decodeFrame(await answer.arrayBuffer());
  frame.spec = frame.meta.spec;
  const subject = makeSubject(frame, context, scheme);
  return { ...subject, recalled: frame.meta, history: upTo(subject.history, frame.meta.step) };
}

/** The curves as far as they were drawn at a step. */
function upTo({ series, marks }, step) {
  const count = series.step.filter((one) => one <= step).length;
  const columns = Object.entries(series).map(([name, values]) => [name, values.slice(0, count)]);
  return { series: Object.fromEntries(columns), marks: marks.filter((one) => one <= step) };
}
