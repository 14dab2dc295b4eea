// The neuron as a picture: inputs, weights as lines, the sum, and what comes out; and the sum against its limit.

import { drawn, element } from "/page/modules/dom.js";
import { number, t } from "/page/modules/language.js";

const [HIGH, MOST] = [54, 9]; // of a row, and of a line
const WIDE = { width: 460, box: 120, centre: 296, round: 47, out: 386 };
const TIGHT = { width: 300, box: 96, centre: 186, round: 46, out: 244 }; // on a phone, so that its letters can be read
export const phone = matchMedia("(max-width: 30rem)");

/** The neuron; `draw` shows its present state. */
export function neuron() {
  const svg = drawn("svg", { class: "neuron", role: "img", "aria-label": "" });
  const draw = ({ names, weights, on, sum, title, output, fires, told }) => {
    const { width, box, centre, round, out } = phone.matches ? TIGHT : WIDE, height = Math.max(3, names.length) * HIGH, middle = height / 2;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("aria-label", told);
    const rows = names.map((name, place) => {
      const y = middle + (place + 0.5 - names.length / 2) * HIGH;
      return input({ name, y, middle, box, end: centre - round + 6, weight: weights[place], on: on[place] });
    });
    const written = (x, y, text, name) => drawn("text", { x, y, "text-anchor": "middle", class: name }, text);
    svg.replaceChildren(...rows,
      drawn("circle", { cx: centre, cy: middle, r: round, class: fires ? "body fires" : "body" }),
      written(centre, middle - 6, title), written(centre, middle + 16, number(sum), "state"),
      drawn("line", { x1: centre + round, y1: middle, x2: out, y2: middle, class: "over", "stroke-width": 2 }),
      drawn("rect", { x: out, y: middle - 24, width: width - out - 2, height: 48, rx: 8, class: fires ? "fires" : "" }),
      written((out + width) / 2 - 1, middle - 4, number(output, 3), "state"), written((out + width) / 2 - 1, middle + 15, fires ? t("yes") : t("no")));
    for (const name of svg.querySelectorAll(".name")) shorten(name, box - 28);
  };
  return { element: svg, draw };
}

/** One input, with its weight beside the line where the lines are far apart. */
function input({ name, y, middle, box, end, weight, on }) {
  const wide = 1 + Math.min(MOST, Math.abs(weight)), beside = y > middle ? wide / 2 + 14 : -wide / 2 - 4;
  return drawn("g", { class: on ? "on" : "off" },
    drawn("line", { x1: box + 2, y1: y, x2: end, y2: middle, class: weight < 0 ? "below" : "over", "stroke-width": wide, "stroke-dasharray": weight < 0 ? "7 5" : null }),
    drawn("rect", { x: 2, y: y - 19, width: box, height: 38, rx: 8 }),
    drawn("text", { x: 9, y: y + 5, class: "name" }, name), drawn("text", { x: box - 6, y: y + 5, class: "state", "text-anchor": "end" }, on ? "1" : "0"),
    drawn("text", { x: box + 8, y: y + beside, class: "weight" }, `× ${number(weight)}`));
}

/** Take letters from a text until it is short enough. */
function shorten(node, room) {
  const letters = [...node.textContent];
  while (letters.length > 1 && node.getComputedTextLength() > room) {
    letters.pop();
    node.textContent = `${letters.join("").trimEnd()}…`;
  }
}

/** The sum as a bar, with a mark where it has to get above. `shift` is taken off everything: what the bias does. */
export function balance() {
  const svg = drawn("svg", { class: "balance", role: "img", "aria-label": "" });
  const draw = ({ weights, sum, limit, title, shift, fires, told }) => {
    const width = (phone.matches ? TIGHT : WIDE).width, added = (sign) => weights.reduce((all, each) => all + Math.max(0, sign * each), 0) * sign;
    const ends = [0, added(-1), added(1), ...(Number.isFinite(limit) ? [limit] : [])].map((each) => each - shift);
    const low = Math.min(...ends), high = Math.max(...ends, low + 1);
    const x = (value) => 16 + ((width - 32) * (value - low)) / (high - low);
    const [from, to] = [x(-shift), x(sum - shift)].sort((one, other) => one - other), at = x(limit - shift);
    svg.setAttribute("viewBox", `0 0 ${width} 56`);
    svg.setAttribute("aria-label", told);
    svg.replaceChildren(drawn("line", { x1: 16, x2: width - 16, y1: 22, y2: 22, class: "ground" }),
      drawn("rect", { x: from, y: 12, width: Math.max(2, to - from), height: 20, rx: 3, class: fires ? "fires" : "" }),
      ...(Number.isFinite(at) ? [drawn("line", { x1: at, x2: at, y1: 4, y2: 38, class: "limit" }),
        drawn("text", { x: at, y: 52, "text-anchor": at > width - 80 ? "end" : at < 80 ? "start" : "middle" }, title)] : []));
  };
  return { element: element("div", {}, svg), draw };
}
