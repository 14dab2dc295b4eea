// The perceptron: inputs are weighed and added up, and it fires when the sum is above its threshold.

import { FUNCTIONS } from "/functions.js";
import { announce, element, notice } from "/page/modules/dom.js";
import { radios, slider } from "/page/modules/controls.js";
import { number, t } from "/page/modules/language.js";
import { choice, flag, real, several, urlState, words } from "/page/modules/state.js";
import { balance, neuron } from "/page/parts/perceptron/drawing.js";
import { inputsEditor, MOST } from "/page/parts/perceptron/inputs.js";
import { school } from "/page/parts/perceptron/school.js";
import { above, cases, enough, inWords, total } from "/page/parts/perceptron/rule.js";
import { casesTable } from "/page/parts/perceptron/table.js";

/** Build the part. */
export async function mount(root) {
  const state = urlState({
    names: several([t("Marvel"), t("cinema"), t("friends")], words("", 24), MOST), weights: several([4, 2, 2], real(0, -1000, 1000), MOST), on: several([false, true, true], flag(false), MOST),
    threshold: real(3, -1000, 1000), as: choice("threshold", ["threshold", "bias"]), unit: choice("step", ["step", "sigmoid"]), cutoff: real(0.5, 0, 1),
    wanted: words("", 2 ** MOST), rate: real(1, 0.1, 5),
  });
  const now = state.values;
  const fit = () => {
    const count = now.weights.length || 1, padded = (values, filler) => Array.from({ length: count }, (_, place) => values[place] ?? filler(place));
    now.weights = padded(now.weights, () => 1);
    now.names = padded(now.names, (place) => t("input {number}", { number: place + 1 })).map((name, place) => name || t("input {number}", { number: place + 1 }));
    now.on = padded(now.on, () => false);
    const marks = [...now.wanted].map((mark) => ("01".includes(mark) ? mark : "-"));
    now.wanted = marks.length === 2 ** count ? marks.join("") : "-".repeat(2 ** count);
  };
  fit();

  const picture = neuron(), bar = balance(), calculation = element("p", { class: "calculation" }), rule = element("p", { class: "rule" });
  const score = (sum) => FUNCTIONS[now.unit].value(above(sum, now.threshold));
  const fires = (sum) => (now.unit === "step" ? above(sum, now.threshold) > 0 : score(sum) >= now.cutoff);

  const draw = () => {
    const { names, weights, on } = now, all = cases(weights.length);
    const sums = all.map((each) => total(weights, each)), sum = total(weights, on), yes = fires(sum), output = now.unit === "step" ? Number(yes) : score(sum);
    const parts = weights.map((weight, place) => (on[place] ? number(weight) : "0")).join(" + ").replaceAll("+ −", "− ");
    const biased = now.as === "bias", far = above(sum, now.threshold);
    const terms = { parts, sum, threshold: now.threshold, bias: -now.threshold || 0, far, score: number(output, 3), cutoff: now.cutoff };
    const told = now.unit === "sigmoid"
      ? yes ? t("{parts} = {sum}; sigmoid({sum} − {threshold}) = {score}, not below the cutoff {cutoff}: yes.", terms) : t("{parts} = {sum}; sigmoid({sum} − {threshold}) = {score}, below the cutoff {cutoff}: no.", terms)
      : biased
        ? yes ? t("{parts} = {sum}; with the bias {bias} it is {far}, above 0: it fires.", terms) : t("{parts} = {sum}; with the bias {bias} it is {far}, not above 0: it stays silent.", terms)
        : yes ? t("{parts} = {sum}, above the threshold {threshold}: it fires.", terms) : t("{parts} = {sum}, not above the threshold {threshold}: it stays silent.", terms);
    calculation.textContent = told;
    rule.textContent = inWords(names, enough(weights, fires));
    picture.draw({ names, weights, on, sum, output, fires: yes, told });
    bar.draw({ weights, sum, limit: now.threshold, shift: biased ? now.threshold : 0, label: told });
    const place = all.findIndex((each) => each.every((value, index) => value === on[index]));
    table.draw({ current: place, sums, scores: sums.map(score), decisions: sums.map(fires), wanted: now.wanted });
    return `${told} ${rule.textContent}`;
  };
  const change = (changes) => {
    state.set(changes);
    announce(draw());
  };
  const show = () => {
    editor.show();
    limit.show();
  };
  const build = () => table.build({ names: now.names, all: cases(now.names.length), scored: now.unit === "sigmoid" });
  const reshape = (changes) => {
    state.set({ ...changes, wanted: "" });
    fit();
    editor.build();
    build();
    lessons.forget();
    change({});
  };

  const table = casesTable({ choose: (on) => {
    change({ on: [...on] });
    editor.show();
  }, want: (place, mark) => {
    lessons.forget();
    change({ wanted: now.wanted.slice(0, place) + mark + now.wanted.slice(place + 1) });
  } });
  const editor = inputsEditor({ now, change: (changes) => {
    change(changes);
    if (changes.names) {
      build();
      draw();
    }
  }, reshape });
  const limit = limitControl({ now, change });
  const lessons = school({ now, change: (changes) => {
    change(changes);
    show();
  } });
  const cutoff = slider({ label: t("Cutoff: yes from this score on"), value: now.cutoff, low: 0, high: 1, step: 0.01, change: (value) => change({ cutoff: value }) });
  const unit = radios({ label: t("What decides"), value: now.unit, choices: [["step", t("step")], ["sigmoid", t("sigmoid with a cutoff")]], change: (value) => {
    now.unit = value;
    cutoff.element.hidden = value === "step";
    build();
    change({ unit: value });
  } });
  cutoff.element.hidden = now.unit === "step";
  build();
  root.append(element("p", { class: "lead" }, t("Shall I watch this film? Each reason has a weight. The weights of the reasons that hold are added up, and the answer is yes when the sum is above the threshold.")),
    ...state.problems.map((text) => notice(text)),
    element("div", { class: "perceptron" },
      element("section", { class: "panel" }, element("h2", {}, t("Inputs and weights")), editor.element, limit.element, unit.element, cutoff.element),
      element("section", { class: "panel" }, element("h2", {}, t("The decision")), picture.element, bar.element, calculation, rule, table.element),
      lessons.element));
  draw();
}

/** The threshold, or the bias, which is minus the threshold. */
function limitControl({ now, change }) {
  const make = (as) => (as === "bias"
    ? slider({ label: t("Bias: how easily it fires"), value: -now.threshold || 0, low: -10, high: 10, step: 0.5, change: (value) => change({ threshold: -value || 0 }) })
    : slider({ label: t("Threshold: what the sum must be above"), value: now.threshold, low: -10, high: 10, step: 0.5, change: (value) => change({ threshold: value }) }));
  let control = make(now.as);
  const place = element("div", {}, control.element);
  const which = radios({ label: t("Say it as"), value: now.as, choices: [["threshold", t("threshold")], ["bias", t("bias")]], change: (as) => {
    control = make(as);
    place.replaceChildren(control.element);
    change({ as });
  } });
  return { element: element("div", {}, which.element, place), show: () => (control.value = now.as === "bias" ? -now.threshold || 0 : now.threshold) };
}
