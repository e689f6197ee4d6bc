/** Preview of the embed, scaled to the available room. */

import { h } from "lib/dom";
import { createThrottle } from "lib/throttle";
import { word } from "lib/words";

const PERIOD = 700;
/** How wide an embed is thought to be that takes what room there is. */
const FULL_WIDTH = 960;
/** Its height, in shares of that of the dialog, and at least (pixels). */
const HEIGHT_SHARE = 0.44;
const LEAST_HEIGHT = 320;

/**
 * @returns {{element: HTMLElement, frame: HTMLIFrameElement, open: (address: string) => void,
 *   show: (address: string, size: {width: number|null, height: number}) => void}} `open` shows
 *   another address at once, until the next one is to be shown
 */
export function createPreview() {
  const frame = h("iframe.preview-frame", { title: word("share.preview"), tabindex: "-1" });
  const element = h("div.preview", {}, frame);
  let wanted = "";
  let size = null;
  let shown = "";
  // Each new address begins a run of its own on the server.
  const loading = createThrottle(PERIOD, () => {
    if (wanted !== shown && element.isConnected) open(wanted);
  });

  function open(address) {
    loading.cancel();
    shown = address;
    frame.contentWindow.location.replace(address);
  }

  function show(address, { width, height }) {
    wanted = address;
    size = { width, height };
    fit();
    loading.offer();
  }

  /** As large as there is room; never larger than it will be. */
  function fit() {
    if (!size || !element.clientWidth) return;
    const { width, height } = size;
    const real = width ?? FULL_WIDTH;
    const most = Math.max(LEAST_HEIGHT, HEIGHT_SHARE * element.closest("dialog").clientHeight);
    const scale = Math.min(1, element.clientWidth / real, most / height);
    Object.assign(frame.style, {
      width: `${real}px`, height: `${height}px`, transform: `scale(${scale})`,
      marginLeft: `${(element.clientWidth - real * scale) / 2}px`,
    });
    element.style.height = `${height * scale}px`;
  }

  new ResizeObserver(fit).observe(element);

  return { element, frame, open, show };
}
