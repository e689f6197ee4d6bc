/**
 * Runs scripts for `tests/page/node.py`: each line in is `[script, ...arguments]` as JSON, each line
 * out `{value}` or `{error}`, with what was `logged`. A script is the body of an asynchronous function.
 */

import * as hooks from "node:module";
import { createInterface } from "node:readline";

import { resolve } from "./resolve.mjs";

// `register` is the way of versions before 22.15.
if (hooks.registerHooks) hooks.registerHooks({ resolve });
else hooks.register("./resolve.mjs", import.meta.url);

const Script = (async () => {}).constructor;
/** What addresses are relative to. */
globalThis.location = new URL("http://livenet.example/");
const logged = [];
for (const name of ["debug", "log", "info", "warn", "error"]) {
  console[name] = (...texts) => logged.push(texts.join(" "));
}

for await (const line of createInterface({ input: process.stdin })) {
  const [script, ...values] = JSON.parse(line);
  try {
    tell({ value: (await new Script(script)(...values)) ?? null });
  } catch (error) {
    tell({ error: error?.stack ?? String(error) });
  }
}
// The timers of a module would keep the process.
process.exit();

function tell(answer) {
  process.stdout.write(`${JSON.stringify({ ...answer, logged: logged.splice(0) })}\n`);
}
