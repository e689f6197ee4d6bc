/** Saves files through the browser. */

/** How long a browser may take to read what it saves (milliseconds). */
const READING_TIME = 10_000;

/**
 * Saves a file where the browser saves files.
 *
 * @param {string} name
 * @param {Blob|string} content
 * @param {string} [type] media type
 */
export function saveFile(name, content, type = "") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READING_TIME);
}
