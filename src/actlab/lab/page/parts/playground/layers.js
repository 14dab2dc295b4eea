// The hidden layers: how many, how wide, and which activation each has.

import { FUNCTIONS } from "/functions.js";
import { element } from "/page/modules/dom.js";
import { button, select } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { MOST } from "/page/parts/playground/address.js";

const FAMILIES = [["rectified", t("Rectified")], ["sigmoidal", t("Sigmoidal")], ["smooth", t("Smooth")], ["shrinking", t("Shrinking")], ["binary", t("Binary")]];

/** The activations as choices, by family. */
export function activationChoices() {
  const all = Object.values(FUNCTIONS), named = FAMILIES.map(([family]) => family);
  const groups = FAMILIES.map(([family, group]) => ({ group, choices: all.filter((each) => each.family === family).map(({ name }) => [name, name]) }));
  const others = all.filter((each) => !named.includes(each.family)).map(({ name }) => [name, name]);
  return [...groups, ...(others.length ? [{ group: t("Others"), choices: others }] : [])].filter((each) => each.choices.length);
}

/** The editor; `change(layers)` tells the new ones. */
export function layersEditor({ layers, change }) {
  const list = element("ol", { class: "layers" });
  const add = button(t("Add a layer"), () => {
    update([...layers, { ...(layers.at(-1) || { units: 4, activation: "tanh" }) }]);
    list.lastElementChild.querySelector("input").focus();
  });
  const count = element("span", { class: "muted" });
  const everyone = select({ label: t("Activation of all layers"), value: "", choices: [["", t("each its own")], ...activationChoices()], change: (activation) => {
    if (activation) update(layers.map((layer) => ({ ...layer, activation })));
  } });

  const update = (now, tell = true) => {
    layers = now;
    draw();
    if (tell) change(layers);
  };
  const edit = (index, changes) => {
    layers = layers.map((layer, place) => (place === index ? { ...layer, ...changes } : layer));
    summary();
    change(layers);
  };
  const summary = () => {
    const used = new Set(layers.map((layer) => layer.activation));
    everyone.value = used.size === 1 ? [...used][0] : "";
    everyone.element.hidden = layers.length === 0;
    add.disabled = layers.length === MOST.layers;
    count.textContent = layers.length === 0 ? t("No hidden layer") : layers.length === MOST.layers ? t("Six layers are the most.") : "";
  };
  const units = (layer, index) => {
    const box = element("input", { type: "number", min: 1, max: MOST.units, step: 1, value: layer.units, "aria-label": t("Units of layer {layer}", { layer: index + 1 }), on: {
      input: () => {
        const wanted = box.valueAsNumber;
        if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST.units) edit(index, { units: wanted });
      },
      blur: () => {
        const wanted = Math.round(box.valueAsNumber);
        if (Number.isFinite(wanted) && wanted !== layers[index]?.units) edit(index, { units: Math.max(1, Math.min(MOST.units, wanted)) });
        if (layers[index]) box.value = layers[index].units;
      } } });
    return box;
  };
  const draw = () => {
    list.replaceChildren(...layers.map((layer, index) => {
      const chosen = select({ label: t("Activation of layer {layer}", { layer: index + 1 }), value: layer.activation, choices: activationChoices(), change: (activation) => edit(index, { activation }) });
      chosen.element.querySelector("label").classList.add("unseen");
      return element("li", {}, units(layer, index), element("span", { class: "times", "aria-hidden": "true" }, "×"), chosen.element,
        button("−", () => {
          update(layers.filter((_, place) => place !== index));
          (list.querySelectorAll("input")[Math.min(index, layers.length - 1)] || add).focus();
        }, { title: t("Remove layer {layer}", { layer: index + 1 }) }));
    }));
    for (const [index, item] of [...list.children].entries()) item.querySelector("button").setAttribute("aria-label", t("Remove layer {layer}", { layer: index + 1 }));
    summary();
  };
  draw();
  return { element: element("section", {}, element("h3", {}, t("Hidden layers")), list, element("div", { class: "row" }, add, count), everyone.element), set value(now) { update(now, false); } };
}
