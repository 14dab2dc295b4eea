// The function and its derivative, one above the other on the same x, with their values at the x that is dragged.

import { element } from "/page/modules/dom.js";
import { number, t } from "/page/modules/language.js";
import { lineChart } from "/page/modules/lines.js";
import { look, settings, swatch } from "/page/parts/functions/curves.js";
import { limits, sampled } from "/page/parts/functions/sampling.js";

/** Both charts and the table; `move(x)` is called while a pointer drags in a chart. */
export function charts({ range, move }) {
  const upper = lineChart({ label: t("Functions"), x: range, y: [0, 1], height: 300 });
  const lower = lineChart({ label: t("Derivatives"), x: range, y: [0, 1], height: 230, xTitle: "x" });
  for (const chart of [upper, lower]) drag(chart, move);
  const body = element("tbody"), at = element("th", { scope: "col", class: "number" }), slope = element("th", { scope: "col", class: "number" });
  const table = element("table", { class: "values" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, t("curve")), at, slope, element("th", { scope: "col" }, t("what comes back in training")))), body);
  const samples = new WeakMap();
  let rows = [], cells = [], described = 0;

  const sample = (curve, range) => {
    const old = samples.get(curve);
    if (old && old.version === curve.version && old.range === range) return old;
    const { known, given, version } = curve;
    const found = { version, range, key: `${known.name} ${version} ${range}`, value: sampled((x) => known.value(x, given), range), slope: sampled((x) => known.derivative(x, given), range) };
    samples.set(curve, found);
    return found;
  };

  const write = (node, text) => node.textContent !== text && (node.textContent = text);

  /** Draw what is there: places (curves or null), x, and the ends of x. */
  const draw = ({ curves, x, range }) => {
    const shown = curves.flatMap((curve, place) => (curve ? [{ curve, place, lines: sample(curve, range), f: curve.known.value(x, curve.given), slope: curve.known.derivative(x, curve.given) }] : []));
    for (const [chart, kind, point] of [[upper, "value", "f"], [lower, "slope", "slope"]])
      chart.update({
        x: range, y: limits(shown.map(({ lines }) => lines[kind]), range),
        series: shown.map(({ place, lines }) => ({ ...lines[kind], ...look(place), version: `${place} ${lines.key}` })),
        marks: shown.map((one) => ({ x, y: one[point], colour: look(one.place).colour })),
        rules: [{ x, label: chart === upper ? `x = ${number(x)}` : "" }],
      });
    tell(shown, x, range);
  };

  const tell = (shown, x, [low, high]) => {
    if (shown.length !== rows.length || shown.some(({ curve, place }, index) => rows[index].curve !== curve || rows[index].place !== place)) {
      rows = shown;
      cells = shown.map(() => [element("th", { scope: "row" }), element("td", { class: "number" }), element("td", { class: "number" }), element("td")]);
      shown.forEach(({ place, curve }, index) => cells[index][0].append(swatch(place), " ", element("code", {}, curve.known.name), element("span", { class: "muted" })));
      body.replaceChildren(...cells.map((each) => element("tr", {}, ...each)));
    }
    write(at, `f(${number(x)})`);
    write(slope, `f′(${number(x)})`);
    shown.forEach((one, index) => {
      const [name, value, steep, words] = cells[index], said = settings(one.curve);
      write(name.lastChild, said && ` ${said}`);
      write(value, digits(one.f));
      write(steep, digits(one.slope));
      write(words, meaning(one.slope));
    });
    clearTimeout(described);
    described = setTimeout(() => {
      const list = (key) => shown.map((one) => `${one.curve.known.name} ${number(one[key])}`).join(", ");
      upper.describe(t("Functions from {low} to {high}. At x = {x}: {values}.", { low, high, x, values: list("f") }));
      lower.describe(t("Derivatives on the same axis. At x = {x}: {values}.", { x, values: list("slope") }));
    }, 250);
  };

  return { element: element("div", { class: "pair" },
    element("h2", {}, t("Function f(x)")), upper.element, element("h2", {}, t("Derivative f′(x)")), lower.element), table, draw };
}

/** A number to read beside others: a rounded one has all four digits, as 0.4200 beside 0.1966. */
function digits(value) {
  const said = number(value), rounded = Number(said.replace("−", "-")), size = Math.abs(value);
  if (!(size >= 1e-4 && size < 1000) || Math.abs(rounded - value) <= 1e-9 * size) return said;
  return value.toPrecision(4).replace("-", "−");
}

/** What a slope does to the gradient that passes through it. */
function meaning(slope) {
  const size = Math.abs(slope);
  if (size === 0) return t("nothing: the gradient stops here");
  if (size < 0.05) return t("almost nothing");
  if (size < 0.95) return t("{share} % of the gradient", { share: Math.round(100 * size) });
  if (size <= 1.05) return t("the gradient as it is");
  return t("more than came: × {factor}", { factor: number(size, 3) });
}

function drag(chart, move) {
  const { svg } = chart;
  svg.classList.add("draggable");
  const go = (event) => move(chart.valueAt(event.clientX));
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    svg.setPointerCapture(event.pointerId);
    go(event);
  });
  svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && go(event));
}
