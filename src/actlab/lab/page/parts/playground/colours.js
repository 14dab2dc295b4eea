// The colours that a canvas paints with, from the page's variables: below zero, zero, above zero, and one for each class.

import { t } from "/page/modules/language.js";

const CLASSES = ["vermilion", "blue", "green", "purple", "orange", "sky", "black", "yellow"];
export const SHAPES = [t("circle"), t("square"), t("triangle"), t("diamond"), t("cross"), t("star"), t("down triangle"), t("bar")];
const STEPS = 256;
let made;

const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const mixed = (one, other, share) => one.map((value, index) => Math.round(value + (other[index] - value) * share));
const pixel = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;

function make() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const surface = parts(read("surface")), low = parts(read("series-vermilion")), high = parts(read("series-blue"));
  const scale = Uint32Array.from({ length: STEPS }, (_, index) => {
    const share = (2 * index) / (STEPS - 1) - 1;
    return pixel(mixed(surface, share < 0 ? low : high, 0.8 * Math.abs(share)));
  });
  const series = CLASSES.map((name) => read(`series-${name}`));
  return { surface: read("surface"), ink: read("ink"), muted: read("muted"), rule: read("rule"), series,
    low: read("series-vermilion"), high: read("series-blue"), scale, classes: Uint32Array.from(series, (hex) => pixel(mixed(surface, parts(hex), 0.4))),
    gap: pixel(mixed(surface, parts(read("ink")), 0.5)) };
}

/** The colours of the scheme that holds now. */
export function colours() {
  return (made ??= make());
}

/** Call `draw` when the page turns light or dark. */
export function whenSchemeChanges(draw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    made = undefined;
    draw();
  });
}

/** Write values between two ends into pixels; what is not a number becomes grey. */
export function paint(pixels, at, values, from, count, low, high) {
  const { scale, gap } = colours(), factor = (STEPS - 1) / (high - low || 1);
  for (let index = 0; index < count; index++) {
    const place = Math.round((values[from + index] - low) * factor);
    pixels[at + index] = place >= 0 ? scale[place < STEPS ? place : STEPS - 1] : place < 0 ? scale[0] : gap;
  }
}

/** Write numbers of classes into pixels. */
export function paintClasses(pixels, values) {
  const { classes, gap } = colours();
  for (let index = 0; index < values.length; index++) pixels[index] = classes[values[index] % classes.length] ?? gap;
}

/** The colour of a value between two ends, for a point. */
export function colourOf(value, low, high) {
  const { scale } = colours();
  const found = scale[Math.max(0, Math.min(STEPS - 1, Math.round(((value - low) / (high - low || 1)) * (STEPS - 1))))];
  return `rgb(${found & 255},${(found >> 8) & 255},${(found >> 16) & 255})`;
}

/** Add the outline of a class's shape, about `size` wide, to the path. */
export function outline(path, shape, x, y, size) {
  const r = size / 2, corners = (...places) => places.forEach(([across, up], index) => path[index ? "lineTo" : "moveTo"](x + across * r, y + up * r));
  if (shape === 0) {
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  if (shape === 1) corners([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
  else if (shape === 2) corners([0, -1.2], [1.15, 0.85], [-1.15, 0.85]);
  else if (shape === 3) corners([0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]);
  else if (shape === 4) corners([-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]);
  else if (shape === 5) corners(...Array.from({ length: 10 }, (_, index) => [Math.sin(index * Math.PI / 5), -Math.cos(index * Math.PI / 5)].map((part) => part * (index % 2 ? 0.6 : 1.4))));
  else if (shape === 6) corners([0, 1.2], [1.15, -0.85], [-1.15, -0.85]);
  else corners([-1.3, -0.5], [1.3, -0.5], [1.3, 0.5], [-1.3, 0.5]);
  path.closePath();
}
