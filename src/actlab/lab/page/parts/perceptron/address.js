// What the address says: the weights give the number of inputs, and whatever does not fit it is told.

import { t } from "/page/modules/language.js";
import { choice, flag, real, several, urlState, words } from "/page/modules/state.js";

export const [MOST, LONGEST] = [5, 24]; // inputs, and letters of a name

/** The film of the beginning. */
export const film = () => ({ names: [t("Marvel"), t("cinema"), t("friends")], weights: [4, 2, 2], on: [false, true, true], threshold: 3 });

/** The state of the part. */
export function address() {
  const first = film();
  let count = first.weights.length;
  const only = (field, fits) => ({ ...field, read: (text) => {
    const found = field.read(text);
    return found !== undefined && fits(found) ? found : undefined;
  } });
  const weights = only(several(first.weights, real(0, -1000, 1000), MOST), (found) => (count = found.length || count) === found.length);
  const asked = only({ ...words(""), spell: (marks) => (marks.includes("0") || marks.includes("1") ? marks : "") }, (marks) => marks === "" || (/^[-01]+$/.test(marks) && marks.length === 2 ** count));
  return urlState({
    weights,
    names: only(several(first.names, words("", LONGEST), MOST), (names) => names.length === count && !names.includes("")),
    on: only(several(first.on, flag(false), MOST), (on) => on.length === count),
    threshold: real(first.threshold, -1000, 1000), as: choice("threshold", ["threshold", "bias"]),
    unit: choice("step", ["step", "sigmoid"]), cutoff: real(0.5, 0, 1), wanted: asked, rate: real(1, 0.1, 5),
  });
}

/** Give every weight a name, a state and what is wanted of it. */
export function fit(now) {
  const padded = (values, filler) => now.weights.map((_, place) => values[place] ?? filler(place));
  now.names = padded(now.names, (place) => t("input {number}", { number: place + 1 }));
  now.on = padded(now.on, () => false);
  now.wanted ||= "-".repeat(2 ** now.weights.length);
}
