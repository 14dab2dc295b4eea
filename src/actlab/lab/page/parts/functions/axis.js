// The x that is dragged, and the part of its axis that is shown.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { radios, slider } from "/page/modules/controls.js";
import { span } from "/page/parts/functions/curves.js";

const RANGES = [3, 6, 12];

/** Controls of x and its range; `moved(x)` and `zoomed(range)` are called with new ones. */
export function axis({ x, range, moved, zoomed }) {
  const place = element("div", {});
  let now = x, handle;
  const rebuild = () => {
    handle = slider({ label: "x", value: now, low: range[0], high: range[1], change: (value) => {
      now = value;
      moved(value);
    } });
    place.replaceChildren(handle.element);
  };
  const zoom = (wanted) => {
    range = wanted;
    now = Math.min(range[1], Math.max(range[0], now));
    rebuild();
    zoomed(range, now);
  };
  const preset = () => RANGES.find((each) => range[0] === -each && range[1] === each);
  const low = box("low", t("x from"), range[0]), high = box("high", t("x to"), range[1]);
  const wrong = element("p", { class: "wrong", role: "status", id: "own-wrong" });
  const own = element("div", { class: "row own", hidden: preset() !== undefined }, low.element, high.element, wrong);
  const typed = () => {
    const fits = span(low.input.valueAsNumber, high.input.valueAsNumber) !== undefined;
    say(fits);
    if (fits) zoom([low.input.valueAsNumber, high.input.valueAsNumber]);
  };
  const say = (fits) => {
    wrong.textContent = fits ? "" : t("Write two numbers between -1000 and 1000, the second larger by 0.1 at least.");
    for (const { input } of [low, high]) input.setAttribute("aria-invalid", String(!fits));
  };
  for (const { input } of [low, high]) input.addEventListener("input", typed);
  const chooser = radios({ label: t("Range of x"), value: String(preset() ?? "own"),
    choices: [...RANGES.map((each) => [String(each), `±${each}`]), ["own", t("own")]],
    change: (key) => {
      own.hidden = key !== "own";
      if (key !== "own") {
        say(true);
        zoom([-Number(key), Number(key)]);
        [low.input.value, high.input.value] = range;
      }
    } });
  rebuild();
  return { element: element("div", { class: "axis" }, place, chooser.element, own),
    set x(value) {
      now = Math.min(range[1], Math.max(range[0], value));
      handle.value = now;
    }, get x() { return now; } };
}

function box(name, label, value) {
  const id = `own-${name}`;
  const input = element("input", { type: "number", id, step: "any", value, "aria-describedby": "own-wrong" });
  return { input, element: element("div", { class: "control" }, element("label", { for: id }, label), input) };
}
