// A strip for each unit: where its sums lie on the rows, left or right of 0, and how the unit is.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { HEALTH } from "/page/parts/playground/units.js";

const COLOURS = { alive: "--series-blue", sparse: "--series-blue", saturated: "--series-purple", silent: "--muted", dead: "--series-vermilion" };
const REACH = 6; // of asinh, so that far sums stay in the picture

/** The strips; `draw({ before, status, rows })` paints the sums of each unit, units × rows. */
export function strips(label) {
  const canvas = element("canvas", { class: "strips", role: "img", "aria-label": label });
  let last = null;

  const draw = (now) => {
    last = now;
    const { before, status, rows } = now, scale = devicePixelRatio || 1, wide = canvas.clientWidth, high = canvas.clientHeight;
    if (!wide) return;
    canvas.width = wide * scale;
    canvas.height = high * scale;
    const pen = canvas.getContext("2d"), style = getComputedStyle(canvas), colour = (name) => style.getPropertyValue(name);
    pen.scale(scale, scale);
    pen.font = "13px system-ui, sans-serif";
    pen.textBaseline = "middle";
    const words = HEALTH.map(({ word, symbol }) => `${symbol} ${word}`), aside = 10 + Math.max(...words.map((each) => pen.measureText(each).width));
    const left = 26, right = wide - aside, middle = (left + right) / 2, band = (high - 20) / status.length;
    const across = (value) => Math.max(left, Math.min(right, middle + (Math.asinh(value) / REACH) * (right - left)));
    status.forEach((code, unit) => {
      const { name } = HEALTH[code] || HEALTH[0], y = (unit + 0.5) * band;
      pen.fillStyle = colour("--muted");
      pen.fillText(String(unit + 1), 4, y);
      pen.strokeStyle = colour("--rule");
      pen.beginPath();
      pen.moveTo(left, y);
      pen.lineTo(right, y);
      pen.stroke();
      pen.globalAlpha = 0.45;
      pen.fillStyle = pen.strokeStyle = colour(COLOURS[name]);
      for (let row = 0; row < rows; row++) {
        const x = across(before[unit * rows + row]), jitter = (((row * 7919) % 97) / 97 - 0.5) * band * 0.6;
        if (name === "dead") { // crosses, so that it is seen without colours
          pen.beginPath();
          pen.moveTo(x - 2.5, y + jitter - 2.5);
          pen.lineTo(x + 2.5, y + jitter + 2.5);
          pen.moveTo(x - 2.5, y + jitter + 2.5);
          pen.lineTo(x + 2.5, y + jitter - 2.5);
          pen.stroke();
        } else {
          pen.beginPath();
          pen.arc(x, y + jitter, 2.2, 0, 7);
          pen.fill();
        }
      }
      pen.globalAlpha = 1;
      pen.fillStyle = colour("--ink");
      pen.fillText(words[code] || words[0], right + 8, y);
    });
    pen.strokeStyle = colour("--ink");
    pen.setLineDash([4, 4]);
    pen.beginPath();
    pen.moveTo(middle, 0);
    pen.lineTo(middle, high - 18);
    pen.stroke();
    pen.fillStyle = colour("--muted");
    pen.textAlign = "center";
    pen.fillText("0", middle, high - 8);
    pen.textAlign = "left";
    pen.fillText(t("below"), left, high - 8);
    pen.textAlign = "right";
    pen.fillText(t("above"), right, high - 8);
  };
  new ResizeObserver(() => last && draw(last)).observe(canvas);
  return { element: canvas, draw, describe: (text) => canvas.setAttribute("aria-label", text), repaint: () => last && draw(last) };
}
