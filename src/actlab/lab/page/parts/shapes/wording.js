// What is said of a sum of units, by the function that they have.

import { number, t } from "/page/modules/language.js";

/** Functions that bend or jump at one place, where a circle can be drawn. */
export const SHARP = ["relu", "leaky_relu", "step"];
const FLAT = ["sigmoid", "tanh"];

/** An error in two digits. */
export const short = (error) => number(error < 1e-9 ? 0 : error, 2); // what is smaller is rounding

/** How close the sum comes, of which `used` units are added up. */
export function closeness({ fit, used }) {
  const total = fit.units.length, name = fit.activation, values = { units: used, total, name, error: short(fit.error), worst: short(fit.worst) };
  if (used < total) return t("{units} of the {total} {name} units are added up.", values);
  if (total < fit.asked) return t("{units} {name} units are enough; more change nothing: typical error {error}, largest {worst}.", values);
  return t("{units} {name} units: typical error {error}, largest {worst}.", values);
}

/** What else is to be seen in the picture, a sentence or two for each. */
export function captions({ activation, constant }) {
  return [t("The sum begins at the constant {constant}: the bias of the output unit.", { constant: number(constant, 3) }), beyond(activation)];
}

function beyond(name) {
  if (name === "step") return t("Circles: where a unit jumps. Beyond the two lines nobody said what is wanted, and the sum stays as it is.");
  if (SHARP.includes(name)) return t("Circles: where a unit bends. Beyond the two lines nobody said what is wanted, and the sum goes straight on.");
  if (FLAT.includes(name)) return t("{name} bends smoothly, so there are no circles. Beyond the two lines nobody said what is wanted, and the sum becomes flat.", { name });
  return t("{name} bends smoothly, so there are no circles. Beyond the two lines nobody said what is wanted, and the sum becomes straight.", { name });
}
