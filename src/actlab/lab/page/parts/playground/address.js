// What the address says of a playground, and what the server is asked to make of it.

import { FUNCTIONS } from "/functions.js";
import { t } from "/page/modules/language.js";
import { choice, flag, real, urlState, whole } from "/page/modules/state.js";

export const SETS = [
  ["circles", t("Circle in a ring")], ["xor", t("Checkerboard (xor)")], ["gaussians", t("Two clouds")], ["spirals", t("Two spirals")],
  ["moons", t("Two moons")], ["stripes", t("Stripes")], ["clouds", t("Three clouds")], ["hills", t("Hills (a number)")]];
export const MOST = { layers: 6, units: 16 };

/** Hidden layers, spelled 4-tanh,2-relu. */
const architecture = (initial) => ({
  initial,
  read: (text) => {
    const layers = text === "" ? [] : text.split(",").map((item) => {
      const [, units, activation] = /^(\d{1,2})-(\w+)$/.exec(item) || [];
      return Number(units) >= 1 && Number(units) <= MOST.units && Object.hasOwn(FUNCTIONS, activation) ? { units: Number(units), activation } : undefined;
    });
    return layers.length <= MOST.layers && !layers.includes(undefined) ? layers : undefined;
  },
  spell: (layers) => layers.map(({ units, activation }) => `${units}-${activation}`).join(","),
});

/** Every choice of this part. */
export function playgroundState() {
  return urlState({
    data: choice("circles", SETS.map(([name]) => name)), noise: real(0.1, 0, 1), count: whole(300, 40, 2000), shift: real(0, -5, 5),
    layers: architecture([{ units: 4, activation: "tanh" }, { units: 4, activation: "tanh" }]),
    loss: choice("usual", ["usual", "cross_entropy", "squared_error"]), rate: real(0.1, 1e-5, 100),
    optimiser: choice("sgd", ["sgd", "momentum", "adam"]), batch: whole(16, 0, 2000),
    start: choice("matched", ["matched", "he", "glorot", "small", "zeros"]), bias: real(0, -10, 10), seed: whole(1, 0, 999999), stop: flag(true),
    pace: choice("5", ["1", "5", "20", "100"]), cutoff: real(0.5, 0, 1), rows: choice("test", ["test", "train"]),
    compare: choice("off", ["off", "activation", "rate"]), other: choice("relu", Object.keys(FUNCTIONS)), otherRate: real(1, 1e-5, 100),
  });
}

/** The sides to train, from the same seed; `table` is a person's own, with its columns and target. */
export function specs(now, table) {
  const data = table ? { table: table.id, columns: table.columns, target: table.target, seed: now.seed }
    : { name: now.data, noise: now.noise, count: now.count, shift: now.shift, seed: now.seed };
  const one = { data, layers: now.layers, loss: now.loss === "usual" ? undefined : now.loss, rate: now.rate, optimiser: now.optimiser, batch: now.batch,
    initialisation: now.start, bias: now.bias, seed: now.seed, stop: now.stop, watch: { surface: 60, heat: 20, before: false } };
  if (now.compare === "off") return [one];
  const change = now.compare === "rate" ? { rate: now.otherRate } : { layers: now.layers.map((layer) => ({ ...layer, activation: now.other })) };
  return [one, { ...one, ...change }];
}

/** What tells a side from the other, in few words. */
export function sideName(spec) {
  const all = spec.layers.map((layer) => layer.activation), used = new Set(all).size === 1 ? all.slice(0, 1) : all;
  const rate = t("rate {rate}", { rate: spec.rate }), none = t("no hidden layer"), comma = t(", ");
  return [used.join(" → ") || none, rate].join(comma);
}
