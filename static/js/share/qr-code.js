/** QR code of an address. */

import { h } from "lib/dom";
import { word } from "lib/words";

/**
 * @returns {{element: HTMLElement, show: (address: string) => void, hide: () => void}} nothing is shown for what the
 *   server cannot draw, such as an address that a proxy has renamed
 */
export function createQrCode() {
  const image = h("img.qr-code", { alt: word("share.qr"), on: {
    load: () => { element.hidden = false; },
    error: () => { element.hidden = true; },
  } });
  const element = h("figure.qr", { hidden: true }, image,
    h("figcaption.quiet", {}, word("share.qr.hint")));

  function show(address) {
    image.src = `api/qr?${new URLSearchParams({ text: address })}`;
  }

  function hide() {
    image.removeAttribute("src");
    element.hidden = true;
  }

  return { element, show, hide };
}
