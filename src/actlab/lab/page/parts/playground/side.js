// One side: its network, its output, its numbers and how it ended.

import { element } from "/page/modules/dom.js";
import { number, t } from "/page/modules/language.js";
import { button } from "/page/modules/controls.js";
import { sideName } from "/page/parts/playground/address.js";
import { endingCard } from "/page/parts/playground/ending.js";
import { networkLegend, networkView } from "/page/parts/playground/network.js";
import { resultsView } from "/page/parts/playground/results.js";
import { surfaceView } from "/page/parts/playground/surface.js";

/** The panels of side A (0) or B (1). */
export function sideView({ index, state, act, go, save, extra = [] }) {
  const label = index ? "B" : "A";
  const title = element("h2", {}, label), outputTitle = element("h2", {}, t("Output of {side}", { side: label })), ending = element("div"), shown = element("p", { class: "shown muted" });
  const learned = element("p", { class: "learned" }), hint = element("p", { class: "hint muted" }, t("Click a square to see it large."));
  const back = button(t("Back to the output of {side}", { side: label }), () => network.leave(), { kind: "back" });
  let spec, made, frame, unit = null;
  const network = networkView({ chosen: (pressed) => {
    unit = pressed;
    entitle();
    if (frame) paintSurface();
  } });
  const entitle = () => {
    back.hidden = !unit;
    outputTitle.textContent = unit ? t("{side}: layer {layer}, unit {unit}", { side: label, layer: unit[0] + 1, unit: unit[1] + 1 }) : t("Output of {side}", { side: label });
  };
  const surface = surfaceView(outputTitle.textContent), results = resultsView(label);

  const range = () => {
    if (made.classes.length) return [0, 1];
    let low = Infinity, high = -Infinity;
    for (const [, , value] of made.train) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return [low, high];
  };
  let ends = [0, 1];

  const paintSurface = () => {
    const heat = unit && frame.arrays[`${index}/heat/${unit[0]}`];
    if (heat && unit[1] < spec.layers[unit[0]].units) {
      const cells = heat.length / spec.layers[unit[0]].units, values = heat.subarray(unit[1] * cells, (unit[1] + 1) * cells);
      let most = 1e-9;
      for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
      surface.draw({ values, side: Math.round(Math.sqrt(cells)), kind: "unit", low: -most, high: most });
      const slope = frame.arrays[`${index}/slopes/${unit[0]}`]?.[unit[1]], bias = frame.arrays[`${index}/biases/${unit[0]}`]?.[unit[1]];
      say(t("Shown: layer {layer}, unit {unit}. Bias {bias}, mean slope {slope}, largest output {most}. Blue is above 0.", { layer: unit[0] + 1, unit: unit[1] + 1, bias: short(bias), slope: short(slope), most: short(most) }));
      return;
    }
    const values = frame.arrays[`${index}/surface`];
    if (!values) return;
    const kind = made.classes.length > 2 ? "classes" : made.classes.length ? "probability" : "number";
    surface.draw({ values, side: Math.round(Math.sqrt(values.length)), kind, low: ends[0], high: ends[1], cutoff: kind === "probability" ? state.values.cutoff : undefined });
    say(kind === "probability" ? t("Blue: probably {class}. The line is the cutoff.", { class: made.classes[1] })
      : kind === "classes" ? t("Each place has the colour of the most probable class.") : t("From {low} (orange red) to {high} (blue).", { low: short(ends[0]), high: short(ends[1]) }));
  };
  const say = (text) => { if (shown.textContent !== text) shown.textContent = text; };
  const short = (value) => (value === undefined ? "–" : number(value, 3));

  const make = (newSpec, newMade) => {
    [spec, made, frame, unit] = [newSpec, newMade, null, null];
    ends = range();
    title.textContent = t("{side}: {name}", { side: label, name: sideName(spec) });
    ending.replaceChildren();
    hint.hidden = !spec.layers.length;
    network.release();
    entitle();
    network.make(spec, made);
    surface.place(made);
  };
  /** Whether a frame is of the network that was asked for last. */
  const fits = (now) => spec && now.sides[index] && now.sides[index].layers.length >= spec.layers.length &&
    spec.layers.every((layer, place) => now.arrays[`${index}/status/${place}`]?.length === layer.units) && now.arrays[`${index}/scores/test`];

  const draw = (now) => {
    frame = now;
    network.draw({ frame, side: index, range: ends });
    paintSurface();
    const { loss, layers } = frame.sides[index];
    const said = results.draw({ made, loss, layers: layers.slice(0, spec.layers.length), cutoff: state.values.cutoff, rows: state.values.rows,
      scores: { train: frame.arrays[`${index}/scores/train`], test: frame.arrays[`${index}/scores/test`] } });
    const numbers = layers.flatMap((layer, place) => Object.entries(layer.learned ?? {}).map(([name, value]) => t("Layer {layer} also learns its {name}, now {value}.", { layer: place + 1, name, value: short(value) })));
    if (learned.textContent !== numbers.join(" ")) learned.textContent = numbers.join(" ");
    surface.describe(t("{side} over {x} (across) and {y} (up): {said}", { side: outputTitle.textContent, x: made.names[0], y: made.names[1], said }));
    return t("{side}: {said}", { side: label, said });
  };
  const ended = (message) => ending.replaceChildren(endingCard({ message, label, now: state.values, act, go }));

  const saving = button(t("Save {side} as PyTorch code", { side: label }), save);
  const left = element("section", { class: `panel net net-${label}`, "aria-label": t("Network {side}", { side: label }) }, title, network.element, hint, results.health, learned, networkLegend(), ending);
  const right = element("section", { class: `panel out out-${label}`, "aria-label": t("Output {side}", { side: label }) }, outputTitle, back, surface.element, shown, ...extra, results.element,
    element("div", { class: "row" }, saving));
  entitle();
  return { left, right, saving, make, fits, draw, ended, redraw: () => frame && draw(frame), calm: () => ending.replaceChildren(),
    repaint: () => {
      network.repaint();
      surface.repaint();
    } };
}
