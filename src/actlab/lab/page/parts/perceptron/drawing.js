// The neuron as a picture: inputs, weights as lines, the sum, and what comes out; and the sum against the threshold.

import { drawn, element } from "/page/modules/dom.js";
import { number, t } from "/page/modules/language.js";

const [WIDTH, HIGH, MOST] = [460, 54, 9];
const cut = (name) => (name.length > 14 ? `${name.slice(0, 13)}…` : name);

/** The neuron; `draw` shows its present state. */
export function neuron() {
  const svg = drawn("svg", { class: "neuron", role: "img", "aria-label": "" });
  const draw = ({ names, weights, on, sum, output, fires, told }) => {
    const height = Math.max(3, names.length) * HIGH, middle = height / 2, first = middle - (names.length * HIGH) / 2;
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    svg.setAttribute("aria-label", told);
    const lines = names.map((name, place) => {
      const y = first + (place + 0.5) * HIGH, weight = weights[place];
      return drawn("g", { class: on[place] ? "on" : "off" },
        drawn("line", { x1: 122, y1: y, x2: 258, y2: middle, class: weight < 0 ? "below" : "over", "stroke-width": 1 + Math.min(MOST, Math.abs(weight)), "stroke-dasharray": weight < 0 ? "7 5" : null }),
        drawn("rect", { x: 2, y: y - 19, width: 120, height: 38, rx: 8 }),
        drawn("text", { x: 10, y: y + 4 }, cut(name)), drawn("text", { x: 112, y: y + 4, class: "state", "text-anchor": "end" }, on[place] ? "1" : "0"),
        drawn("text", { x: 158, y: y + (middle - y) * 0.27 - 8, class: "weight" }, `× ${number(weight)}`));
    });
    svg.replaceChildren(...lines,
      drawn("circle", { cx: 290, cy: middle, r: 40, class: fires ? "body fires" : "body" }),
      drawn("text", { x: 290, y: middle - 6, "text-anchor": "middle" }, t("sum")), drawn("text", { x: 290, y: middle + 16, "text-anchor": "middle", class: "state" }, number(sum)),
      drawn("line", { x1: 330, y1: middle, x2: 386, y2: middle, class: "over", "stroke-width": 2 }),
      drawn("rect", { x: 386, y: middle - 24, width: 72, height: 48, rx: 8, class: fires ? "fires" : "" }),
      drawn("text", { x: 422, y: middle - 4, "text-anchor": "middle", class: "state" }, number(output, 3)),
      drawn("text", { x: 422, y: middle + 15, "text-anchor": "middle" }, fires ? t("yes") : t("no")));
  };
  return { element: svg, draw };
}

/** The sum as a bar, with a mark where it has to get above. */
export function balance() {
  const svg = drawn("svg", { class: "balance", viewBox: "0 0 460 56", role: "img", "aria-label": "" });
  const draw = ({ weights, sum, limit, shift, label }) => {
    const ends = [0, limit, ...weights.map((_, place) => weights.slice(0, place + 1).filter((each) => each < 0).reduce((one, other) => one + other, 0)),
      weights.filter((each) => each > 0).reduce((one, other) => one + other, 0)].map((each) => each - shift);
    const low = Math.min(...ends), high = Math.max(...ends, low + 1);
    const x = (value) => 16 + (428 * (value - low)) / (high - low);
    const [from, to] = [x(-shift), x(sum - shift)].sort((one, other) => one - other);
    svg.setAttribute("aria-label", label);
    svg.replaceChildren(drawn("line", { x1: 16, x2: 444, y1: 22, y2: 22, class: "ground" }),
      drawn("rect", { x: from, y: 12, width: Math.max(2, to - from), height: 20, rx: 3, class: sum > limit ? "fires" : "" }),
      drawn("line", { x1: x(limit - shift), x2: x(limit - shift), y1: 4, y2: 38, class: "limit" }),
      drawn("text", { x: x(limit - shift), y: 52, "text-anchor": x(limit - shift) > 380 ? "end" : x(limit - shift) < 80 ? "start" : "middle" }, shift ? t("0: above it, it fires") : t("threshold {threshold}", { threshold: limit })));
  };
  return { element: element("div", {}, svg), draw };
}
