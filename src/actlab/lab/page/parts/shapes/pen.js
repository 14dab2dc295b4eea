// Drawing: by the pointer in the chart, or point by point with two sliders.

import { element } from "/page/modules/dom.js";
import { slider } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { COARSE } from "/page/parts/shapes/curves.js";

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** `heights()` are those of now, `change(heights)` takes new ones. */
export function pen({ chart, heights, change }) {
  let last = null, place = Math.floor(COARSE / 2);
  const nearest = (x) => clamp(Math.round(((x + 1) / 2) * (COARSE - 1)), 0, COARSE - 1);
  const move = (event) => {
    const x = chart.valueAt(event.clientX), y = clamp(chart.levelAt(event.clientY), -1, 1), now = nearest(x), next = [...heights()];
    const [from, level] = last ?? [now, y], way = Math.sign(now - from);
    for (let step = from; ; step += way) { // the points that a quick hand jumped over
      next[step] = now === from ? y : level + ((y - level) * (step - from)) / (now - from);
      if (step === now) break;
    }
    last = [now, y];
    change(next);
    show();
  };
  chart.svg.addEventListener("pointerdown", (event) => {
    if (Math.abs(chart.valueAt(event.clientX)) > 1.05) return;
    chart.svg.setPointerCapture(event.pointerId);
    last = null;
    move(event);
  });
  chart.svg.addEventListener("pointermove", (event) => chart.svg.hasPointerCapture(event.pointerId) && move(event));
  chart.svg.classList.add("drawable");

  const which = slider({ label: t("Point to move"), value: place + 1, low: 1, high: COARSE, step: 1, change: (value) => {
    place = Math.round(value) - 1;
    show();
  } });
  const height = slider({ label: t("Its height"), value: 0, low: -1, high: 1, step: 0.02, change: (value) => change(heights().map((old, index) => (index === place ? value : old))) });
  const show = () => (height.value = heights()[place]);
  return { element: element("details", {}, element("summary", {}, t("Draw by keyboard")), which.element, height.element), show };
}
