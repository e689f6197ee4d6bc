/** Shared parts of a page with a run: connection, edits, history, painter, context of the views. */

import { createAblation } from "network/editing/switching-off";
import { createActions } from "run/actions";
import { createConnection } from "stream/connection";
import { createEdits } from "run/edits";
import { createLibrary } from "images/library";
import { followLoading } from "images/loading";
import { followGoal } from "goals/following";
import { createHandover } from "stream/handover";
import { createImageMode } from "run/image-mode";
import { taskOfSet } from "spec/data-sets";
import { createModelFile } from "run/model-file";
import { trackReducedMotion, requestPace } from "run/pace";
import { createPainter } from "run/painter";
import { trackPageVisibility } from "run/page-visibility";
import { markFrame } from "stream/first-frame";
import { inferTask } from "spec/point-labels";
import { createCustomPoints } from "points/custom-points";
import { createRunHistory } from "run/history";
import { learnSchema, readSchema } from "spec/schema";
import { followStream } from "run/stream-events";
import { createTooltip } from "ui/tooltip";
import { PATHS, createTransports } from "stream/transport-choice";
import { requestViews } from "run/view-requests";
import { createViewGuard, createViewSet } from "pages/view-set";

async function askServer(name) {
  const answer = await fetch(`api/${name}`);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
}

/**
 * Makes the parts of a page with a run; nothing is asked of the server before `connect`.
 *
 * @param {{config: Object, store: Store, storage: StorageLike, address: Object, faults: Object,
 *   createViews: (part: Function, context: Object) => Object[][], painted: (frame: Object) => void,
 *   followers?: ((connection: Object, store: Store, storage: StorageLike) => void)[],
 *   source?: Object, around?: (connection: Object, schema: Promise<object>) => Object,
 *   ask?: (name: string) => Promise<object>}} parts
 *   `config` is the page's own, `storage` that of the tab or what stands for it, `faults` says which
 *   views have failed, `createViews` makes all views, each by `part` (`createViewGuard`), `painted` is told
 *   of every frame that they have painted, `followers` listen to what more a page shows, `source` takes the place of a connection, `around` makes
 *   another source of it, `ask` takes that of the server's answers under `/api`
 * @returns {{connection, edits, history, painter, views, opened: Promise<void>, learn: Function,
 *   show: Function, showAnew: Function}} `opened` resolves once it is known what is trained,
 *   `learn` asks for what views are made from and gives the context, `show` shows them, `showAnew`
 *   makes them anew
 */
export function createSession({
  config, store, storage, address, faults, createViews, painted, followers = [], source, around = (live) => live,
  ask = askServer,
}) {
  const asked = ask("schema").then(learnSchema);
  // Who waits for it hears of it.
  asked.catch(() => {});
  const connection = source ?? around(createConnection({
    open: createTransports({ ...PATHS, stream: config.stream, storage }),
    storage,
    // What a recording shows meanwhile is not what the live run is about.
    toOpen: () => address.toOpen((store.get().stream.standby ?? store.get().run).spec),
    session: address.session,
    takeOver: createHandover(PATHS.sessions),
  }), asked);
  const edits = createEdits({ store, send: connection.send });
  const history = createRunHistory();
  const mode = createImageMode(store, ask);
  let context = null;
  let speak = null;
  let begun = false;
  const speaking = new Promise((done) => {
    speak = done;
  });
  const views = createViewSet(() => createViews(createViewGuard(faults, context), context));
  const painter = createPainter({
    paint: (frame) => {
      if (mode.follow(frame.spec)) views.showAnew();
      views.update(frame);
      painted(frame);
      if (!begun) markFrame();
      begun = true;
    },
    painted: connection.painted,
    isUnseen: () => store.get().page.visibility === "unseen",
  });
  trackPageVisibility(store);
  trackReducedMotion(store);
  store.watch(["page.visibility"], painter.letGo);
  // A server may be quicker than the catalogue of words.
  const reportProblem = () => speaking.then(address.reportProblem);
  followStream(connection, { store, edits, history, painter, address: { ...address, reportProblem } });
  const ablate = createAblation(connection, { store, edits });
  connection.on("locked", () => location.reload());
  followGoal(connection, store);
  for (const follow of followers) follow(connection, store, storage);
  requestViews(connection, store, painter.repaint);
  requestPace(connection, store);
  followLoading(store);

  /**
   * Asks the server for what views are made from.
   *
   * @param {Promise} words resolves once the page can speak
   * @returns {Promise<object>} what every view is made from
   */
  async function learn(words) {
    const [schema, presets, datasets] = await Promise.all([
      asked.then(readSchema),
      ask("presets"),
      ask("datasets"),
      Promise.resolve(words).then(speak),
    ]);
    const taskOf = ({ data }) => taskOfSet(data.name) ?? data.task ?? inferTask(data.points);
    const customPoints = createCustomPoints({ store, edits, taskOf });
    context = {
      store, schema, presets, datasets, edits, history, taskOf, customPoints,
      actions: createActions({ store, edits, customPoints, send: connection.send, schema, ablate }),
      tooltip: createTooltip(document.body),
      model: createModelFile({ path: PATHS.sessions, token: connection.token, store }),
      reconnect: connection.connect,
      library: createLibrary(store),
    };
    return context;
  }

  /** Shows the views, and paints what has come so far. */
  function show() {
    const { run: { spec } } = store.get();
    if (spec) mode.follow(spec);
    views.show();
    painter.start();
  }

  /** Makes all views anew, in the words that are spoken now. */
  function showAnew() {
    views.showAnew();
    faults.speak();
    painter.repaintAll();
  }

  /** @type {Promise<void>} */
  const opened = new Promise((resolve) => {
    store.watch(["run.spec"], ({ run: { spec } }) => spec && resolve());
  });

  return { connection, edits, history, painter, views, opened, learn, show, showAnew };
}
