/** The link to this very state. */

import { h } from "dom";
import { createCopyButton } from "share/copy";
import { writeState } from "url-state";
import { word } from "words";

/**
 * @param {HTMLElement} element
 * @param {object} context
 */
export function create(element, { store, schema }) {
  const field = h("input.text-input.share-text", {
    type: "text", readonly: true, "aria-label": word("share.link"), data: { share: "link" },
  });
  element.append(h("div.share-row", {}, field, createCopyButton(field)));

  function show() {
    const query = writeState(store.get().spec, schema.defaults());
    field.value = new URL(query ? `/?${query}` : "/", location).href;
  }

  return { show };
}
