/**
 * Embed snippets for pages and slides: pure texts, escaped for the place they stand in.
 * Imports nothing.
 */

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** What an embed may do beyond showing itself: nothing but fill the screen when asked. */
const ALLOW = "fullscreen";

/** Each kind of snippet by its name. */
export const SNIPPETS = {
  html: (embed) => writeFrame(embed, "src"),
  // Where frames are taken out, as on code hosts, the link is left.
  markdown: (embed) => `${writeFrame(embed, "src")}\n\n${writeLink(embed)}\n`,
  quarto: (embed) => [
    '::: {.content-visible when-format="html:js"}', "```{=html}", writeFrame(embed, "src"), "```",
    ":::", "", '::: {.content-visible unless-format="html:js"}', writeLink(embed), ":::", "",
  ].join("\n"),
  // reveal.js loads `data-src` itself, with the slides around it.
  reveal: (embed) => ["<section>", `  ${writeFrame(embed, "data-src", " data-preload")}`, "</section>", ""]
    .join("\n"),
  link: ({ address }) => address,
};

/** Text as it may stand in HTML, between tags or in a quoted attribute. */
function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
}

/** Text as it may stand in a link of Markdown, on one line. */
function escapeMarkdown(text) {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>&]/g, "\\$&");
}

/**
 * @param {{address: string, title: string, width: number|null, height: number,
 *   transparent?: boolean}} embed without a width it is as wide as there is room
 */
function writeFrame({ address, title, width, height, transparent }, source, more = "") {
  // Browsers put an opaque ground under a frame that says another scheme than its page.
  const style = `border:0;max-width:100%${transparent ? ";color-scheme:normal" : ""}`;
  const attributes = [
    [source, address], ["title", title], ["width", width === null ? "100%" : String(width)],
    ["height", String(height)], ["style", style], ["loading", "lazy"], ["allow", ALLOW],
  ];
  const written = attributes.map(([name, value]) => `${name}="${escapeHtml(value)}"`).join(" ");
  return `<iframe ${written}${more}></iframe>`;
}

function writeLink({ address, title }) {
  return `[${escapeMarkdown(title)}](${address})`;
}
