// One neuron, one weight: how the loss answers when the weight is nudged.

import { FUNCTIONS } from "/functions.js";
import { element } from "/page/modules/dom.js";
import { slider } from "/page/modules/controls.js";
import { lineChart } from "/page/modules/lines.js";
import { number, t } from "/page/modules/language.js";

const POINTS = [[-2.4, 0], [-1.7, 0], [-1.1, 1], [-0.4, 0], [0.3, 1], [0.9, 0], [1.6, 1], [2.2, 1]]; // no weight gets all of them right
const [BIAS, LOW, HIGH, COUNT, NUDGE] = [0.5, -4, 4, 401, 0.05];

/** The mean squared error of f(weight · x + bias) over the points. */
const loss = (activation, weight) => POINTS.reduce((sum, [x, y]) => sum + (FUNCTIONS[activation].value(weight * x + BIAS) - y) ** 2, 0) / POINTS.length;

/** The panel; `show({ other, weight })` draws it, `change(weight)` tells the weight. */
export function nudging({ weight, change }) {
  const jumps = POINTS.map(([x]) => -BIAS / x), xs = Array.from({ length: COUNT }, (_, place) => LOW + ((HIGH - LOW) * place) / (COUNT - 1));
  const edges = [...xs, ...jumps.flatMap((at) => [at - 1e-9, at + 1e-9])].sort((one, other) => one - other); // so that the step's loss jumps upright
  const chart = lineChart({ label: t("Loss of one neuron by its weight"), x: [LOW, HIGH], y: [0, 0.8], height: 220, xTitle: t("weight"), yTitle: t("loss") });
  const said = element("p", { role: "status" });
  const control = slider({ label: t("Weight of one neuron"), value: weight, low: LOW, high: HIGH, step: NUDGE, change });
  const show = ({ other, weight: now }) => {
    const series = ["step", other].map((name, place) => ({ xs: edges, ys: edges.map((each) => loss(name, each)), width: 2.5, colour: place ? "var(--series-vermilion)" : "var(--series-blue)", dash: place ? "" : "7 4" }));
    const marks = ["step", other].map((name, place) => ({ x: now, y: loss(name, now), colour: place ? "var(--series-vermilion)" : "var(--series-blue)", hollow: !place }));
    chart.update({ y: [0, Math.max(0.8, ...series.flatMap((each) => each.ys).filter(Number.isFinite)) * 1.05], series, marks });
    const change_ = (name) => number(Math.round((loss(name, now + NUDGE) - loss(name, now)) * 1e6) / 1e6, 3);
    said.textContent = t("Nudge the weight from {from} to {to}: the loss of step changes by {step}, the loss of {name} by {other}.", { from: number(now), to: number(now + NUDGE), step: change_("step"), name: other, other: change_(other) });
    chart.describe(`${t("Loss of one neuron by its weight")}. ${said.textContent}`);
    legend.replaceChildren(element("span", { class: "key dashed" }, "step"), element("span", { class: "key vermilion" }, other));
  };
  const legend = element("div", { class: "legend-lines muted" });
  return { element: element("section", { class: "panel" }, element("h2", {}, t("Nudge one weight")),
    element("p", {}, t("Learning asks after each small change: did the loss get smaller? With a step the loss stays the same, and then jumps. Nothing says which way to go.")),
    control.element, chart.element, legend, said), show };
}
