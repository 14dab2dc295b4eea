// The curves to come close to: some to choose from, and a person's own.

import { t } from "/page/modules/language.js";

export const COARSE = 33; // points that a person sets; between them the curve is straight
const FINE = 129;
const LETTERS = 100; // heights that an address can say

export const CURVES = [
  ["sine", t("sine"), (x) => 0.8 * Math.sin(Math.PI * x)], ["bump", t("bump"), (x) => 1.6 * Math.exp(-12 * x * x) - 0.7],
  ["stairs", t("stairs"), (x) => Math.min(4, Math.floor(2.5 * (x + 1))) / 2.5 - 0.8], ["saw", t("saw"), (x) => 1.6 * Math.abs(((2 * (x + 1)) % 1) - 0.5) - 0.4],
  ["absolute", t("V, the absolute value"), (x) => 1.5 * Math.abs(x) - 0.75], ["wave", t("a wave that quickens"), (x) => 0.7 * Math.sin(3 * (x + 1.2) ** 2)]];

const at = (place, count) => -1 + (2 * place) / (count - 1);

/** The places of the fine grid. */
export const XS = Array.from({ length: FINE }, (_, place) => at(place, FINE));

/** Heights of a chosen curve on the fine grid. */
export const chosen = (name) => XS.map(CURVES.find(([each]) => each === name)[2]);

/** A person's heights from a curve, to go on from. */
export const coarse = (points) => Array.from({ length: COARSE }, (_, place) => points[(place * (FINE - 1)) / (COARSE - 1)]);

/** A person's heights on the fine grid. */
export const fine = (heights) => XS.map((_, place) => {
  const where = (place * (COARSE - 1)) / (FINE - 1), left = Math.min(COARSE - 2, Math.floor(where));
  return heights[left] + (where - left) * (heights[left + 1] - heights[left]);
});

/** Heights in an address, two digits each. */
export const drawn = {
  initial: "",
  read: (text) => (text === "" || new RegExp(`^\\d{${2 * COARSE}}$`).test(text) ? text : undefined),
  spell: String,
};
export const spell = (heights) => heights.map((height) => String(Math.round(((Math.max(-1, Math.min(1, height)) + 1) / 2) * (LETTERS - 1))).padStart(2, "0")).join("");
export const read = (text) => text.match(/../g).map((pair) => (2 * Number(pair)) / (LETTERS - 1) - 1);
