// One unit, one weight: how the loss answers when the weight is nudged.

import { FUNCTIONS } from "/functions.js";
import { element } from "/page/modules/dom.js";
import { slider } from "/page/modules/controls.js";
import { lineChart, nice } from "/page/modules/lines.js";
import { number, t } from "/page/modules/language.js";

const ROWS = [[-2.4, 0], [-1.7, 0], [-1.1, 1], [-0.4, 0], [0.3, 1], [0.9, 0], [1.6, 1], [2.2, 1]]; // no weight gets all of them right
const [BIAS, LOW, HIGH, COUNT, NUDGE] = [0.5, -4, 4, 401, 0.05];
const COLOURS = ["var(--series-blue)", "var(--series-vermilion)"];

/** The mean squared error of f(weight · x + bias) over the rows. */
const loss = (activation, weight) => ROWS.reduce((sum, [x, y]) => sum + (FUNCTIONS[activation].value(weight * x + BIAS) - y) ** 2, 0) / ROWS.length;

/** The panel; `show({ other, weight })` draws it, `change(weight)` tells the weight. */
export function nudging({ weight, change }) {
  const jumps = ROWS.map(([x]) => -BIAS / x), xs = Array.from({ length: COUNT }, (_, place) => LOW + ((HIGH - LOW) * place) / (COUNT - 1));
  const edges = [...xs, ...jumps.flatMap((at) => [at - 1e-9, at + 1e-9])].sort((one, other) => one - other); // so that the step's loss jumps upright
  const title = (name) => t("Loss with {name}", { name });
  // a chart each: beside the loss of a function without bounds the stairs would be a flat line
  const charts = COLOURS.map((colour, place) => ({ colour, heading: element("h3", {}, title("step")), chart: lineChart({ label: t("Loss by the weight"), x: [LOW, HIGH], y: [0, 0.8], height: 170, xTitle: place ? t("weight") : "", yTitle: t("loss") }) }));
  const said = element("p", { role: "status" });
  const control = slider({ label: t("Weight of one unit"), value: weight, low: LOW, high: HIGH, step: NUDGE, change });
  const show = ({ other, weight: now }) => {
    ["step", other].forEach((name, place) => {
      const { heading, chart, colour } = charts[place], ys = edges.map((each) => loss(name, each));
      heading.textContent = title(name);
      chart.update({ y: [0, nice(1.05 * Math.max(...ys))], series: [{ xs: edges, ys, colour }], marks: [{ x: now, y: loss(name, now), colour }] });
    });
    const change_ = (name) => number(Math.round((loss(name, now + NUDGE) - loss(name, now)) * 1e6) / 1e6, 3);
    said.textContent = t("Nudge the weight from {from} to {to}: the loss of step changes by {step}, the loss of {name} by {other}.", { from: number(now), to: number(now + NUDGE), step: change_("step"), name: other, other: change_(other) });
    charts.forEach(({ heading, chart }) => chart.describe(t("{title}: {text}", { title: heading.textContent, text: said.textContent })));
  };
  return { element: element("section", { class: "panel" }, element("h2", {}, t("Nudge one weight")),
    element("p", {}, t("Learning asks after each small change: did the loss get smaller? With a step the loss stays the same, and then jumps. Nothing says which way to go.")),
    element("p", { class: "muted" }, t("This unit stands alone. It is given one number x and answers f(weight · x + {bias}). Its loss is the mean squared error on eight rows of its own, x → what is wanted: {rows}.", { bias: BIAS, rows: ROWS.map(([x, y]) => `${number(x)} → ${y}`).join(t(", ")) })),
    control.element, said, ...charts.flatMap(({ heading, chart }) => [heading, chart.element])), show };
}
