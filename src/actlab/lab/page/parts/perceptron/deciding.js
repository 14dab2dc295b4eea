// What the sum is compared with: a threshold or a bias, by a step or by a sigmoid with a cutoff.

import { element } from "/page/modules/dom.js";
import { radios, slider } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";

/** The controls; `change(changes)` tells what was chosen, `show` puts them where the state is. */
export function deciding({ now, change }) {
  const [limit, unit] = [limitControl({ now, change }), unitControl({ now, change })];
  const show = () => {
    limit.show();
    unit.show();
  };
  return { element: element("div", { class: "deciding" }, limit.element, unit.element), show };
}

/** The threshold, or the bias, which is minus the threshold. */
function limitControl({ now, change }) {
  const make = (as) => (as === "bias"
    ? slider({ label: t("Bias: how easily it fires"), value: -now.threshold || 0, low: -10, high: 10, step: 0.5, change: (value) => change({ threshold: -value || 0 }) })
    : slider({ label: t("Threshold: what the sum must be above"), value: now.threshold, low: -10, high: 10, step: 0.5, change: (value) => change({ threshold: value }) }));
  let control = make(now.as);
  const place = element("div", {}, control.element);
  const which = radios({ label: t("Say it as"), value: now.as, choices: [["threshold", t("threshold")], ["bias", t("bias")]], change: (as) => {
    change({ as });
    control = make(as);
    place.replaceChildren(control.element);
  } });
  return { element: element("div", {}, which.element, place), show: () => (control.value = now.as === "bias" ? -now.threshold || 0 : now.threshold) };
}

/** The step, or the sigmoid and its cutoff. */
function unitControl({ now, change }) {
  const cutoff = slider({ label: t("Cutoff: what the score must be above"), value: now.cutoff, low: 0, high: 1, step: 0.01, change: (value) => change({ cutoff: value }) });
  const which = radios({ label: t("What decides"), value: now.unit, choices: [["step", t("step")], ["sigmoid", t("sigmoid with a cutoff")]], change: (unit) => {
    change({ unit });
    show();
  } });
  const show = () => {
    which.value = now.unit;
    cutoff.value = now.cutoff;
    cutoff.element.hidden = now.unit === "step";
  };
  show();
  return { element: element("div", {}, which.element, cutoff.element), show };
}
