/** Ways of a lesson: back and next, to all lessons, and to the same step in another language. */

import { h, setText } from "lib/dom";
import { spokenLanguage, word } from "lib/words";

/**
 * @param {{head: HTMLElement, foot: HTMLElement, languages: string[], count: number, goTo: (step: number) => void}} parts
 *   `count` is that of the steps
 * @returns {{show: (step: number) => void}}
 */
export function createNavigation({ head, foot, languages, count, goTo }) {
  let step = 0;
  const back = h("button.button", { type: "button", data: { action: "back" }, on: { click: () => goTo(step - 1) } }, word("lesson.back"));
  const next = h("button.button.primary", { type: "button", data: { action: "next" }, on: { click: () => goTo(step + 1) } }, word("lesson.next"));
  const place = h("p.lesson-count");
  foot.append(back, place, next);
  head.prepend(h("a.lesson-all", { href: `lessons?lang=${spokenLanguage()}` }, word("lesson.all")));
  head.append(...languages.filter((one) => one !== spokenLanguage()).map(makeLink));

  function makeLink(other) {
    const link = h("a.lesson-language", { lang: other, href: addressIn(other), data: { action: "language" } }, word(`language.${other}`));
    link.addEventListener("click", () => { link.href = addressIn(other); });
    return link;
  }

  function addressIn(other) {
    const address = addressOf(step);
    address.searchParams.set("lang", other);
    return address.href;
  }

  function show(index) {
    step = index;
    setText(place, word("lesson.count", { step: step + 1, steps: count }));
    back.disabled = step === 0;
    next.disabled = step === count - 1;
  }

  return { show };
}

/** The address names the step, so that a reload, a bookmark or another language keeps it. */
export function writeStep(step) {
  window.history.replaceState(null, "", addressOf(step));
}

function addressOf(step) {
  const address = new URL(location.href);
  address.searchParams.set("step", String(step + 1));
  return address;
}
