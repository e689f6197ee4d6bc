/**
 * Credit-based flow control: requests as few frames ahead as keep the screen busy.
 *
 * A frame that comes and is never painted costs the server a turn. One on its way
 * is enough while it takes less than a screen's frame to come; over a slow network
 * there have to be more.
 */

const AT_START = 2;
const AT_MOST = 4;
const SCREEN_FRAME = 1000 / 60;
const SMOOTHING = 0.1;

/**
 * @param {(frames: number) => void} ask sends so many acknowledgements
 * @returns {{open: Function, arrive: Function, paint: Function}} told when a session
 *   is opened, when a frame comes (milliseconds), and when it has been painted
 */
export function createCredit(ask) {
  let asked = [];
  let onTheWay = AT_START;
  let trip = SCREEN_FRAME;

  function open() {
    asked = [];
    onTheWay = AT_START;
  }

  function arrive(now) {
    onTheWay = Math.max(0, onTheWay - 1);
    const since = asked.shift();
    if (since !== undefined) trip += SMOOTHING * (Math.min(now - since, 1000) - trip);
  }

  function paint(now) {
    const wanted = Math.min(AT_MOST, Math.max(1, Math.ceil(trip / SCREEN_FRAME)));
    const more = Math.max(0, wanted - onTheWay);
    for (let i = 0; i < more; i += 1) asked.push(now);
    onTheWay += more;
    if (more) ask(more);
  }

  return { open, arrive, paint };
}
