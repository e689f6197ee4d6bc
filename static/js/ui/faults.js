/**
 * Error line that names the parts of the page that failed. It is in the document from the start,
 * and belongs to no view.
 */

import { setText } from "lib/dom";
import { word } from "lib/words";

/** The part that an exception belongs to which no view has been caught with. */
const PAGE = "page";

/**
 * @param {HTMLElement} element holds, hidden, what is said of a page that could not start
 * @returns {{report: (part: string, error: Error) => void, clear: (part: string) => void,
 *   speak: () => void, reportStart: (error: Error) => void}} `speak` says it again, in the words
 *   that are spoken now
 */
export function createFaults(element) {
  const parts = new Set();

  function speak() {
    const names = [...parts].map((part) => word(`part.${part}`)).join(", ");
    setText(element, parts.size ? word("fault.parts", { parts: names }) : "");
    element.hidden = !parts.size;
  }

  /** Says once that a part has failed; the console has the rest. */
  function report(part, error) {
    if (parts.has(part)) return;
    parts.add(part);
    console.error(error);
    speak();
  }

  function clear(part) {
    if (parts.delete(part)) speak();
  }

  /** The page cannot go on at all, and perhaps has no words yet but those of the document. */
  function reportStart(error) {
    console.error(error);
    element.hidden = false;
  }

  window.addEventListener("error", ({ error }) => {
    // What the browser says itself, such as of a ResizeObserver, comes without one.
    if (!(error instanceof Error) || parts.has(PAGE)) return;
    parts.add(PAGE);
    speak();
  });

  return { report, clear, speak, reportStart };
}
