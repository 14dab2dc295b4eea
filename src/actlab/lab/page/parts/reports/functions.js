// The functions to compare, as boxes to tick by family.

import { element } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";

const NONE = "none"; // what the address says when no box is ticked, for nothing stands for the usual ones

/** Boxes for all functions of the catalogue; the baseline is always among those compared. */
export function functionBoxes({ state, choices, change }) {
  const all = choices.families.flatMap(([, names]) => names);
  const asked = state.values.with;
  const ticked = new Set([choices.baseline, ...(asked.length ? asked.filter((name) => all.includes(name)) : choices.usual)]);
  const boxes = new Map();
  const box = (name) => {
    const input = element("input", { type: "checkbox", checked: ticked.has(name), disabled: name === choices.baseline, on: { change: () => {
      if (input.checked) ticked.add(name);
      else ticked.delete(name);
      kept();
    } } });
    boxes.set(name, input);
    return element("label", {}, input, " ", element("code", {}, name));
  };
  const kept = () => {
    const names = all.filter((name) => ticked.has(name)), usual = names.length === choices.usual.length && choices.usual.every((name) => ticked.has(name));
    state.set({ with: usual ? [] : names.length > 1 ? names.filter((name) => name !== choices.baseline) : [NONE] });
    change();
  };
  const take = (names) => {
    ticked.clear();
    for (const name of [choices.baseline, ...names]) ticked.add(name);
    for (const [name, input] of boxes) input.checked = ticked.has(name);
    kept();
  };
  const node = element("fieldset", { class: "functions" }, element("legend", {}, t("Functions to compare")),
    element("div", { class: "row" }, button(t("The usual ones"), () => take(choices.usual)), button(t("All"), () => take(all)), button(t("None"), () => take([]))),
    element("div", { class: "boxes" }, ...choices.families.flatMap(([, names]) => names).map(box)),
    element("p", { class: "muted" }, t("{baseline} is always there: the others are compared with it.", { baseline: choices.baseline })));
  return { element: node, names: () => all.filter((name) => ticked.has(name)) };
}
