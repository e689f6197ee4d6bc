/** Parser of the host page's messages, strict and pure; docs/slides.md has the table. */

import { PANELS } from "embed/options";

/** The version of the messages; every one of them carries it as `livenet`. */
export const VERSION = 1;

const MOST_TEXT = 8192;
const MOST_SPEC = 1 << 20;
const SLIDE = { "slide:start": "start", "slide:stop": "stop" };

/** What is wrong with a message: a code, and the key that it is about. */
export class MessageError extends Error {
  /**
   * @param {string} code
   * @param {string} path
   * @param {Object} said of the message: its `id` and `type`, as far as they can be used
   */
  constructor(code, path, said = {}) {
    super(code);
    this.code = code;
    this.path = path;
    this.said = said;
  }
}

const whole = (least, most) => (value) => Number.isInteger(value) && value >= least && value <= most;
const flag = (value) => typeof value === "boolean";

/** Keys of each command, and what they may be. */
const COMMANDS = {
  hello: {},
  play: {},
  pause: {},
  reset: {},
  step: { epochs: whole(1, 200), batches: whole(1, 10_000) },
  train: { epochs: whole(1, 100_000), fast: flag },
  load: {
    query: (value) => typeof value === "string" && value.length <= MOST_TEXT,
    spec: isSpec,
  },
  show: { panels: arePanels, unit: isUnit },
};
/** Keys without which a command means nothing, or that exclude each other. */
const RULES = {
  train: ({ epochs }) => epochs !== undefined || "epochs",
  step: ({ epochs, batches }) => epochs === undefined || batches === undefined || "batches",
  load: ({ query, spec }) => (query === undefined) !== (spec === undefined) || "query",
  show: ({ panels, unit }) => panels !== undefined || unit !== undefined || "panels",
};

/**
 * Reads what was posted.
 *
 * @param {*} data anything at all
 * @returns {any} a command; `slide` with `when` for what reveal.js says; null for
 *   what is not meant for an embed
 * @throws {MessageError}
 */
export function readMessage(data) {
  if (typeof data === "string") return Object.hasOwn(SLIDE, data) ? { type: "slide", when: SLIDE[data] } : null;
  if (typeof data !== "object" || data === null || !("livenet" in data)) return null;
  const { livenet, type, id, ...rest } = data;
  const said = { ...(isId(id) ? { id } : {}), ...(typeof type === "string" ? { command: type.slice(0, 40) } : {}) };
  if (livenet !== VERSION) throw new MessageError("version", "livenet", said);
  if (typeof type !== "string" || !Object.hasOwn(COMMANDS, type)) throw new MessageError("unknown_type", "type", said);
  if (id !== undefined && !isId(id)) throw new MessageError("invalid_message", "id", said);
  const known = COMMANDS[type];
  for (const [key, value] of Object.entries(rest)) {
    if (!Object.hasOwn(known, key) || (value !== undefined && !known[key](value))) {
      throw new MessageError("invalid_message", key.slice(0, 40), said);
    }
  }
  const rule = RULES[type]?.(rest) ?? true;
  if (rule !== true) throw new MessageError("invalid_message", rule, said);
  return { ...rest, type, said };
}

function isId(id) {
  return (typeof id === "string" && id.length <= 64) || Number.isFinite(id);
}

function arePanels(value) {
  return Array.isArray(value) && value.length > 0 && value.length <= PANELS.length
    && value.every((name) => PANELS.includes(name));
}

function isUnit(value) {
  if (value === null) return true;
  return typeof value === "object" && Object.keys(value).every((key) => key === "layer" || key === "unit")
    && whole(0, 63)(value.layer) && whole(0, 1023)(value.unit);
}

/** Whatever can be said as JSON and is not too long; the server says what is wrong with it. */
function isSpec(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  try {
    return JSON.stringify(value).length <= MOST_SPEC;
  } catch {
    return false;
  }
}
