// The hidden units as buttons over their pictures: by keyboard, with a badge on each that is not well.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";

/** By the code that the server sends for each unit. */
export const HEALTH = [
  { name: "alive", symbol: "", word: t("alive"), why: t("its slope lets it learn") },
  { name: "sparse", symbol: "◔", word: t("rarely active"), why: t("active on fewer than 5 % of the points it learns from") },
  { name: "saturated", symbol: "▬", word: t("saturated"), why: t("on the flat ends of its function, where nearly no slope is left") },
  { name: "silent", symbol: "○", word: t("silent"), why: t("its output is 0 on every point, but it still has a slope") },
  { name: "dead", symbol: "✕", word: t("dead"), why: t("its slope is 0 on every point it learns from, so it cannot learn") },
];

/** What each badge means. */
export const badges = () => element("ul", { class: "badges" }, ...HEALTH.slice(1).map(({ symbol, word, why }) =>
  element("li", {}, element("b", { class: "badge", "aria-hidden": "true" }, symbol), " ", t("{health}: {why}", { health: word, why }))));

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** One button for each hidden unit, of which one is reached by Tab and the others by the arrow keys. */
export function unitButtons({ chosen }) {
  const node = element("div", { class: "units", role: "group", "aria-label": t("Hidden units. Arrow keys move between them; Enter shows one’s output on the large picture.") });
  let layers = [], buttons = [], known = [], pressed = null;

  const focus = (layer, unit) => {
    for (const each of buttons.flat()) each.tabIndex = -1;
    buttons[layer][unit].tabIndex = 0;
    buttons[layer][unit].focus();
  };
  const move = (event, layer, unit) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(buttons.length - 1, layer + step[0]));
    focus(to, Math.max(0, Math.min(buttons[to].length - 1, unit + step[1])));
  };
  const press = (layer, unit) => {
    const again = pressed && pressed[0] === layer && pressed[1] === unit;
    release();
    if (again) return chosen(null);
    pressed = [layer, unit];
    buttons[layer][unit].setAttribute("aria-pressed", "true");
    chosen(pressed);
  };
  /** Let go of the unit that is shown, and go back to its square. */
  const leave = () => {
    if (!pressed) return;
    const [layer, unit] = pressed;
    focus(layer, unit);
    press(layer, unit);
  };
  const release = () => {
    if (pressed) buttons[pressed[0]]?.[pressed[1]]?.setAttribute("aria-pressed", "false");
    pressed = null;
  };
  const name = (layer, unit, code) => {
    const { word, why } = HEALTH[code] || HEALTH[0];
    return t("Layer {layer}, unit {unit}, {activation}: {health}, {why}", { layer: layer + 1, unit: unit + 1, activation: layers[layer].activation, health: word, why });
  };

  const make = (now) => {
    const same = now.map((layer) => layer.units).join() === layers.map((layer) => layer.units).join();
    layers = now;
    known = layers.map((layer) => new Int8Array(layer.units).fill(-1));
    if (same) return;
    release();
    buttons = layers.map((layer, index) => Array.from({ length: layer.units }, (_, unit) =>
      element("button", { type: "button", class: "unit", tabindex: index + unit === 0 ? 0 : -1, "aria-pressed": "false",
        on: { click: () => press(index, unit), keydown: (event) => move(event, index, unit) } },
        element("b", { class: "badge", "aria-hidden": "true" }))));
    node.replaceChildren(...buttons.flat());
    chosen(null);
  };

  /** Where the units are, in pixels. */
  const place = (columns, size) => columns.forEach((column, layer) => column.forEach(({ x, y }, unit) => {
    const style = buttons[layer][unit].style;
    for (const [property, value] of [["left", x - size / 2], ["top", y - size / 2], ["width", size], ["height", size]]) style.setProperty(property, `${value}px`);
  }));

  /** What the server says of each unit of a layer; only what changed is written. */
  const health = (layer, codes) => codes?.forEach((code, unit) => {
    if (known[layer][unit] === code || !buttons[layer]?.[unit]) return;
    known[layer][unit] = code;
    const button = buttons[layer][unit], { name: state, symbol } = HEALTH[code] || HEALTH[0];
    button.dataset.health = state;
    button.firstChild.textContent = symbol;
    button.title = name(layer, unit, code);
    button.setAttribute("aria-label", button.title);
  });
  return { element: node, make, place, health, leave, release };
}
