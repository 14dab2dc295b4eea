// The chosen curves: what each looks like, its parameters, its facts, and the way out.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { button, slider } from "/page/modules/controls.js";
import { bounds, curve, MOST, named, swatch } from "/page/parts/functions/curves.js";

const ROLES = { learned: t("learned with the weights"), random: t("drawn at random in training, its mean afterwards") };

/** The list; `changed(curve)` when a parameter moved, `replace(places)` when the curves are others. */
export function chosen({ changed, replace, show, search }) {
  const list = element("ul", { class: "chosen" });
  const more = button(t("Add a function…"), search);
  const count = element("span", { class: "muted" });
  let drawn = [];

  const item = (one, place, places) => {
    const name = one.known.name;
    const sliders = one.known.parameters.map((each) => {
      const [low, high] = bounds(each);
      return slider({ label: ROLES[each.role] ? `${each.name} (${ROLES[each.role]})` : each.name, value: one.given[each.name], low, high,
        change: (value) => {
          one.given[each.name] = value;
          one.version++;
          changed(one);
        } });
    });
    const reset = () => replace(places.map((each) => (each === one ? curve(one.known) : each)), `[data-place="${place}"] .reset`);
    const remove = () => replace(places.map((each) => (each === one ? null : each)), ".chosen button, .catalogue input");
    const only = places.filter(Boolean).length === 1;
    return element("li", { dataset: { place } },
      element("div", { class: "row" }, swatch(place), element("code", {}, name), element("span", { class: "spring" }),
        named(button(t("Facts"), () => show(name)), t("Facts of {name}", { name })),
        sliders.length ? named(button(t("Reset"), reset, { kind: "reset" }), t("Reset {name}", { name })) : null,
        named(element("button", { type: "button", disabled: only, on: { click: remove }, title: only ? t("One curve always stays.") : undefined }, t("Remove")), t("Remove {name}", { name }))),
      ...sliders.map((each) => each.element));
  };

  const update = (places) => {
    if (places === drawn) return;
    drawn = places;
    list.replaceChildren(...places.flatMap((one, place) => (one ? [item(one, place, places)] : [])));
    const used = places.filter(Boolean).length;
    count.textContent = used === MOST ? t("Six curves are the most: remove one to add another.") : t("{count} of 6 curves", { count: used });
    more.disabled = used === MOST;
  };
  return { element: element("section", { class: "panel" }, element("h2", {}, t("Curves")), list, element("div", { class: "row" }, more, count)), update };
}
