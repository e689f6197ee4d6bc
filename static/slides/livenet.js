/*!
 * LiveNet's plugin for reveal.js: fragments drive networks in frames.
 *
 *   <script src="https://SERVER/slides/livenet.js"></script>
 *   Reveal.initialize({ plugins: [RevealLiveNet] })
 *
 *   <iframe data-src="https://SERVER/embed?data=spiral"></iframe>
 *   <p class="fragment" data-livenet="train 200">after 200 epochs</p>
 *
 * What a frame shows at a fragment is said by all fragments up to it, from the untrained network
 * on. So going back, and jumping into the middle of a deck, give the same as going forth: the same
 * seed gives the very same weights. The whole of it is in LiveNet's docs/slides.md.
 */
var RevealLiveNet = (() => {
  "use strict";

  const VERSION = 1;
  const ATTRIBUTE = "data-livenet";
  const FOR = "data-livenet-for";
  /** Keys that a frame hands over, as reveal.js knows them. */
  const KEYS = {
    ArrowLeft: 37, ArrowRight: 39, PageUp: 33, PageDown: 34, Escape: 27, " ": 32, Home: 36, End: 35,
    b: 66, ".": 190, f: 70, o: 79, s: 83,
  };
  const CARRIES = /(^|&)state=/;
  /** A frame as it is opened: untrained, with its own state, panels and unit. */
  const BEGINNING = Object.freeze({ query: null, parts: [], panels: null, unit: null, running: false });

  /**
   * Reads commands, such as `train 200; show boundary,network; unit 0 3`.
   *
   * @param {string} text
   * @returns {[string, ...string[]][]} name and arguments of each
   * @throws {RangeError} a command that there is not
   */
  function readCommands(text) {
    return text.split(";").map((part) => part.trim()).filter(Boolean).map((part) => {
      const [name, ...rest] = part.split(/\s+/);
      const fits = {
        play: () => rest.length === 0,
        pause: () => rest.length === 0,
        reset: () => rest.length === 0,
        train: () => rest.length === 1 && isCount(rest[0], 100000),
        step: () => rest.length === 1 && isCount(rest[0], 10000),
        show: () => rest.length === 1,
        unit: () => rest[0] === "none" || (rest.length === 2 && rest.every((n) => /^\d{1,4}$/.test(n))),
        load: () => rest.length <= 1,
      }[name];
      if (!fits || !fits()) throw new RangeError(`${ATTRIBUTE}: ${part}`);
      return [name, ...rest];
    });
  }

  function isCount(text, most) {
    return /^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= most;
  }

  /** The state after commands, one after the other, from a frame as it is opened. */
  function stateAfter(commands) {
    return commands.reduce((state, [name, ...rest]) => {
      switch (name) {
        case "reset": return { ...state, parts: [], running: false };
        case "train": return { ...state, parts: [...state.parts, { epochs: Number(rest[0]) }], running: false };
        case "step": return { ...state, parts: [...state.parts, { batches: Number(rest[0]) }], running: false };
        case "show": return { ...state, panels: rest[0].split(",") };
        case "unit": return { ...state, unit: rest[0] === "none" ? null : { layer: Number(rest[0]), unit: Number(rest[1]) } };
        case "load": return { ...state, query: rest[0] ?? "", parts: [], running: false };
        case "play": return { ...state, running: true };
        default: return { ...state, running: false };
      }
    }, BEGINNING);
  }

  /**
   * What to say to a frame so that it comes from one state to another.
   *
   * @param {object} from
   * @param {object} to
   * @param {{exact: boolean, watched: boolean, own: {query: string, panels: string[]}}} how `exact`
   *   is whether the frame is just in the state `from`, `watched` whether training is to be seen,
   *   `own` is what the frame was opened with
   * @returns {object[]} messages
   */
  function findWay(from, to, { exact, watched, own }) {
    const messages = [];
    const goesOn = exact && !from.running && from.query === to.query
      && from.parts.every((part, i) => JSON.stringify(part) === JSON.stringify(to.parts[i]));
    let done = from.parts.length;
    if (!goesOn) {
      const query = to.query ?? own.query;
      // A link that carries weights begins with those, and a reset would draw others.
      if (to.query !== from.query || CARRIES.test(query)) messages.push({ type: "load", query });
      else messages.push({ type: "reset" });
      done = 0;
    }
    const rest = to.parts.slice(done);
    // Several at once are a jump.
    const fast = !goesOn || !watched || rest.length > 1;
    for (const part of rest) {
      messages.push(part.batches ? { type: "step", ...part } : { type: "train", ...part, fast });
    }
    if (String(from.panels) !== String(to.panels)) {
      messages.push({ type: "show", panels: to.panels ?? own.panels });
    }
    if (JSON.stringify(from.unit) !== JSON.stringify(to.unit)) messages.push({ type: "show", unit: to.unit });
    if (to.running) messages.push({ type: "play" });
    return messages;
  }

  /** The commands of fragments, in the order in which they are shown. */
  function inOrder(fragments) {
    const place = (fragment) => Number(fragment.getAttribute("data-fragment-index") ?? 0);
    return [...fragments].sort((a, b) => place(a) - place(b));
  }

  function isEmbed(frame) {
    if (frame.hasAttribute(ATTRIBUTE)) return true;
    return /\/embed\/?$/.test(addressOf(frame)?.pathname ?? "");
  }

  function addressOf(frame) {
    const text = frame.getAttribute("src") || frame.getAttribute("data-src");
    try {
      return text ? new URL(text, document.baseURI) : null;
    } catch {
      return null;
    }
  }

  /** One frame of the deck: what it is told, and what it says of itself. */
  class Frame {
    constructor(element) {
      this.element = element;
      this.ready = false;
      this.driven = false;
      this.state = BEGINNING;
      this.exact = true;
      this.pending = new Set();
      this.opened = null;
      this.step = 0;
      this.panels = [];
      this.count = 0;
    }

    get origin() {
      return addressOf(this.element)?.origin;
    }

    send(message) {
      this.count += 1;
      this.pending.add(this.count);
      this.post({ livenet: VERSION, id: this.count, ...message });
    }

    post(message) {
      if (this.ready) this.element.contentWindow?.postMessage(message, this.origin);
    }

    /** What was loaded is gone, or new. */
    forget() {
      this.ready = false;
      this.driven = false;
      this.state = BEGINNING;
      this.exact = true;
      this.pending.clear();
    }

    /** Takes a message of the frame; says whether it is a new one. */
    hear({ type, id, step, panels, opened, key }, deck) {
      if (type === "ready") {
        // A frame says so again when reveal.js comes to its slide.
        if (this.ready && this.opened === opened) return false;
        this.forget();
        this.ready = true;
        this.opened = opened;
        this.panels = panels;
        this.step = step;
        this.send({ type: "hello" });
        return true;
      }
      if (type === "done") {
        this.pending.delete(id);
        this.step = step;
      } else if (type === "error") {
        if (this.pending.delete(id)) this.exact = false;
      } else if (type === "epoch") {
        // Somebody trains it by hand.
        if (this.pending.size === 0 && !this.state.running && step !== this.step) this.exact = false;
      } else if (type === "key" && Object.hasOwn(KEYS, key)) deck.triggerKey(KEYS[key]);
      return false;
    }

    /** Has it come to a state; `watched` where training is to be seen. */
    bring(state, watched) {
      if (!this.ready) return;
      if (!this.driven) {
        // A frame that is driven trains when it is told to, and not because its slide is shown:
        // reveal.js may just have had it begin, whatever it has said of itself.
        this.send({ type: "pause" });
        this.exact = false;
      }
      this.driven = true;
      const messages = findWay(this.state, state, {
        exact: this.exact, watched,
        own: { query: addressOf(this.element).search.slice(1), panels: this.panels },
      });
      this.state = state;
      this.exact = true;
      for (const message of messages) this.send(message);
    }
  }

  function createPlugin() {
    const frames = new Map();
    let deck = null;
    let receiver = false;

    function frameOf(element) {
      if (!frames.has(element)) frames.set(element, new Frame(element));
      return frames.get(element);
    }

    function framesIn(slide) {
      return [...slide.querySelectorAll("iframe")].filter(isEmbed).map(frameOf);
    }

    /** All commands for a frame on its slide: its own, then those of the fragments that are shown. */
    function commandsFor({ element }, slide) {
      const isFor = (fragment) => {
        const id = fragment.getAttribute(FOR);
        return id === null || id === element.id;
      };
      const all = [...slide.querySelectorAll(`.fragment[${ATTRIBUTE}]`)].filter(isFor);
      const own = element.getAttribute(ATTRIBUTE);
      if (all.length === 0 && !own) return null;
      const shown = inOrder(all.filter((fragment) => fragment.classList.contains("visible")));
      return [own ?? "", ...shown.map((fragment) => fragment.getAttribute(ATTRIBUTE))].flatMap(read);
    }

    function read(text) {
      try {
        return readCommands(text);
      } catch (error) {
        console.warn(error.message);
        return [];
      }
    }

    function bring(frame, watched) {
      const slide = deck.getCurrentSlide();
      if (!slide || !slide.contains(frame.element)) return;
      const commands = commandsFor(frame, slide);
      if (commands) frame.bring(stateAfter(commands), watched && !receiver);
    }

    function bringAll(watched) {
      const slide = deck.getCurrentSlide();
      if (slide) for (const frame of framesIn(slide)) bring(frame, watched);
    }

    function hear({ data, source, origin }) {
      if (typeof data !== "object" || data === null || data.livenet !== VERSION) return;
      const element = [...deck.getSlidesElement().querySelectorAll("iframe")]
        .find((one) => one.contentWindow === source);
      if (!element || !isEmbed(element)) return;
      const frame = frameOf(element);
      if (origin !== frame.origin) return;
      if (frame.hear(data, deck)) bring(frame, false);
    }

    function changeSlide({ previousSlide }) {
      // reveal.js empties frames with data-src when their slide is left.
      if (previousSlide) {
        for (const frame of framesIn(previousSlide)) {
          if (!frame.element.hasAttribute("src")) frame.forget();
        }
      }
      bringAll(false);
    }

    /** All slides are seen in the overview, and none is presented. */
    function rest(yes) {
      for (const frame of frames.values()) {
        if (yes) frame.post("slide:stop");
        else if (deck.getCurrentSlide()?.contains(frame.element)) frame.post("slide:start");
      }
    }

    function init(reveal) {
      deck = reveal;
      receiver = deck.isSpeakerNotes?.() ?? false;
      window.addEventListener("message", hear);
      deck.on("slidechanged", changeSlide);
      deck.on("fragmentshown", () => bringAll(true));
      deck.on("fragmenthidden", () => bringAll(false));
      deck.on("overviewshown", () => rest(true));
      deck.on("overviewhidden", () => rest(false));
      // Frames that were ready before this plugin came say so again.
      for (const frame of deck.getSlidesElement().querySelectorAll("iframe")) {
        if (isEmbed(frame)) frame.contentWindow?.postMessage({ livenet: VERSION, type: "hello" }, "*");
      }
    }

    function destroy() {
      window.removeEventListener("message", hear);
    }

    return { id: "livenet", init, destroy };
  }

  return Object.assign(createPlugin, { readCommands, stateAfter, findWay });
})();
