// The perceptron: inputs are weighed and added up, and it fires when the sum is above its threshold.

import { FUNCTIONS } from "/functions.js";
import { button } from "/page/modules/controls.js";
import { announce, element, notice } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { address, film, fit } from "/page/parts/perceptron/address.js";
import { deciding } from "/page/parts/perceptron/deciding.js";
import { balance, neuron, phone } from "/page/parts/perceptron/drawing.js";
import { inputsEditor } from "/page/parts/perceptron/inputs.js";
import { school } from "/page/parts/perceptron/school.js";
import { above, cases, enough, total } from "/page/parts/perceptron/rule.js";
import { casesTable } from "/page/parts/perceptron/table.js";
import { calculation, inWords } from "/page/parts/perceptron/wording.js";

/** Build the part. */
export async function mount(root) {
  const state = address(), now = state.values;
  fit(now);

  const view = decision(now);
  const change = (changes) => {
    state.set(changes);
    announce(view.draw());
  };
  const byHand = (changes) => {
    lessons.hush();
    change(changes);
  };
  const reshape = (changes) => {
    state.set({ wanted: "", ...changes });
    fit(now);
    editor.build();
    controls.show();
    lessons.forget();
    change({});
  };

  const editor = inputsEditor({ now, change: byHand, reshape });
  const controls = deciding({ now, change: byHand });
  const lessons = school({ now, change: (changes) => {
    change(changes);
    editor.show();
    controls.show();
  } });
  view.choose = (on) => {
    change({ on: [...on] });
    editor.show();
  };
  view.want = (place, mark) => {
    lessons.forget();
    change({ wanted: now.wanted.slice(0, place) + mark + now.wanted.slice(place + 1) });
  };
  const back = button(t("Back to the film"), () => reshape({ ...film(), unit: "step", cutoff: 0.5 }));
  phone.addEventListener("change", view.draw);
  root.append(element("p", { class: "lead" }, t("Shall I watch this film? Each reason has a weight. The weights of the reasons that hold are added up, and the answer is yes when the sum is above the threshold.")),
    ...state.problems.map((text) => notice(text)),
    element("div", { class: "perceptron" },
      element("section", { class: "panel" }, element("div", { class: "row title" }, element("h2", {}, t("Inputs and weights")), back), editor.element, controls.element),
      view.element, lessons.element, view.table));
  view.draw();
}

/** The decision as a picture, as a sentence and in the table; `draw` shows the state and returns its sentences. */
function decision(now) {
  const view = {}, picture = neuron(), bar = balance(), told = element("p", { class: "calculation" }), rule = element("p", { class: "rule" });
  const table = casesTable({ choose: (on) => view.choose(on), want: (place, mark) => view.want(place, mark) });
  const score = (sum) => FUNCTIONS[now.unit].value(above(sum, now.threshold));
  const fires = (sum) => (now.unit === "step" ? above(sum, now.threshold) > 0 : score(sum) > now.cutoff);
  let built = "";

  view.draw = () => {
    const { names, weights, on } = now, all = cases(weights.length), sums = all.map((each) => total(weights, each)), sum = total(weights, on);
    const biased = now.as === "bias", scored = now.unit === "sigmoid", yes = fires(sum), output = scored ? score(sum) : Number(yes), far = above(sum, now.threshold);
    const title = biased ? t("sum + bias") : t("sum"), shown = (value) => (biased ? above(value, now.threshold) : value);
    const more = (values, last) => (biased ? [...values, last] : values);
    told.textContent = calculation(now, { sum, far, score: output, yes });
    rule.textContent = inWords(names, enough(weights, fires));
    picture.draw({ names: more(names, t("bias")), weights: more(weights, -now.threshold || 0), on: more(on, true), sum: shown(sum), title, output, fires: yes, told: told.textContent });
    const limit = scored ? now.threshold + Math.log(now.cutoff / (1 - now.cutoff)) : now.threshold;
    const mark = scored ? t("cutoff {cutoff}", { cutoff: now.cutoff }) : biased ? t("0: above it, it fires") : t("threshold {threshold}", { threshold: now.threshold });
    bar.draw({ weights, sum, limit, title: mark, shift: biased ? now.threshold : 0, fires: yes, told: told.textContent });
    const shape = JSON.stringify([names, title, scored]);
    if (shape !== built) table.build({ names, all, sum: title, scored });
    built = shape;
    view.table.classList.toggle("many", names.length > 3);
    const place = all.findIndex((each) => each.every((value, index) => value === on[index]));
    table.draw({ current: place, sums: sums.map(shown), scores: sums.map(score), decisions: sums.map(fires), wanted: now.wanted });
    return t("{decision} {rule}", { decision: told.textContent, rule: rule.textContent });
  };
  view.element = element("section", { class: "panel" }, element("h2", {}, t("The decision")), picture.element, bar.element, told, rule);
  view.table = element("section", { class: "panel" }, element("h2", {}, t("All cases")), table.element);
  return view;
}
