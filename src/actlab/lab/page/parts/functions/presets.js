// The pictures of the beginner's article, each with what to look for.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { button } from "/page/modules/controls.js";

const PRESETS = [
  [["step"], t("Step"), t("The step answers 0 or 1 and nothing between. It is flat on both sides of its jump, and at 0, where it has no slope, the slope is set to 0. So a network cannot tell in which direction to change a weight.")],
  [["sigmoid", "tanh"], t("Sigmoid and tanh"), t("Both are smooth steps. The tanh is centred on 0 and up to four times as steep; both are flat far from 0, and there learning is slow.")],
  [["relu"], t("ReLU"), t("Positive inputs pass as they are, all others become 0. The derivative is 1 or 0: left of 0 no gradient comes back.")],
  [["leaky_relu", "prelu"], t("Leaky and parametric ReLU"), t("Left of 0 a little leaks through, so the gradient never stops. In the parametric ReLU the slope is learned: move it and compare.")],
  [["step", "sigmoid", "tanh", "relu", "leaky_relu", "prelu"], t("All six of them"), t("From the step to the ReLUs: drag x to the left and to the right, and watch which derivatives stay above 0.")],
];

/** Buttons for the presets that this catalogue can draw; `choose(names)` is called with the names of one. */
export function presets(functions, choose) {
  const known = PRESETS.filter(([names]) => names.every((name) => Object.hasOwn(functions, name)));
  const hint = element("p", { class: "hint" });
  const buttons = known.map(([names, title]) => button(title, () => choose(names), { pressed: false }));
  const update = (places) => {
    const now = places.filter(Boolean).map((each) => each.known.name).join();
    const found = known.findIndex(([names]) => names.join() === now);
    buttons.forEach((each, index) => each.setAttribute("aria-pressed", index === found));
    hint.textContent = found < 0 ? t("Drag x in a chart or with its slider, move the parameters, and see what changes.") : known[found][2];
  };
  return { element: element("div", { class: "presets" },
    element("div", { class: "row", role: "group", "aria-label": t("Pictures of the beginner’s article") }, ...buttons), hint), update };
}
