// The inputs: each can be on or off, has a name and a weight, and can be removed.

import { element } from "/page/modules/dom.js";
import { button, slider, toggle } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";

export const MOST = 5;
const LONGEST = 24;

/** The editor; `change(changes)` tells new names, weights or states, `reshape(changes)` a new number of inputs. */
export function inputsEditor({ now, change, reshape }) {
  const list = element("ul", { class: "inputs" });
  let rows = [];

  const put = (name, place, value) => change({ [name]: now[name].map((old, index) => (index === place ? value : old)) });
  const row = (place) => {
    const state = toggle({ label: now.names[place], value: now.on[place], change: (value) => put("on", place, value) });
    const weight = slider({ label: t("Weight of {name}", { name: now.names[place] }), value: now.weights[place], low: -10, high: 10, step: 0.5, change: (value) => put("weights", place, value) });
    const name = element("input", { type: "text", value: now.names[place], maxlength: LONGEST, "aria-label": t("Name of input {number}", { number: place + 1 }), on: { change: () => {
      const text = name.value.replaceAll(",", " ").trim() || t("input {number}", { number: place + 1 });
      name.value = text;
      put("names", place, text);
      call();
    } } });
    const remove = button("−", () => {
      const kept = (values) => values.filter((_, index) => index !== place);
      reshape({ names: kept(now.names), weights: kept(now.weights), on: kept(now.on) });
      list.querySelector("input")?.focus();
    });
    const call = () => {
      const text = now.names[place], said = t("Weight of {name}", { name: text });
      state.element.querySelector("label").textContent = text;
      weight.element.querySelector("label").textContent = said;
      weight.element.querySelector("[aria-label]").setAttribute("aria-label", said);
      remove.setAttribute("aria-label", t("Remove {name}", { name: text }));
    };
    call();
    remove.disabled = now.names.length === 1;
    return { element: element("li", {}, element("div", { class: "row" }, state.element, name, remove), weight.element), state, weight };
  };
  const add = button(t("Add an input"), () => {
    const number = now.names.length + 1;
    reshape({ names: [...now.names, t("input {number}", { number })], weights: [...now.weights, 1], on: [...now.on, false] });
    list.lastElementChild.querySelector("input[type=text]").focus();
  });
  const build = () => {
    rows = now.names.map((_, place) => row(place));
    list.replaceChildren(...rows.map((each) => each.element));
    add.disabled = now.names.length >= MOST;
  };
  const show = () => rows.forEach(({ state, weight }, place) => {
    state.value = now.on[place];
    weight.value = now.weights[place];
  });
  build();
  return { element: element("div", {}, list, add), build, show };
}
