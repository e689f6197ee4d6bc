/** Turning a solid picture: by dragging it, or by the arrow keys while it has the focus. */

const FIRST = { yaw: 0.6, pitch: 0.45 };
/** Radians for a pixel, and for a press of a key. */
const DRAG = 0.01;
const KEY = 0.12;
const STEEPEST = Math.PI / 2;

/**
 * @param {HTMLElement} element
 * @param {() => void} onTurn
 * @returns {{enable: (on: boolean) => void, turn: () => {yaw: number, pitch: number}, stop: () => void}}
 */
export function createTurning(element, onTurn) {
  let turn = FIRST;
  let held = null;
  let enabled = false;
  let request = 0;

  function enable(on) {
    if (on === enabled) return;
    enabled = on;
    element.classList.toggle("turnable", on);
    if (on) element.setAttribute("tabindex", "0");
    else element.removeAttribute("tabindex");
  }

  function by(yaw, pitch) {
    turn = { yaw: turn.yaw + yaw, pitch: Math.max(-STEEPEST, Math.min(STEEPEST, turn.pitch + pitch)) };
    cancelAnimationFrame(request);
    request = requestAnimationFrame(onTurn);
  }

  function press(event) {
    if (!enabled) return;
    held = { x: event.clientX, y: event.clientY };
    element.setPointerCapture(event.pointerId);
  }

  function move({ clientX, clientY }) {
    if (!held) return;
    by(DRAG * (clientX - held.x), DRAG * (clientY - held.y));
    held = { x: clientX, y: clientY };
  }

  function letGo() {
    held = null;
  }

  function key(event) {
    const step = { ArrowLeft: [-KEY, 0], ArrowRight: [KEY, 0], ArrowUp: [0, -KEY], ArrowDown: [0, KEY] }[event.key];
    if (!enabled || !step) return;
    event.preventDefault();
    event.stopPropagation();
    by(step[0], step[1]);
  }

  element.addEventListener("pointerdown", press);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", letGo);
  element.addEventListener("pointercancel", letGo);
  element.addEventListener("keydown", key);
  return { enable, turn: () => turn, stop: () => cancelAnimationFrame(request) };
}
