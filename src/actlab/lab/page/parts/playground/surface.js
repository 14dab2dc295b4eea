// What the network answers at every place of the two columns, with the points that it learns from and is tested on.

import { element } from "/page/modules/dom.js";
import { number, t } from "/page/modules/language.js";
import { colourOf, colours, outline, paint, paintClasses, SHAPES } from "/page/parts/playground/colours.js";

const SIZE = 340, INSET = { bottom: 30, top: 8, right: 8 };
const ASIDE = 36; // left of the picture, where its numbers need no more
const POINTS = 600; // more would hide the surface
const FONT = "12px system-ui, sans-serif";

/** The picture; `place(made)` tells of new data, `draw({ values, side, kind, low, high, cutoff })` paints. */
export function surfaceView(label) {
  const canvas = element("canvas", { class: "surface", role: "img", "aria-label": label });
  const legend = element("ul", { class: "legend" });
  const below = element("canvas", {}), grain = element("canvas", {});
  const tall = SIZE - INSET.top - INSET.bottom;
  const density = Math.min(2, devicePixelRatio || 1);
  canvas.width = canvas.height = below.width = below.height = SIZE * density;
  const context = canvas.getContext("2d"), still = below.getContext("2d");
  let made, image, pixels, last, aside, inner;

  const across = (x) => aside + ((x - made.span[0][0]) / (made.span[0][1] - made.span[0][0])) * inner;
  const up = (y) => SIZE - INSET.bottom - ((y - made.span[1][0]) / (made.span[1][1] - made.span[1][0])) * tall;

  const numbers = () => made.span.map((ends) => ends.map((value) => number(value, 2)));

  const lay = () => {
    still.font = FONT;
    aside = Math.max(ASIDE, ...numbers()[1].map((text) => Math.ceil(still.measureText(text).width) + 6));
    inner = SIZE - aside - INSET.right;
  };

  /** Points and axes do not move while a network learns: they are drawn once, on a canvas of their own. */
  const dots = () => {
    const now = colours(), numeric = made.classes.length === 0;
    still.setTransform(density, 0, 0, density, 0, 0);
    still.clearRect(0, 0, SIZE, SIZE);
    still.lineWidth = 1.1;
    const labels = made.train.map((row) => row[2]), low = Math.min(...labels), high = Math.max(...labels);
    for (const [rows, hollow] of [[made.train, false], [made.test, true]]) {
      for (const [x, y, label] of rows.slice(0, POINTS)) {
        still.beginPath();
        outline(still, numeric ? 0 : label % SHAPES.length, across(x), up(y), hollow ? 7 : 6);
        const colour = numeric ? colourOf(label, low, high) : now.series[label % now.series.length];
        still.fillStyle = hollow ? now.surface : colour;
        still.strokeStyle = hollow && !numeric ? colour : now.ink;
        still.lineWidth = hollow ? 1.8 : 0.9;
        if (hollow && numeric) still.fillStyle = colour;
        still.fill();
        still.stroke();
      }
    }
    still.fillStyle = now.muted;
    still.font = FONT;
    still.textAlign = "left";
    const [[left, right], [bottom, top]] = numbers();
    still.fillText(left, aside, SIZE - 12);
    still.textAlign = "right";
    still.fillText(right, SIZE - INSET.right, SIZE - 12);
    still.fillText(top, aside - 4, INSET.top + 11);
    still.fillText(bottom, aside - 4, SIZE - INSET.bottom);
    still.textAlign = "center";
    still.fillText(shortened(made.names[0]), aside + inner / 2, SIZE - 12);
    still.save();
    still.translate(14, INSET.top + tall / 2);
    still.rotate(-Math.PI / 2);
    still.fillText(shortened(made.names[1]), 0, 0);
    still.restore();
  };

  const place = (now) => {
    made = now;
    legend.replaceChildren(...made.classes.map((name, index) => element("li", {}, mark(index), String(name))),
      element("li", { class: "muted" }, made.classes.length ? t("filled: learned from; hollow: test") : t("thin ring: learned from; thick ring: test")));
    lay();
    dots();
  };

  const draw = (now) => {
    if (!made) return;
    last = now;
    const { values, side, kind, low, high, cutoff } = now;
    if (!image || image.width !== side) {
      grain.width = grain.height = side;
      image = new ImageData(side, side);
      pixels = new Uint32Array(image.data.buffer);
    }
    if (kind === "classes") paintClasses(pixels, values);
    else paint(pixels, 0, values, 0, side * side, low, high);
    grain.getContext("2d").putImageData(image, 0, 0);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, SIZE, SIZE);
    context.imageSmoothingEnabled = kind !== "classes";
    context.save();
    context.translate(aside, INSET.top + tall);
    context.scale(1, -1); // row 0 is the lowest
    context.drawImage(grain, 0, 0, inner, tall);
    context.restore();
    if (cutoff !== undefined) contour(context, values, side, cutoff, { aside, inner, tall });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(below, 0, 0);
  };

  return { element: element("div", { class: "surface-place" }, canvas, legend), place, draw, describe: (text) => canvas.setAttribute("aria-label", text),
    repaint: () => { if (made) place(made); if (last) draw(last); } };
}

const shortened = (name) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);

/** The line along which the values are the cutoff. */
function contour(context, values, side, cutoff, { aside, inner, tall }) {
  const stepX = inner / side, stepY = tall / side, startX = aside + stepX / 2, startY = INSET.top + tall - stepY / 2;
  context.beginPath();
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const at = row * side + column, a = values[at] - cutoff, b = values[at + 1] - cutoff, c = values[at + side + 1] - cutoff, d = values[at + side] - cutoff;
      const sides = (a >= 0 ? 1 : 0) | (b >= 0 ? 2 : 0) | (c >= 0 ? 4 : 0) | (d >= 0 ? 8 : 0);
      if (sides === 0 || sides === 15) continue;
      let pen = "moveTo";
      const cross = (x, y) => {
        context[pen](startX + (column + x) * stepX, startY - (row + y) * stepY);
        pen = pen === "moveTo" ? "lineTo" : "moveTo";
      };
      if (a >= 0 !== b >= 0) cross(a / (a - b), 0);
      if (b >= 0 !== c >= 0) cross(1, b / (b - c));
      if (c >= 0 !== d >= 0) cross(1 - c / (c - d), 1);
      if (d >= 0 !== a >= 0) cross(0, 1 - d / (d - a));
    }
  }
  context.strokeStyle = colours().ink;
  context.lineWidth = 1.5;
  context.stroke();
}

/** A class's mark for a legend. */
export function mark(index) {
  const canvas = element("canvas", { class: "mark", width: 28, height: 28, role: "img", "aria-label": SHAPES[index % SHAPES.length] });
  const context = canvas.getContext("2d"), now = colours();
  context.beginPath();
  outline(context, index % SHAPES.length, 14, 14, 18);
  context.fillStyle = now.series[index % now.series.length];
  context.fill();
  context.strokeStyle = now.ink;
  context.lineWidth = 1.5;
  context.stroke();
  return canvas;
}
