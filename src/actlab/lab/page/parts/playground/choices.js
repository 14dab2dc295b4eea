// What the settings of learning are called, by the keys that the server knows.

import { t } from "/page/modules/language.js";

export const OPTIMISERS = [["sgd", t("Gradient descent (SGD)")], ["momentum", t("SGD with momentum")], ["adam", "Adam"]];
export const LOSSES = [["cross_entropy", t("Cross-entropy")], ["squared_error", t("Squared error")]];
export const STARTS = [["matched", t("matched to the activation")], ["he", "He"], ["glorot", "Glorot"], ["small", t("small")], ["zeros", t("all zeros")]];
const LISTS = { optimiser: OPTIMISERS, loss: LOSSES, initialisation: STARTS };

/** The values of a sentence, with settings called as their lists call them. */
export function worded(values = {}) {
  const called = (name, value) => LISTS[name]?.find(([key]) => key === value)?.[1] ?? value;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, called(name, value)]));
}
