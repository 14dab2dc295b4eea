// The decision in one sentence, and its rule in another.

import { number, t } from "/page/modules/language.js";

/** How one case comes to its decision: what was added up, what that is above or not, and what the unit does. */
export function calculation({ weights, on, threshold, as, unit, cutoff }, { sum, far, score, yes }) {
  const parts = weights.map((weight, place) => (on[place] ? number(weight) : "0")).join(" + ").replaceAll("+ −", "− ");
  const terms = { parts, sum, threshold, bias: -threshold || 0, far, score: number(score, 3), cutoff };
  if (unit === "sigmoid" && as === "bias") {
    return yes ? t("{parts} = {sum}; with the bias {bias} it is {far}; sigmoid({far}) = {score}, above the cutoff {cutoff}: it fires.", terms)
      : t("{parts} = {sum}; with the bias {bias} it is {far}; sigmoid({far}) = {score}, not above the cutoff {cutoff}: it stays silent.", terms);
  }
  if (unit === "sigmoid") {
    return yes ? t("{parts} = {sum}; minus the threshold {threshold} it is {far}; sigmoid({far}) = {score}, above the cutoff {cutoff}: it fires.", terms)
      : t("{parts} = {sum}; minus the threshold {threshold} it is {far}; sigmoid({far}) = {score}, not above the cutoff {cutoff}: it stays silent.", terms);
  }
  if (as === "bias") {
    return yes ? t("{parts} = {sum}; with the bias {bias} it is {far}, above 0: it fires.", terms) : t("{parts} = {sum}; with the bias {bias} it is {far}, not above 0: it stays silent.", terms);
  }
  return yes ? t("{parts} = {sum}, above the threshold {threshold}: it fires.", terms) : t("{parts} = {sum}, not above the threshold {threshold}: it stays silent.", terms);
}

/** The rule as a sentence. */
export function inWords(names, sets) {
  if (!sets.length) return t("It never fires.");
  if (!sets[0].length) return t("It always fires.");
  const fact = ([place, on]) => (on ? names[place] : t("not {name}", { name: names[place] }));
  const both = (set) => set.map(fact).reduce((first, second) => t("{first} and {second}", { first, second }));
  const rule = sets.map(both).reduce((first, second) => t("{first}, or {second}", { first, second }));
  return t("It fires for: {rule}.", { rule });
}
