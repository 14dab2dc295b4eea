// What happened to the units, in words, before and after a leak was swapped in.

import { element } from "/page/modules/dom.js";
import { number, t } from "/page/modules/language.js";
import { HEALTH } from "/page/parts/playground/units.js";

const short = (value) => number(value ?? NaN, 3);

/** Units of which some sum is above 0. */
export function firing(before, units) {
  const rows = before.length / units;
  return Array.from({ length: units }, (_, unit) => before.subarray(unit * rows, (unit + 1) * rows).some((sum) => sum > 0));
}

/** What is worth keeping of a side when its activation is swapped. */
export function moment(frame) {
  const { layers } = frame.sides[0];
  return { step: frame.step, gradient: layers[0].gradient, dead: [...frame.arrays["0/status/0"]].map((code) => HEALTH[code]?.name === "dead") };
}

/** The sentence above both networks; `swapped` is the moment of the swap, or nothing. */
export function story({ frame, swapped, name, total }) {
  const [one, two] = frame.sides.map(({ layers }) => layers[0]);
  const values = { step: frame.step, total, name, dead: one.units.dead, others: two.units.dead, gradient: short(one.gradient) };
  if (swapped) return afterSwap(frame, swapped, values);
  if (frame.step === 0 && one.units.dead) return t("Already at the start {dead} of {total} ReLU units are dead: no row brings their sum above 0. Press Play.", values);
  if (frame.step === 0) return t("Both networks begin with the same random numbers. Press Play and watch the units slide to the left of 0.");
  if (one.units.dead === total) return t("After {step} steps all {total} ReLU units are dead: their slope is 0 on every row, the gradient is 0, and no training brings them back. {name}: {others} dead.", values);
  return t("After {step} steps {dead} of {total} ReLU units are dead. {name}: {others} dead.", values);
}

function afterSwap(frame, swapped, values) {
  const up = firing(frame.arrays["0/before/0"], values.total), lost = swapped.dead.filter(Boolean).length;
  const more = { ...values, before: short(swapped.gradient), steps: frame.step - swapped.step, lost, back: up.filter((fires, unit) => fires && swapped.dead[unit]).length };
  if (!lost) return t("Leaky ReLU is in the place of ReLU now. No unit was dead, so little changes: the gradient is {gradient}, and was {before}.", more);
  if (more.steps === 0) return t("With leaky ReLU the gradient of the hidden weights is {gradient} again; it was {before}. Below 0 a hundredth of it comes through. Press Play: the {lost} dead units can move again.", more);
  return t("{steps} steps after the swap {back} of the {lost} units that were dead are above 0 on some rows again. The gradient of the hidden weights is {gradient}.", more);
}

/** Why it happens, and what helps. */
export function inWords() {
  return element("section", { class: "panel words" }, element("h2", {}, t("In words")), element("ol", {}, ...[
    t("A ReLU passes its sum on where it is above 0 and gives 0 elsewhere. Its slope is 1 above 0, and 0 below. To be 0 on about half of the rows is usual, and healthy."),
    t("The gradient of a unit’s weights adds up over the rows: what comes back from above × slope × what the unit was given. If the slope is 0 on every row, the gradient is 0, the weights stay, and so do the sums: the unit is dead."),
    t("Three ways lead there: a step so large that it throws all sums below 0 at once; a first bias far below 0; and data far from 0, where a small change of one weight moves the sums of all rows together."),
    t("A leaky ReLU has the slope 0.01 below 0. A hundredth of the gradient comes through, so a unit can find its way back. It may take many steps, and a rate that is far too large stays too large."),
    t("It is better not to let units die: a smaller rate, a first bias of 0, data centred on 0. Choose each under “What differs on the right” and compare."),
  ].map((text) => element("li", {}, text))));
}
