/** Saves the trained model as a file and opens one. */

import { describeError } from "lib/errors";
import { saveFile } from "lib/files";
import { word } from "lib/words";

const NAMED_STEP = /step-(\d+)/;
/** Parts of a file that hold one number for each parameter. */
const VECTORS = ["params", "m", "v"];

/**
 * @param {{path: string, token: () => string, store: Store}} parts `path` of the sessions
 * @returns {{save: () => Promise, open: (file: File) => Promise}} what goes wrong is said as
 *   `store.page.message`
 */
export function createModelFile({ path, token, store }) {
  const url = () => `${path}/${token()}/model`;

  function say(text) {
    store.set({ page: { message: { text } } });
  }

  async function ask(options) {
    try {
      return await fetch(url(), { cache: "no-store", ...options });
    } catch {
      say(word("model.unreachable"));
      return null;
    }
  }

  /** Downloads the model of the present state. */
  async function save() {
    const answer = await ask({});
    if (!answer) return;
    if (!answer.ok) {
      say(word("model.notSaved", { reason: describe(await readError(answer)) }));
      return;
    }
    const [, step] = NAMED_STEP.exec(answer.headers.get("Content-Disposition")) ?? [];
    const name = `livenet-${store.get().run.spec.data.name}-step${step}.safetensors`;
    saveFile(name, await answer.blob());
  }

  /** Goes on with the model of a file in the place of the present one, which undo brings back. */
  async function open(file) {
    const answer = await ask({ method: "POST", body: file });
    if (!answer) return;
    if (answer.ok) {
      store.set({ run: { diverged: null } });
      say(word("model.opened", { name: file.name }));
    } else {
      const reason = describe(await readError(answer));
      say(word("model.refused", { name: file.name, reason }));
    }
  }

  return { save, open };
}

/** The error of an answer; of one that holds none, its status. */
async function readError(answer) {
  try {
    return await answer.json();
  } catch {
    return { code: String(answer.status), message: answer.statusText };
  }
}

function describe(error) {
  const { code, path } = error;
  if (code !== "invalid_checkpoint") return describeError(error);
  if (!path) return word("model.refused.file");
  return VECTORS.includes(path)
    ? word("model.refused.weights") : word("model.refused.spec", { path });
}
