/** Tabs below the output: loss, score, the pinned unit, and of points the gradient flow; what looks further opens from the loss. */

import { createToggle } from "controls/toggle";
import { LOSS, SCORE } from "plot/curve-figure";
import { h } from "lib/dom";
import { createTabs } from "ui/tabs";
import { makeTerm } from "lib/terms";
import { word } from "lib/words";

/**
 * @param {HTMLElement} element
 * @param {Context} context
 * @param {{createCurve: Function, createUnitPanel: Function, createFlow?: Function, lossTools?: Function[],
 *   scoreTools?: Function[], aboutUnit?: string}} makers
 *   the views in the tabs, what opens from below the curves of loss and score, and the key of what is said of the unit's
 * @returns {Object[]} the views
 */
export function createCurveTabs(element, context, { createCurve, createUnitPanel, createFlow, lossTools = [], scoreTools = [], aboutUnit = "help.tab.unit" }) {
  const { store, taskOf } = context;
  const shown = {};
  const tabs = createTabs(element, word("card.curves"), [
    { id: "loss", text: word("tab.loss"), help: word("help.tab.loss") },
    { id: "score", text: word("tab.score"), help: word("help.tab.score") },
    { id: "unit", text: word("tab.unit"), help: word(aboutUnit) },
    ...(createFlow ? [{ id: "flow", text: word("tab.flow"), help: word("help.tab.flow") }] : []),
  ], (id) => {
    logarithmic.element.hidden = id !== "loss";
    legend.hidden = !["loss", "score"].includes(id);
    shown[id]?.resize();
    store.set({ view: { curveTab: id } });
  });
  const logarithmic = createToggle(
    { label: word("label.log"), help: word("help.log"), path: "logLoss" },
    { onInput: (logLoss) => store.set({ view: { logLoss } }) });
  logarithmic.update(store.get().view.logLoss);
  const validation = makeTerm("span.legend-validation", word("help.curve.validation"), word("curve.validation"));
  const legend = h("span.legend", {},
    makeTerm("span.legend-train", word("help.curve.train"), word("curve.train")),
    validation,
    makeTerm("span.legend-test", word("help.curve.test"), word("curve.test")));
  tabs.bar.append(h("span.spacer"), legend, logarithmic.element);
  const chosen = store.get().view.curveTab;
  tabs.show(tabs.panels[chosen] ? chosen : "loss");
  const [besideLoss, besideScore] = [h("div.curve-tools"), h("div.curve-tools")];
  shown.loss = createCurve(tabs.panels.loss, context, { ...LOSS, tools: besideLoss });
  shown.score = createCurve(tabs.panels.score, context, { ...SCORE, tools: besideScore });
  shown.unit = createUnitPanel(tabs.panels.unit, context);
  if (createFlow) shown.flow = createFlow(tabs.panels.flow, context);
  const openers = [
    ...lossTools.map((create) => create(besideLoss, context)), ...scoreTools.map((create) => create(besideScore, context)),
  ];
  let last = store.get().view.pinned;

  function followPin({ view: { pinned } }) {
    if (pinned && pinned !== last) tabs.show("unit");
    last = pinned;
  }

  function nameScore({ run: { spec } }) {
    const score = spec && taskOf(spec) === "regression" ? "tab.score.regression" : "tab.score";
    tabs.name("score", word(score), word(`help.${score}`));
  }

  function showValidation({ run: { spec } }) {
    validation.hidden = !spec || spec.data.validation_fraction === 0;
  }

  /** Whatever leads to a view opens its tab. */
  function followTab({ view: { curveTab } }) {
    if (tabs.panels[curveTab]?.hidden) tabs.show(curveTab);
  }

  const unwatch = [
    store.watch(["view.curveTab"], followTab),
    store.watch(["view.pinned"], followPin), store.watch(["run.spec"], nameScore), store.watch(["run.spec"], showValidation),
  ];
  const destroy = () => unwatch.forEach((stop) => stop());
  return [...Object.values(shown), ...openers, { update() {}, resize() {}, destroy }];
}
