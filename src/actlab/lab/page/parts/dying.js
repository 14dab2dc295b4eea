// Why ReLUs die: two networks side by side that differ in one thing, and what brings the gradient back.

import { announce, element, notice } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { number, t } from "/page/modules/language.js";
import { lineChart, nice } from "/page/modules/lines.js";
import { dyingState, rightName, specs, UNITS } from "/page/parts/dying/address.js";
import { settings } from "/page/parts/dying/settings.js";
import { inWords, moment, story } from "/page/parts/dying/story.js";
import { strips } from "/page/parts/dying/strips.js";
import { runner } from "/page/parts/lessons/runner.js";
import { whenSchemeChanges } from "/page/parts/playground/colours.js";
import { badges, HEALTH } from "/page/parts/playground/units.js";

const [LEAK, MOST, QUIET] = ["leaky_relu", 600, 2000]; // frames kept, and milliseconds between two announcements
const [LONG, SLOW, FAST] = [400, 5, 50]; // steps of an example; steps a picture to watch, and on the way to the swap of an address
const SWAP = t("Swap in leaky ReLU on the left");
const NONE = -1; // in the address, where nothing was swapped

/** Build the part. */
export async function mount(root) {
  const state = dyingState(), now = state.values;
  let swapped = null, due = NONE, last = null, saidAt = 0, frames = [];
  const names = () => [swapped ? LEAK : "relu", rightName(now)];
  const sides = [0, 1].map((index) => sideOf(index, names()[index]));
  const timeline = lineChart({ label: t("Dead units by step"), x: [0, 100], y: [0, UNITS + 0.6], height: 230, xTitle: t("steps of learning"), yTitle: t("dead units") });
  const verdict = element("p", { class: "verdict" });

  const draw = (frame) => {
    if (frames.length && frame.step < frames.at(-1).step) frames = [];
    if (swapped && frame.sides[0].layers[0].activation !== LEAK) return; // on its way before the swap
    last = frame;
    frames.push({ step: frame.step, dead: frame.sides.map(({ layers }) => layers[0].units.dead) });
    if (frames.length > MOST) frames = frames.filter((_, place) => place % 2 === 0);
    const xs = frames.map((each) => each.step);
    timeline.update({ x: [0, Math.max(100, nice(xs.at(-1)))], rules: swapped ? [{ x: swapped.step, label: t("swap") }] : [],
      series: [0, 1].map((side) => ({ xs, ys: frames.map((each) => each.dead[side]), colour: side ? "var(--series-green)" : "var(--ink)", dash: side ? "6 4" : "" })) });
    sides.forEach((side, index) => side.draw(frame, names()[index]));
    verdict.textContent = story({ frame, swapped, name: names()[1], total: UNITS });
    timeline.describe(t("{title}: {text}", { title: t("Dead units by step"), text: verdict.textContent }));
    if (!frame.playing || performance.now() - saidAt > QUIET) {
      saidAt = performance.now();
      announce(verdict.textContent);
    }
    if (due !== NONE && frame.step >= due) swapIn();
  };
  const change = (changes) => {
    state.set({ ...changes, swap: NONE });
    lesson.remakeSoon();
  };
  const lesson = runner({ draw, names, many: LONG, advised: ["rate"], compared: () => now.differs,
    again: () => state.set({ swap: NONE }),
    specs: () => {
      swapped = last = null;
      due = now.swap;
      swap.textContent = SWAP;
      return specs(now);
    },
    made: () => {
      frames = [];
      if (due > 0) lesson.walk(due, FAST);
    },
    act: (changes) => {
      chosen.show(changes);
      change(changes);
    } });
  const chosen = settings({ now, change, example: (values) => {
    state.set({ ...values, swap: NONE });
    chosen.show(values);
    lesson.make();
    lesson.walk(LONG, SLOW);
  } });
  const swapIn = () => {
    swapped = moment(last);
    due = NONE;
    state.set({ swap: last.step });
    lesson.swap(0, LEAK);
    swap.textContent = t("Train {steps} steps with the leak", { steps: LONG });
  };
  const swap = button(SWAP, () => {
    if (swapped) lesson.walk(LONG, SLOW);
    else if (last) swapIn();
  });
  root.append(element("p", { class: "lead" }, t("A ReLU whose sum is below 0 on every row gives 0 on every row, and its slope is 0 there too. No row can change its weights any more: it is dead.")),
    ...state.problems.map((text) => notice(text)), chosen.element,
    lesson.element, element("div", { class: "row" }, swap), verdict, element("div", { class: "sides" }, ...sides.map((side) => side.element)),
    badges(),
    element("section", { class: "panel" }, element("h2", {}, t("Dead units")), timeline.element,
      element("div", { class: "legend-lines muted" }, element("span", { class: "key left" }, t("left")), element("span", { class: "key right dashed" }, t("right")))),
    inWords());
  whenSchemeChanges(() => sides.forEach((side) => side.repaint()));
}

/** One network: a strip for each unit, how many are how, and the gradient that reaches them. */
function sideOf(side, first) {
  const titled = (name) => (side ? t("Right: {name}", { name }) : t("Left: {name}", { name }));
  const title = element("h2", {}, titled(first)), view = strips(titled(first)), counts = element("ul", { class: "counts" }), reached = element("p");
  const items = HEALTH.map(({ word }) => [element("b"), word]);
  counts.append(...items.map(([node, word]) => element("li", {}, node, ` ${word}`)));
  const draw = (frame, name) => {
    const { layers, accuracy } = frame.sides[side], status = [...frame.arrays[`${side}/status/0`]], before = frame.arrays[`${side}/before/0`];
    title.textContent = titled(name);
    view.draw({ before, status, rows: before.length / status.length });
    HEALTH.forEach((each, place) => (items[place][0].textContent = String(layers[0].units[each.name])));
    reached.textContent = t("Gradient of the hidden weights: {gradient}. Accuracy on the test points: {share} %.", { gradient: number(layers[0].gradient ?? NaN, 3), share: number(100 * accuracy.test, 3) });
    view.describe(t("{title}: the sums of each unit on the rows it learns from. {health}", { title: title.textContent, health: status.map((code, unit) => `${unit + 1} ${(HEALTH[code] || HEALTH[0]).word}`).join(t(", ")) }));
  };
  return { element: element("section", { class: "panel" }, title, view.element, counts, reached), draw, repaint: view.repaint };
}
