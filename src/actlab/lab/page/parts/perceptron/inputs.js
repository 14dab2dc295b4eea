// The inputs: each is on or off and has a weight; folded away, their names, and buttons to add and remove them.

import { element } from "/page/modules/dom.js";
import { button, slider, toggle } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { LONGEST, MOST } from "/page/parts/perceptron/address.js";

/** The editor; `change(changes)` tells new names, weights or states, `reshape(changes)` a new number of inputs. */
export function inputsEditor({ now, change, reshape }) {
  const list = element("ul", { class: "inputs" }), names = element("ul", { class: "inputs" });
  let rows = [];

  const put = (name, place, value) => change({ [name]: now[name].map((old, index) => (index === place ? value : old)) });
  const row = (place) => {
    const state = toggle({ label: now.names[place], value: now.on[place], change: (value) => put("on", place, value) });
    const weight = slider({ label: t("weight"), value: now.weights[place], low: -10, high: 10, step: 0.5, change: (value) => put("weights", place, value) });
    const call = () => {
      state.element.querySelector("label").textContent = now.names[place];
      for (const input of weight.element.querySelectorAll("input")) input.setAttribute("aria-label", t("Weight of {name}", { name: now.names[place] }));
    };
    call();
    return { element: element("li", { class: "input" }, state.element, weight.element), state, weight, call };
  };
  const named = (place) => {
    const name = element("input", { type: "text", value: now.names[place], maxlength: LONGEST, "aria-label": t("Name of input {number}", { number: place + 1 }), on: { change: () => {
      name.value = name.value.replaceAll(",", " ").trim() || t("input {number}", { number: place + 1 });
      put("names", place, name.value);
      rows[place].call();
      call();
    } } });
    const remove = button("−", () => {
      const kept = (values) => values.filter((_, index) => index !== place);
      reshape({ names: kept(now.names), weights: kept(now.weights), on: kept(now.on) });
      names.querySelector("input").focus();
    });
    const call = () => remove.setAttribute("aria-label", t("Remove {name}", { name: now.names[place] }));
    call();
    remove.disabled = now.names.length === 1;
    return element("li", {}, name, remove);
  };
  const add = button(t("Add an input"), () => {
    const number = now.names.length + 1;
    reshape({ names: [...now.names, t("input {number}", { number })], weights: [...now.weights, 1], on: [...now.on, false] });
    names.lastElementChild.querySelector("input").focus();
  });
  const build = () => {
    rows = now.names.map((_, place) => row(place));
    list.replaceChildren(...rows.map((each) => each.element));
    names.replaceChildren(...now.names.map((_, place) => named(place)));
    add.disabled = now.names.length >= MOST;
  };
  const show = () => rows.forEach(({ state, weight }, place) => {
    state.value = now.on[place];
    weight.value = now.weights[place];
  });
  build();
  return { element: element("div", {}, list, element("details", {}, element("summary", {}, t("Rename, add or remove inputs")), names, add)), build, show };
}
