// The losses while training goes on, kept to so many points that drawing them stays cheap.

import { element } from "/page/modules/dom.js";
import { lineChart, nice } from "/page/modules/lines.js";
import { t } from "/page/modules/language.js";

const MOST = 400;
const LINES = [["0/train", "var(--series-blue)", ""], ["0/test", "var(--series-blue)", "5 5"], ["1/train", "var(--series-vermilion)", ""], ["1/test", "var(--series-vermilion)", "5 5"]];

/** The chart of losses; `add(frame)` takes the newest, `names` call the sides. */
export function lossCurve(names = () => ["A", "B"]) {
  const chart = lineChart({ label: t("Loss by step"), x: [0, 100], y: [0, 1], height: 200, xTitle: t("steps of learning"), yTitle: t("loss") });
  const legend = element("div", { class: "legend-lines muted" });
  let xs = [], rows = LINES.map(() => []), end = 100, top = 0, sides = 0;

  const clear = () => {
    [xs, rows, end, top] = [[], LINES.map(() => []), 100, 0];
    sides = 0;
    chart.update({ x: [0, end], y: [0, 1], series: [] });
  };
  const thin = () => {
    const every = (list) => list.filter((_, index) => index % 2 === 0);
    xs = every(xs);
    rows = rows.map(every);
  };
  const add = ({ step, sides: now }) => {
    if (xs.length && step < xs.at(-1)) clear();
    if (now.length !== sides) key(now.length);
    if (xs.length && step === xs.at(-1)) return;
    xs.push(step);
    now.forEach(({ loss }, side) => ["train", "test"].forEach((kind, place) => rows[2 * side + place].push(loss[kind] ?? NaN)));
    const finite = now.flatMap(({ loss }) => [loss.train, loss.test]).filter(Number.isFinite);
    top = Math.max(top, ...finite.map((value) => Math.min(value, 10 * (rows[0][0] || 1))));
    if (xs.length > MOST) thin();
    end = Math.max(100, nice(step));
    chart.update({ x: [0, end], y: [0, nice(top)], series: LINES.slice(0, 2 * now.length).map(([, colour, dash], index) => ({ xs, ys: rows[index], colour, dash, width: 2 })) });
  };
  const key = (count) => {
    sides = count;
    legend.replaceChildren(...["blue", "vermilion"].slice(0, count).map((colour, index) => [names()[index], colour]).flatMap(([side, colour]) => [
      element("span", { class: `key solid ${colour}` }, count > 1 ? t("{side}, training", { side }) : t("training")),
      element("span", { class: `key dashed ${colour}` }, count > 1 ? t("{side}, test", { side }) : t("test"))]));
  };
  return { element: element("section", { class: "panel losses" }, element("h2", {}, t("Loss")), chart.element, legend), add, clear, describe: chart.describe };
}
