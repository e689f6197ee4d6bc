/**
 * Resolves the names that the page's modules import each other by: a path below
 * `static/js` without `.js`. They are modules, whatever Node would guess.
 */

import { existsSync } from "node:fs";

const ROOT = new URL("../../static/js/", import.meta.url);
const BARE = /^[a-z][\w-]*(\/[\w-]+)*$/;

export function resolve(specifier, context, next) {
  if (BARE.test(specifier)) {
    const file = new URL(`${specifier}.js`, ROOT);
    if (existsSync(file)) return { url: file.href, format: "module", shortCircuit: true };
  }
  return next(specifier, context);
}
