// What the address says of the two networks, what they are made of, and settings that kill.

import { number, t } from "/page/modules/language.js";
import { choice, real, urlState, whole } from "/page/modules/state.js";

export const UNITS = 8;
export const OTHERS = ["leaky_relu", "elu", "gelu", "silu", "tanh"];
export const STARTS = [["he", "He"], ["glorot", "Glorot"], ["small", t("small")]];
export const DIFFERENCES = [["activation", t("activation")], ["rate", t("learning rate")], ["bias", t("first bias")], ["shift", t("shift of the data")], ["start", t("initialisation")]];

const usual = { differs: "activation", other: "leaky_relu", start: "he" };
// at these seeds all units of the ReLU die within 400 steps, and some come back with the leak, as a test makes sure
export const EXAMPLES = [
  [t("A rate that kills"), { ...usual, rate: 6, bias: 0, shift: 0, seed: 2 }], [t("A bias that kills"), { ...usual, rate: 2, bias: -3, shift: 0, seed: 7 }],
  [t("Data far from zero"), { ...usual, rate: 0.3, bias: 0, shift: 5, seed: 16 }], [t("A healthy start"), { ...usual, rate: 0.3, bias: 0, shift: 0, seed: 1 }]];

/** Every choice of this part; the names that begin with `other` are of the network on the right. */
export function dyingState() {
  const starts = STARTS.map(([name]) => name), { rate, bias, shift, seed } = EXAMPLES[0][1];
  return urlState({
    rate: real(rate, 0.001, 100), bias: real(bias, -10, 10), shift: real(shift, -20, 20), seed: whole(seed, 0, 9999), start: choice("he", starts),
    differs: choice("activation", DIFFERENCES.map(([name]) => name)), other: choice("leaky_relu", OTHERS),
    otherRate: real(0.3, 0.001, 100), otherBias: real(0, -10, 10), otherShift: real(0, -20, 20), otherStart: choice("he", starts),
    swap: whole(-1, 0, 100000), // the step at which the leak came in
  });
}

/** The network on the left and the one on the right, from the same seed. */
export function specs(now) {
  const spec = ({ activation, rate, bias, shift, start }) => ({ data: { name: "circles", shift, seed: 0 }, layers: [{ units: UNITS, activation }],
    rate, bias, batch: 16, initialisation: start, seed: now.seed, watch: { before: true } });
  const left = { activation: "relu", rate: now.rate, bias: now.bias, shift: now.shift, start: now.start };
  const others = { activation: now.other, rate: now.otherRate, bias: now.otherBias, shift: now.otherShift, start: now.otherStart };
  return [left, { ...left, [now.differs]: others[now.differs] }].map(spec);
}

/** What the network on the right is, in few words. */
export function rightName(now) {
  return {
    activation: () => now.other, rate: () => t("relu, learning rate {value}", { value: number(now.otherRate) }), bias: () => t("relu, first bias {value}", { value: number(now.otherBias) }),
    shift: () => t("relu, data shifted by {value}", { value: number(now.otherShift) }),
    start: () => t("relu, initialisation {value}", { value: STARTS.find(([name]) => name === now.otherStart)[1] }),
  }[now.differs]();
}
