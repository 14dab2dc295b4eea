// Why steps don't learn: the same network twice, once with a step, once with a function that has a slope.

import { FUNCTIONS } from "/functions.js";
import { announce, element, notice } from "/page/modules/dom.js";
import { select, slider } from "/page/modules/controls.js";
import { number, t } from "/page/modules/language.js";
import { lineChart } from "/page/modules/lines.js";
import { choice, real, urlState, whole } from "/page/modules/state.js";
import { runner } from "/page/parts/lessons/runner.js";
import { lossCurve } from "/page/parts/playground/curve.js";
import { whenSchemeChanges } from "/page/parts/playground/colours.js";
import { surfaceView } from "/page/parts/playground/surface.js";
import { nudging } from "/page/parts/steps/nudge.js";

const OTHERS = ["sigmoid", "tanh", "relu", "gelu"];
const UNITS = [6, 4];
const [SHOWN, HALF] = [6, 0.6]; // sums whose slope is drawn, and half the length of each line
const ENOUGH = 500; // steps after which it is plain that nothing moves

/** Build the part. */
export async function mount(root) {
  const state = urlState({ other: choice("sigmoid", OTHERS), rate: real(1, 0.001, 10), seed: whole(1, 0, 9999), weight: real(1, -4, 4) }), now = state.values;
  const names = () => ["step", now.other];
  const sides = [0, 1].map((index) => sideOf(index, names()[index]));
  const losses = lossCurve(names), verdict = element("p", { class: "verdict" });
  let saidAt = 0;

  const specs = () => names().map((activation) => ({ data: { name: "circles", seed: now.seed }, layers: UNITS.map((units) => ({ units, activation })), rate: now.rate, batch: 16, seed: now.seed, watch: { surface: 60, before: true } }));
  const draw = (frame) => {
    losses.add(frame);
    sides.forEach((side, index) => side.draw(frame, index));
    const moved = frame.sides.map(({ layers }) => layers.slice(0, -1).map((layer) => layer.moved));
    const still = moved[0].every((each) => each === 0), [first, second] = moved[1].map((each) => number(each ?? NaN, 3));
    verdict.textContent = frame.step === 0 ? t("Both networks begin with the same random numbers. Press Play.")
      : still ? t("After {step} steps the hidden weights of the step network have not moved at all: 0. A typical hidden weight of {name} has moved by {first} in layer 1 and by {second} in layer 2.", { step: frame.step, name: now.other, first, second })
        : t("After {step} steps.", { step: frame.step });
    if (!frame.playing || performance.now() - saidAt > 2000) {
      saidAt = performance.now();
      announce(verdict.textContent);
    }
  };
  const lesson = runner({ specs, draw, names, many: ENOUGH, advised: ["rate"], act: (changes) => {
    rate.value = changes.rate;
    change(changes);
  }, made: (made) => {
    losses.clear();
    sides.forEach((side, index) => side.make(names()[index], made[index]));
  } });
  const nudge = nudging({ weight: now.weight, change: (weight) => {
    state.set({ weight });
    nudge.show(now);
  } });
  const change = (changes) => {
    state.set(changes);
    nudge.show(now);
    lesson.remakeSoon();
  };
  const rate = slider({ label: t("Learning rate"), value: now.rate, low: 0.001, high: 10, scale: "log", change: (value) => change({ rate: value }) });
  root.append(element("p", { class: "lead" }, t("A network learns by small changes: it asks each weight which way the loss gets smaller. A step is flat on both sides of its jump, so its answer is always: no way.")),
    ...state.problems.map((text) => notice(text)),
    element("section", { class: "panel choices" },
      select({ label: t("Beside the step"), value: now.other, choices: OTHERS.map((name) => [name, name]), change: (other) => change({ other }) }).element,
      rate.element,
      slider({ label: t("Seed"), value: now.seed, low: 0, high: 9999, step: 1, change: (seed) => change({ seed: Math.round(seed) }) }).element),
    lesson.element, verdict, element("div", { class: "sides" }, ...sides.map((side) => side.element)),
    element("div", { class: "sides" }, losses.element, nudge.element), inWords());
  nudge.show(now);
  whenSchemeChanges(() => sides.forEach((side) => side.repaint()));
}

