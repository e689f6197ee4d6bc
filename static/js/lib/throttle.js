/** Throttle: calls with the newest value, at most once a period. */

/**
 * @param {number} period milliseconds between two calls
 * @param {(value: any) => void} call gets the newest value
 * @returns {{offer: (value?: any) => void, cancel: () => void}}
 */
export function createThrottle(period, call) {
  let newest;
  let called = -Infinity;
  let timer = 0;

  function offer(value) {
    newest = value;
    if (timer) return;
    const wait = called + period - performance.now();
    if (wait > 0) timer = setTimeout(fire, wait);
    else fire();
  }

  function fire() {
    timer = 0;
    called = performance.now();
    call(newest);
  }

  function cancel() {
    clearTimeout(timer);
    timer = 0;
  }

  return { offer, cancel };
}
