// A chart of lines in SVG, whose axes stay where they are while its lines move.

import { drawn, element } from "/page/modules/dom.js";
import { number } from "/page/modules/language.js";

/** A round number from a value on, so that an axis seldom moves. */
export function nice(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 10].map((each) => each * power).find((each) => each >= value) || 10 * power;
}

/** Round numbers between two ends, about so many. */
export function ticks(low, high, about = 6) {
  const rough = (high - low) / about, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const found = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) found.push(index * step + 0); // never -0
  return found;
}

/**
 * A chart that is as wide as its place. `label` is read out. `x` and `y` are the ends of the axes.
 * `update({ x, y, series, marks, bands })` draws: each series has `xs`, `ys` (arrays), `colour` (of CSS), `dash`, `width`;
 * not finite values break a line; one with the `version` that it had before, on the same axes, is not drawn again.
 * `marks` are points `{ x, y, colour, hollow }`; `rules` are lines `{ x | y, label }`.
 */
export function lineChart({ label, x, y, height = 280, xTitle = "", yTitle = "" }) {
  const inset = { left: 52, right: 14, top: yTitle ? 26 : 12, bottom: xTitle ? 38 : 30 }; // room for the titles
  const frame = drawn("g", { class: "axes" }), rulers = drawn("g", { class: "axes" }), lines = drawn("g", { class: "lines" }), points = drawn("g", { class: "marks" });
  const clip = `clip-${Math.random().toString(36).slice(2)}`;
  const window_ = drawn("rect", {});
  const svg = drawn("svg", { role: "img", "aria-label": label, class: "chart", height },
    drawn("defs", {}, drawn("clipPath", { id: clip }, window_)), frame, rulers, drawn("g", { "clip-path": `url(#${clip})` }, lines, points));
  const node = element("div", { class: "chart-place" }, svg);
  let now = { x, y, series: [], marks: [], rules: [] }, wide = 0, drawnAxes = "", versions = [];

  const across = (value) => inset.left + ((value - now.x[0]) / (now.x[1] - now.x[0])) * (wide - inset.left - inset.right);
  const up = (value) => height - inset.bottom - ((value - now.y[0]) / (now.y[1] - now.y[0])) * (height - inset.top - inset.bottom);

  const axes = () => {
    const key = [wide, ...now.x, ...now.y].join();
    if (key === drawnAxes) return;
    drawnAxes = key;
    versions = [];
    svg.setAttribute("viewBox", `0 0 ${wide} ${height}`);
    for (const [name, value] of Object.entries({ x: inset.left, y: inset.top, width: Math.max(0, wide - inset.left - inset.right), height: height - inset.top - inset.bottom })) window_.setAttribute(name, value);
    const bottom = height - inset.bottom, right = wide - inset.right;
    frame.replaceChildren(
      ...ticks(...now.x, Math.max(4, wide / 80)).flatMap((at) => [
        drawn("line", { x1: across(at), x2: across(at), y1: inset.top, y2: bottom, class: Math.abs(at) < 1e-12 ? "zero" : "" }),
        drawn("text", { x: across(at), y: bottom + 18, "text-anchor": "middle" }, number(at))]),
      ...ticks(...now.y, height / 50).flatMap((at) => [
        drawn("line", { x1: inset.left, x2: right, y1: up(at), y2: up(at), class: Math.abs(at) < 1e-12 ? "zero" : "" }),
        drawn("text", { x: inset.left - 6, y: up(at) + 4, "text-anchor": "end" }, number(at))]),
      drawn("text", { x: right, y: height - 6, "text-anchor": "end", class: "title" }, xTitle),
      drawn("text", { x: 4, y: 12, class: "title" }, yTitle));
  };

  const rules = () => {
    (now.rules || []).forEach(({ x: atX, y: atY, label: text }, index) => {
      const ruler = rulers.children[index] || rulers.appendChild(drawn("g", {}, drawn("line", { class: "rule" }), drawn("text", {})));
      const [line, words] = ruler.children, upright = atY === undefined, right = wide - inset.right;
      const place = upright ? { x1: across(atX), x2: across(atX), y1: inset.top, y2: height - inset.bottom } : { x1: inset.left, x2: right, y1: up(atY), y2: up(atY) };
      for (const [name, value] of Object.entries(place)) line.setAttribute(name, value);
      words.setAttribute("x", upright ? across(atX) + 5 : right - 4);
      words.setAttribute("y", upright ? inset.top + 11 : up(atY) - 5);
      words.setAttribute("text-anchor", upright ? "start" : "end");
      if (words.textContent !== (text || "")) words.textContent = text || "";
    });
    while (rulers.children.length > (now.rules || []).length) rulers.lastChild.remove();
  };

  const path = ({ xs, ys }) => {
    // across() and up() written out, and tenths of a pixel: this runs for every point of every frame
    const scaleX = (wide - inset.left - inset.right) / (now.x[1] - now.x[0]), scaleY = (height - inset.top - inset.bottom) / (now.y[1] - now.y[0]);
    const startX = inset.left - now.x[0] * scaleX, startY = height - inset.bottom + now.y[0] * scaleY;
    let text = "", pen = "M";
    for (let index = 0; index < xs.length; index++) {
      const y = startY - ys[index] * scaleY;
      if (!Number.isFinite(y)) { pen = "M"; continue; }
      text += pen + Math.round(10 * (startX + xs[index] * scaleX)) / 10 + "," + Math.round(10 * Math.max(-4 * height, Math.min(5 * height, y))) / 10;
      pen = "L";
    }
    return text;
  };

  const redraw = () => {
    if (wide <= 0) return;
    axes();
    rules();
    now.series.forEach((one, index) => {
      const line = lines.children[index] || lines.appendChild(drawn("path", {}));
      if (one.version === undefined || one.version !== versions[index]) line.setAttribute("d", path(one));
      versions[index] = one.version;
      line.setAttribute("stroke", one.colour || "var(--series-blue)");
      line.setAttribute("stroke-width", one.width || 2.5);
      line.setAttribute("stroke-dasharray", one.dash || "");
    });
    while (lines.children.length > now.series.length) lines.lastChild.remove();
    (now.marks || []).forEach((mark, index) => {
      const circle = points.children[index] || points.appendChild(drawn("circle", { r: 5 }));
      circle.setAttribute("cx", Number.isFinite(mark.y) ? across(mark.x) : -99);
      circle.setAttribute("cy", Number.isFinite(mark.y) ? up(mark.y) : -99);
      circle.setAttribute("fill", mark.hollow ? "var(--surface)" : mark.colour || "var(--ink)");
      circle.setAttribute("stroke", mark.colour || "var(--ink)");
    });
    while (points.children.length > (now.marks || []).length) points.lastChild.remove();
  };

  new ResizeObserver(([{ contentRect }]) => {
    wide = Math.round(contentRect.width);
    redraw();
  }).observe(node);
  return { element: node, svg, update: (change) => { now = { ...now, ...change }; redraw(); },
    describe: (text) => svg.setAttribute("aria-label", text),
    levelAt: (clientY) => now.y[0] + ((height - inset.bottom - (clientY - svg.getBoundingClientRect().top)) / (height - inset.top - inset.bottom)) * (now.y[1] - now.y[0]),
    valueAt: (clientX) => { const box = svg.getBoundingClientRect(); return now.x[0] + ((clientX - box.left - inset.left) / (wide - inset.left - inset.right)) * (now.x[1] - now.x[0]); } };
}
