/**
 * A visitor's own lessons: their text is kept in the browser's storage, and read by the server, which
 * keeps nothing. A link carries the text in its fragment, which no browser sends.
 */

import { readBytes } from "lib/files";
import { hasWord, word } from "lib/words";

const KEY = "livenet.lessons";
/** Lessons that are kept, characters of a text, and those of a link. */
const MOST = { lessons: 20, characters: 128 << 10, fragment: 64 << 10 };
const WORD = "lesson=";
const KEPT = "own=";

/** A lesson that cannot be read; its message is one line for a person. */
export class LessonProblem extends Error {}

/**
 * Has the server read a lesson.
 *
 * @param {Blob} content Markdown
 * @returns {Promise<Object>} as the page of a lesson takes it
 * @throws {LessonProblem}
 */
export async function readLesson(content) {
  if (content.size > MOST.characters) throw new LessonProblem(word("lessons.tooLong"));
  const answer = await fetch("api/lessons", { method: "POST", body: content, headers: { "Content-Type": "text/markdown" } }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok && told) return told.lesson;
  throw new LessonProblem(told?.error ? describeMistake(told.error) : word("lessons.notRead"));
}

/** What is wrong, in the page's language where the server names the mistake. */
function describeMistake({ line, mistake, values = {}, message }) {
  const key = `lessons.mistake.${mistake}`;
  return hasWord(key) ? word("lessons.mistake", { line, text: word(key, values) }) : message;
}

/**
 * The lessons that the browser keeps.
 *
 * @param {StorageLike} storage
 */
export function createKeptLessons(storage) {
  /** @returns {{name: string, title: string, text: string}[]} */
  function list() {
    try {
      const kept = JSON.parse(storage.getItem(KEY) ?? "[]");
      return kept.filter((one) => ["name", "title", "text"].every((key) => typeof one[key] === "string"));
    } catch {
      return [];
    }
  }

  /** Keeps a lesson in place of one of the same name; the oldest goes where there are too many. */
  function put(one) {
    const others = list().filter(({ name }) => name !== one.name);
    storage.setItem(KEY, JSON.stringify([...others, one].slice(-MOST.lessons)));
  }

  function remove(name) {
    storage.setItem(KEY, JSON.stringify(list().filter((one) => one.name !== name)));
  }

  return { list, put, remove, find: (name) => list().find((one) => one.name === name) };
}

/** The name of a file without what names cannot hold. */
export function nameOf(file) {
  return file.replace(/\.[^.]*$/, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 64) || "lesson";
}

/** Address of a lesson that the browser keeps, relative to the root. */
export function addressOf(name) {
  return `lesson#${KEPT}${encodeURIComponent(name)}`;
}

/**
 * Fragment that carries a lesson.
 *
 * @param {string} text
 * @returns {Promise<string>} without `#`
 */
export async function writeFragment(text) {
  const bytes = await readBytes(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return WORD + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The text of the lesson that a fragment carries or names.
 *
 * @param {string} fragment with `#`
 * @param {{find: (name: string) => any}} keptLessons
 * @returns {Promise<{name: string, text: string, linked: boolean}>}
 * @throws {LessonProblem}
 */
export async function readFragment(fragment, keptLessons) {
  const said = fragment.slice(1);
  if (said.startsWith(KEPT)) {
    const kept = keptLessons.find(decode(said.slice(KEPT.length)));
    if (kept) return { ...kept, linked: false };
    throw new LessonProblem(word("lessons.notKept"));
  }
  if (!said.startsWith(WORD) || said.length > MOST.fragment) throw new LessonProblem(word("lessons.badLink"));
  try {
    const letters = atob(said.slice(WORD.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bytes = await readBytes(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")), MOST.characters);
    return { name: `link-${said.slice(-12)}`, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), linked: true };
  } catch {
    throw new LessonProblem(word("lessons.badLink"));
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
