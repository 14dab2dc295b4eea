// What a person chooses: the data, the layers, and how they learn.

import { element } from "/page/modules/dom.js";
import { button, radios, select, slider, toggle } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { SETS } from "/page/parts/playground/address.js";
import { LOSSES, OPTIMISERS, STARTS } from "/page/parts/playground/choices.js";
import { activationChoices, layersEditor } from "/page/parts/playground/layers.js";
import { ownTable } from "/page/parts/playground/table.js";

const WIDE = 992; // where the settings stand beside the network; on narrower pages they begin closed

/** The settings; `change(changes)` tells what moved, `useTable(table)` a person's own data or null for a toy set, and once more after `again()`. */
export function settings({ state, change, useTable }) {
  const now = state.values, shown = {};
  const pick = (name, label, choices) => (shown[name] = select({ label, value: now[name], choices, change: (value) => change({ [name]: value }) }));
  const slide = (name, label, low, high, more = {}) => (shown[name] = slider({ label, value: now[name], low, high, ...more, change: (value) => change({ [name]: value }) }));
  const rounded = (name, label, low, high) => (shown[name] = slider({ label, value: now[name], low, high, step: 1, change: (value) => change({ [name]: Math.round(value) }) }));

  const toys = element("div", {},
    pick("data", t("Toy set"), SETS).element, slide("noise", t("Noise"), 0, 1, { step: 0.01 }).element,
    rounded("count", t("Points"), 40, 2000).element, slide("shift", t("Shift of both columns"), -5, 5, { step: 0.1 }).element);
  const table = ownTable({ use: (chosen) => {
    toys.hidden = chosen !== null;
    useTable(chosen);
  } });
  const data = element("section", {}, element("h3", {}, t("Data")), toys, table.element);

  const layers = layersEditor({ layers: now.layers, change: (value) => change({ layers: value }) });
  shown.layers = layers;

  const learning = element("section", {}, element("h3", {}, t("Learning")),
    slide("rate", t("Learning rate"), 1e-4, 10, { scale: "log" }).element,
    pick("optimiser", t("Optimiser"), OPTIMISERS).element,
    pick("loss", t("Loss"), [["usual", t("suits the target")], ...LOSSES]).element,
    element("details", {}, element("summary", {}, t("More: batch, start, seed, when to stop")),
      rounded("batch", t("Batch (0: all points)"), 0, 256).element,
      pick("start", t("Initialisation"), STARTS).element,
      slide("bias", t("First bias of hidden units"), -10, 10, { step: 0.1 }).element,
      element("div", { class: "seed" }, rounded("seed", t("Seed"), 0, 9999).element,
        button(t("Another seed"), () => {
          const seed = Math.floor(Math.random() * 10000);
          shown.seed.value = seed;
          change({ seed });
        })),
      (shown.stop = toggle({ label: t("Stop at a plateau"), value: now.stop, change: (stop) => change({ stop }) })).element));

  const difference = radios({ label: t("What differs in B"), value: now.compare === "rate" ? "rate" : "activation", choices: [["activation", t("activation")], ["rate", t("learning rate")]],
    change: (compare) => {
      reveal(compare);
      change({ compare });
    } });
  const other = pick("other", t("Activation of all layers of B"), activationChoices());
  const otherRate = slide("otherRate", t("Learning rate of B"), 1e-4, 10, { scale: "log" });
  const both = element("div", { class: "both" }, difference.element, other.element, otherRate.element, element("p", { class: "muted" }, t("All else is as in A, the first weights’ random numbers too.")));
  const reveal = (compare) => {
    both.hidden = compare === "off";
    other.element.hidden = compare === "rate";
    otherRate.element.hidden = compare !== "rate";
  };
  const comparing = toggle({ label: t("Compare with B"), value: now.compare !== "off", change: (wanted) => {
    const compare = wanted ? difference.value : "off";
    reveal(compare);
    change({ compare });
  } });
  reveal(now.compare);
  const show = (changes) => {
    for (const [name, value] of Object.entries(changes)) if (shown[name]) shown[name].value = value;
  };
  return { element: element("details", { class: "panel settings", open: innerWidth >= WIDE }, element("summary", {}, element("h2", {}, t("Settings"))), data, layers.element, learning, element("section", {}, element("h3", {}, t("A against B")), comparing.element, both)), show, again: table.again };
}