/** One network: its function and slope, how its layers move, and what it answers. */
function sideOf(index, first) {
  const title = element("h2", {}, first), body = element("tbody"), score = element("p", { class: "health" });
  const chart = lineChart({ label: first, x: [-4, 4], y: [-0.5, 1.5], height: 170, xTitle: t("sum of a unit") }), legend = element("div", { class: "legend-lines muted" },
    element("span", { class: "key" }, t("function")), element("span", { class: "key dashed vermilion" }, t("slope")), element("span", { class: "key tangent" }, t("tangents where the sums of hidden layer 1 are now")));
  const slope = element("p", { class: "slope" });
  let lines = [], kink = [], f = null;
  const surface = surfaceView(index ? t("Output of the other network") : t("Output of the step network"));
  const node = element("section", { class: "panel" }, title, chart.element, legend, slope,
    element("table", { class: "layer-table" }, element("caption", { class: "unseen" }, t("How the layers learn")), element("thead", {}, element("tr", {}, ...[t("layer"), t("gradient"), t("a typical weight has moved by")].map((text) => element("th", { scope: "col" }, text)))), body), score, surface.element);
  const make = (name, made) => {
    const { value, derivative } = FUNCTIONS[name], xs = Array.from({ length: 801 }, (_, place) => -4 + place / 100);
    const jumps = name === "step", ys = xs.map((x) => (jumps && x === 0 ? NaN : value(x))), slopes = xs.map((x) => (jumps && x === 0 ? NaN : derivative(x)));
    f = { value, derivative };
    kink = jumps ? [{ x: 0, y: 0, colour: "var(--series-vermilion)", hollow: true }] : []; // no slope there
    title.textContent = name;
    lines = [{ xs, ys, colour: "var(--series-blue)", version: name }, { xs, ys: slopes, colour: "var(--series-vermilion)", dash: "6 4", width: 2, version: name }];
    chart.update({ y: [Math.min(-0.3, ...ys.filter(Number.isFinite)) - 0.2, Math.max(1.5, ...ys.filter(Number.isFinite))], series: lines, marks: kink });
    chart.describe(jumps ? t("step: 0 and then 1, with a slope of 0 on both sides and none at 0 itself") : t("{name} and its slope, which is at most {most}", { name, most: number(Math.max(...slopes), 3) }));
    slope.textContent = "";
    surface.place(made);
    body.replaceChildren(...[...UNITS.map((_, place) => t("hidden {number}", { number: place + 1 })), t("output")].map((text) => element("tr", {}, element("th", { scope: "row" }, text), element("td"), element("td"))));
  };
  const draw = (frame) => {
    const { layers, accuracy } = frame.sides[index], values = frame.arrays[`${index}/surface`];
    layers.forEach(({ gradient, moved }, place) => {
      const [, first, second] = body.children[place].children;
      first.textContent = gradient === null ? "–" : number(gradient, 3);
      second.textContent = moved === null ? "–" : number(moved, 3);
    });
    const sums = frame.arrays[`${index}/before/0`], steep = frame.arrays[`${index}/slopes/0`];
    const { touched, line } = tangents(f, sums);
    chart.update({ series: [...lines, line], marks: [...kink, ...touched] });
    slope.textContent = t("Mean slope of hidden layer 1 on the rows it learns from: {slope}", { slope: number(steep.reduce((sum, each) => sum + each, 0) / steep.length, 3) });
    score.textContent = t("Accuracy on the test points: {share} %", { share: number(100 * accuracy.test, 3) });
    if (values) surface.draw({ values, side: Math.round(Math.sqrt(values.length)), kind: "probability", low: 0, high: 1, cutoff: 0.5 });
    surface.describe(t("{title}: {text}", { title: title.textContent, text: score.textContent }));
  };
  return { element: node, make, draw, repaint: surface.repaint };
}

/** Points of a function where some of the sums are, and a short line with the slope at each. */
function tangents({ value, derivative }, sums) {
  const sorted = [...sums].filter((x) => Math.abs(x) < 4).sort((one, other) => one - other), xs = [], ys = [], touched = [];
  for (let place = 0; sorted.length && place < SHOWN; place++) {
    const x = sorted[Math.floor(((place + 0.5) / SHOWN) * sorted.length)], steep = derivative(x), reach = HALF / Math.hypot(1, steep);
    touched.push({ x, y: value(x), colour: "var(--ink)" });
    xs.push(x - reach, x + reach, NaN);
    ys.push(value(x) - steep * reach, value(x) + steep * reach, NaN);
  }
  return { touched, line: { xs, ys, colour: "var(--ink)", width: 2 } };
}

/** What one has seen, in words. */
function inWords() {
  return element("section", { class: "panel words" }, element("h2", {}, t("In words")), element("ol", {}, ...[
    t("Training asks of every weight: if it grows a little, how much does the loss change? The answer is its gradient, and the weight moves downhill by learning rate × gradient."),
    t("For a hidden weight the answer has to pass through its unit: gradient = what comes back from above × slope of the function × what the weight was given. This is the chain rule."),
    t("The slope of a step is 0 on both sides of 0; at 0 itself it jumps and has no slope at all. So the product is 0 for every hidden weight, and learning rate × 0 moves nothing, however long one trains."),
    t("The output unit is a sigmoid in both networks, so its weights do learn. But with steps below they can only weigh what the hidden units were by chance at the start."),
    t("With a function that has a slope each hidden weight is told which way to go. Where that slope is very small, as far out on a sigmoid, learning is slow: this is called a vanishing gradient."),
  ].map((text) => element("li", {}, text))));
}
