// Any shape from ReLUs: a curve, and the sum of units that comes close to it.

import { FUNCTIONS } from "/functions.js";
import { announce, element, notice } from "/page/modules/dom.js";
import { select, slider, toggle } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { lineChart } from "/page/modules/lines.js";
import { ask } from "/page/modules/server.js";
import { choice, flag, urlState, whole } from "/page/modules/state.js";
import { chosen, coarse, CURVES, drawn, fine, read, spell, XS } from "/page/parts/shapes/curves.js";
import { pen } from "/page/parts/shapes/pen.js";
import { captions, closeness, SHARP, short } from "/page/parts/shapes/wording.js";

const ACTIVATIONS = ["relu", "leaky_relu", "step", "sigmoid", "tanh", "softplus", "gelu", "elu"];
const [BEYOND, STEPS, MOST, AGAIN] = [1.5, 481, 64, 2000]; // the last: milliseconds until a server that was gone is asked again
const WIDE = Array.from({ length: STEPS }, (_, place) => -BEYOND + (2 * BEYOND * place) / (STEPS - 1));

/** Build the part. */
export async function mount(root) {
  const state = urlState({ shape: choice("sine", [...CURVES.map(([name]) => name), "own"]), own: drawn, activation: choice("relu", ACTIVATIONS), units: whole(4, 1, MOST), added: whole(MOST, 0, MOST), each: flag(true) }), now = state.values;
  if (now.shape === "own" && !now.own) {
    now.shape = "sine";
    state.problems.push(t("The address says that the curve is your own, but not its points; the usual one is shown instead."));
  }
  let points = now.shape === "own" ? fine(read(now.own)) : chosen(now.shape), fit = null;
  const problems = element("div");

  const chart = lineChart({ label: t("The curve and the sum of units"), x: [-BEYOND, BEYOND], y: [-1.2, 1.2], height: 380, xTitle: "x", yTitle: "y" });
  const said = element("p", { class: "said", role: "status" }), body = element("tbody"), notes = element("div", { class: "muted" }), legend = element("div", { class: "legend-lines muted" },
    element("span", { class: "key dashed" }, t("what is wanted")), element("span", { class: "key vermilion" }, t("sum of the units and the constant")), element("span", { class: "key dotted" }, t("each unit alone")));

  const draw = () => {
    const { value } = FUNCTIONS[fit?.activation ?? now.activation], used = fit ? fit.units.slice(0, now.added) : [];
    const curves = used.map(([weight, bias, output]) => WIDE.map((x) => output * value(weight * x + bias)));
    const sum = WIDE.map((_, place) => curves.reduce((total, curve) => total + curve[place], fit ? fit.constant : NaN));
    const alone = now.each ? curves.map((ys) => ({ xs: WIDE, ys, colour: "var(--muted)", dash: "2 3", width: 1 })) : [];
    const marks = SHARP.includes(fit?.activation) ? used.map(([weight, bias]) => -bias / weight).filter((x) => Math.abs(x) < 1).map((x) => ({ x, y: sum[Math.round(((x + BEYOND) / (2 * BEYOND)) * (STEPS - 1))], colour: "var(--series-vermilion)", hollow: true })) : [];
    chart.update({ series: [...alone, { xs: XS, ys: points, colour: "var(--series-blue)", dash: "7 4", width: 3 }, { xs: WIDE, ys: sum, colour: "var(--series-vermilion)", width: 2.5 }], marks, rules: [{ x: -1, label: "" }, { x: 1, label: "" }] });
    if (!fit) return;
    said.textContent = closeness({ fit, used: used.length });
    notes.replaceChildren(...captions(fit).map((text) => element("p", {}, text)));
    chart.describe(t("{title}: {text}", { title: t("The curve and the sum of units"), text: said.textContent }));
    for (const row of body.children) row.classList.toggle("current", Number(row.dataset.count) === now.units);
  };

  const newest = latest(async () => {
    const { activation, units } = now;
    fit = { ...await ask("/shapes", { method: "POST", body: { points, activation, units } }), activation, asked: units };
    building.high = fit.units.length;
    building.value = Math.min(now.added, fit.units.length);
    draw();
    announce(said.textContent);
  }, problems);
  const errors = latest(async () => {
    const found = await ask("/shapes/errors", { method: "POST", body: { points, activation: now.activation } }), names = Object.keys(found.errors);
    head.replaceChildren(...[t("units"), ...names].map((text) => element("th", { scope: "col", class: "number" }, text)));
    body.replaceChildren(...found.counts.map((count, place) => element("tr", { dataset: { count } }, element("th", { scope: "row", class: "number" }, String(count)), ...names.map((name) => element("td", { class: "number" }, short(found.errors[name][place]))))));
    draw();
  }, problems);
  const head = element("tr");

  const change = (changes) => {
    state.set({ ...changes, added: MOST });
    building.high = now.units;
    building.value = now.units;
    newest();
    if (changes.activation && ![...head.children].some((cell) => cell.textContent === changes.activation)) errors();
  };
  const reshape = (changes) => {
    points = changes.shape === "own" ? fine(read(changes.own)) : chosen(changes.shape);
    shape.value = changes.shape;
    change(changes);
    draw();
    errors();
  };
  const hand = pen({ chart, heights: () => coarse(points), change: (heights) => reshape({ shape: "own", own: spell(heights) }) });
  const shape = select({ label: t("Curve"), value: now.shape, choices: [...CURVES.map(([name, text]) => [name, text]), ["own", t("your own: draw in the picture")]], change: (name) => {
    reshape(name === "own" ? { shape: "own", own: spell(coarse(points)) } : { shape: name, own: "" });
    hand.show();
  } });
  const building = slider({ label: t("Units added so far"), value: Math.min(now.added, now.units), low: 0, high: now.units, step: 1, change: (value) => {
    const count = Math.round(value);
    state.set({ added: count < (fit?.units.length ?? now.units) ? count : MOST });
    draw();
  } });
  root.append(element("p", { class: "lead" }, t("Every ReLU bends the line once. Added up, they come close to any curve: draw one in the picture, and choose how many there are.")),
    ...state.problems.map((text) => notice(text)), problems,
    element("div", { class: "shapes" },
      element("section", { class: "panel" }, chart.element, legend, said, notes),
      element("div", {},
        element("section", { class: "panel" }, shape.element,
          select({ label: t("Activation function"), value: now.activation, choices: ACTIVATIONS.map((name) => [name, name]), change: (activation) => change({ activation }) }).element,
          slider({ label: t("Units"), value: now.units, low: 1, high: MOST, step: 1, change: (units) => change({ units: Math.round(units) }) }).element, building.element,
          toggle({ label: t("Show each unit alone"), value: now.each, change: (each) => {
            state.set({ each });
            draw();
          } }).element, hand.element),
        element("section", { class: "panel" }, element("h2", {}, t("Typical error by number of units")), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Typical error by number of units") }, element("table", {}, element("thead", {}, head), body)),
          element("p", { class: "muted" }, t("The units are found by trying places and steepnesses, each time the one that helps most. Training would find other ones.")),
          element("p", { class: "muted" }, t("A smooth curve often needs fewer smooth units. ReLU is taken all the same: it costs least, its slope does not fade where sums are large, so that deep networks learn, and with more units it comes as close."))))));
  hand.show();
  newest();
  errors();
  draw();
}

/** Runs one thing at a time; of what is asked for meanwhile only the last is done afterwards, and all when a server is back. */
function latest(work, problems) {
  let busy = false, again = false, retry = 0;
  const failed = (error) => {
    if (problems.textContent !== error.message) problems.replaceChildren(notice(error)); // said once
    if (error.gone) retry = setTimeout(run, AGAIN);
  };
  const run = async () => {
    clearTimeout(retry);
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await work();
      problems.replaceChildren();
    } catch (error) {
      failed(error);
    }
    busy = false;
    if (again) {
      again = false;
      run();
    }
  };
  return run;
}
