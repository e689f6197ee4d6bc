/** Saves the picture of a view as PNG or SVG. */

import { saveFile } from "lib/files";
import { epochOf } from "lib/frames";
import { describeSubject, nameSubject } from "pictures/subject";
import { rasterize } from "pictures/raster";
import { drawView } from "pictures/view-picture";

/**
 * @param {{store: Store, frame: () => Frame}} parts `frame` gives the last one
 * @returns {(element: HTMLElement, title: string, type: "png"|"svg") => Promise<void>}
 */
export function createPictureSaver({ store, frame }) {
  return async (element, title, type) => {
    const now = frame();
    const { appearance: { palette } } = store.get();
    const caption = `${nameSubject(now)} · ${describeSubject(now)}`;
    const { text, width, height } = await drawView(element, { title, caption, palette });
    const name = `livenet-${now.spec.data.name}-epoch${epochOf(now.meta)}.${type}`;
    if (type === "png") saveFile(name, await rasterize(text, { width, height }));
    else saveFile(name, text, "image/svg+xml");
  };
}
