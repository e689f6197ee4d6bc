/** Notice line: connection state, busy server, refused edits. */

import { h, setText } from "lib/dom";
import { word } from "lib/words";
import { describeQueue } from "spoken/queue-words";

const PATIENCE = 500;
const READING_TIME = 6000;
/** What is said while nothing is to be seen yet, by state of the connection. */
const TEXTS = {
  connecting: "connection.connecting", waiting: "connection.waiting", open: "connection.waiting",
};

/** @returns {{update, resize, destroy}} */
export function create(element, { store, reconnect }) {
  const text = h("span");
  const button = h("button.button.small", { type: "button", on: { click: reconnect } });
  const box = h("div.notice", { hidden: true }, text, button);
  element.append(box);
  let timer = 0;
  let countdown = 0;
  let seen = false;

  function say(message, action = "") {
    setText(text, message);
    setText(button, action);
    button.hidden = !action;
    box.hidden = !message;
  }

  function showConnection({ name, seconds, queue }) {
    clearTimeout(timer);
    clearInterval(countdown);
    if (name === "connecting") seen = false;
    if (name === "open" && store.get().page.message) showMessage(store.get());
    else if (name === "open" && seen) say("");
    else if (name === "left") say(describeUnplayable());
    else if (name === "held") say(word("connection.held"));
    else if (name === "queued") say([describeQueue(queue), describeUnplayable()].filter(Boolean).join(" "));
    else if (name === "taken") say(word("connection.taken"), word("action.takeBack"));
    else if (name === "idle") say(word("connection.idle"), word("action.goOn"));
    else if (name === "lost" || name === "busy") count(name, Math.round(seconds));
    else timer = setTimeout(() => say(word(TEXTS[name])), PATIENCE);
  }

  /** The server is ready when its first frame comes, not when it answers. */
  function update() {
    if (seen) return;
    seen = true;
    if (!store.get().page.message) showConnection(store.get().stream.connection);
  }

  /** Why no recording plays where nothing of the server is to be had; "" for no reason. */
  function describeUnplayable() {
    const { stream: { unplayable } } = store.get();
    return unplayable ? word(`recording.broken.${unplayable}`) : "";
  }

  function count(name, seconds) {
    let left = seconds;
    const tick = () => {
      const when = left > 0 ? word("connection.retryIn", { seconds: left }) : word("connection.retryNow");
      say([word(`connection.${name}`), describeUnplayable(), when].filter(Boolean).join(" "), word("action.retry"));
      left -= 1;
    };
    tick();
    countdown = setInterval(() => left >= 0 && tick(), 1000);
  }

  /** Shows a message for a while: a text, or the key of one. */
  function showMessage({ page: { message } }) {
    if (!message || store.get().stream.connection.name !== "open") return;
    clearTimeout(timer);
    say(message.text ?? word(message.key));
    timer = setTimeout(() => {
      say("");
      store.set({ page: { message: null } });
    }, READING_TIME);
  }

  const unwatch = [
    store.watch(["stream.connection"], ({ stream: { connection } }) => showConnection(connection)),
    store.watch(["page.message"], showMessage),
  ];

  function destroy() {
    clearTimeout(timer);
    clearInterval(countdown);
    unwatch.forEach((stop) => stop());
    element.replaceChildren();
  }

  return { update, resize() {}, destroy };
}
