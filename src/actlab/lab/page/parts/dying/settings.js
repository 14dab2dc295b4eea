// What a person chooses: an example, how the networks begin and learn, and what differs on the right.

import { element } from "/page/modules/dom.js";
import { button, select, slider } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { DIFFERENCES, EXAMPLES, OTHERS, STARTS } from "/page/parts/dying/address.js";

/** The settings; `change(changes)` tells what moved, `example(values)` which example was pressed. */
export function settings({ now, change, example }) {
  const slide = (name, label, low, high, more = {}) => slider({ label, value: now[name], low, high, ...more, change: (value) => change({ [name]: value }) });
  const pick = (name, label, choices) => select({ label, value: now[name], choices, change: (value) => change({ [name]: value }) });
  const shown = {
    rate: slide("rate", t("Learning rate"), 0.001, 100, { scale: "log" }), bias: slide("bias", t("First bias of hidden units"), -10, 10, { step: 0.1 }),
    shift: slide("shift", t("Shift of both columns"), -20, 20, { step: 0.5 }), start: pick("start", t("Initialisation"), STARTS),
    seed: slider({ label: t("Seed"), value: now.seed, low: 0, high: 9999, step: 1, change: (seed) => change({ seed: Math.round(seed) }) }) };
  const other = {
    activation: pick("other", t("Activation on the right"), OTHERS.map((name) => [name, name])), rate: slide("otherRate", t("Learning rate on the right"), 0.001, 100, { scale: "log" }),
    bias: slide("otherBias", t("First bias on the right"), -10, 10, { step: 0.1 }), shift: slide("otherShift", t("Shift of the data on the right"), -20, 20, { step: 0.5 }),
    start: pick("otherStart", t("Initialisation on the right"), STARTS) };
  const reveal = () => Object.entries(other).forEach(([name, { element: node }]) => (node.hidden = name !== now.differs));
  const differs = select({ label: t("What differs on the right"), value: now.differs, choices: DIFFERENCES, change: (value) => {
    change({ differs: value });
    reveal();
  } });
  const names = { ...shown, differs, other: other.activation, otherRate: other.rate };
  const show = (changes) => {
    for (const [name, value] of Object.entries(changes)) if (names[name]) names[name].value = value;
    reveal();
  };
  reveal();
  return { show, element: element("section", { class: "panel dying-settings" },
    element("div", { class: "row", role: "group", "aria-label": t("Examples") }, ...EXAMPLES.map(([label, values]) => button(label, () => example(values)))),
    element("div", { class: "choices" }, ...Object.values(shown).map((each) => each.element)),
    element("div", { class: "choices" }, differs.element, ...Object.values(other).map((each) => each.element))) };
}
