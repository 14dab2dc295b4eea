// What is known of a function, in words.

import { language, number, t } from "/page/modules/language.js";

const FAMILIES = {
  binary: t("binary"), sigmoidal: t("sigmoidal"), rectified: t("rectified"), smooth: t("smooth"),
  shrinking: t("shrinking"), periodic: t("periodic"), gated: t("gated"), normalising: t("normalising"),
};
const MONOTONE = { rising: t("yes, it never falls"), falling: t("yes, it never rises"), neither: t("no, it rises and falls") };
const SIDES = { left: t("flat far to the left"), right: t("flat far to the right") };

/** The family's name. */
export const family = (name) => FAMILIES[name] || name;

/** The catalogue's own sentences: the first says what it does, the others tell its story. */
export function sentences({ text }) {
  return text.split("\n\n").map((part) => t(part.replace(/\s+/g, " ").trim()));
}

/** Why a function has no curve; empty where it has one. */
export function reason({ univariate, inputs, family: kind }) {
  if (univariate) return "";
  if (kind === "normalising") return t("No curve: each output depends on a whole row of numbers.");
  if (inputs.length > 1) return t("No curve: it takes two inputs, a gate and a value.");
  return t("No curve: it is not a function of one number.");
}

/** Each property as `[what, its value in words, "proved" | "sampled"]`. */
export function properties({ properties: known }) {
  const rows = [
    [t("range"), "range", (value) => levels(known) || t("from {low} to {high}", { low: end(value[0]), high: end(value[1]) })],
    [t("zero-centred"), "zero_centred", (value) => (value ? t("yes: outputs average 0 for standard-normal inputs") : t("no: outputs do not average 0 for standard-normal inputs"))],
    [t("monotone"), "monotone", (value) => MONOTONE[value]],
    [t("kinks"), "kinks", (value) => places(value, t("none"))],
    [t("jumps"), "jumps", (value) => places(value, t("none"))],
    [t("saturation"), "saturation", (value) => (value.length ? list.format(value.map((side) => SIDES[side])) : t("none: it never levels off"))],
    [t("largest slope"), "largest_slope", end],
    [t("exact zeros"), "zeros", (value) => t("{share} % of the outputs for standard-normal inputs", { share: 100 * value })],
    [t("gain for initialisation"), "gain", end],
  ];
  return rows.filter(([, key]) => known[key] !== undefined).map(([title, key, words]) => [title, words(known[key].value), known[key].how]);
}

const list = new Intl.ListFormat(language), either = new Intl.ListFormat(language, { type: "disjunction" });

/** The values of a function that is flat but for its jumps, as "0 or 1"; empty for others. */
function levels({ largest_slope: slope, jumps }) {
  if (slope?.value !== 0 || !jumps?.value.length) return "";
  const values = jumps.value.flatMap(({ value, value_left: left, value_right: right }) => [left, value, right]);
  return either.format([...new Set(values)].sort((one, other) => one - other).map(end));
}

const end = (value) => number(Number(String(value).replace("inf", "Infinity")));

function places(found, none) {
  if (found.length === 0) return none;
  return list.format(found.map(({ at, slope_left: left, slope_right: right, value_left: before, value_right: after }) => before === after
    ? t("at {at}: the slope goes from {left} to {right}", { at, left, right })
    : t("at {at}: the value goes from {left} to {right}", { at, left: before, right: after })));
}

/** How a property is known. */
export const how = (word) => (word === "proved" ? t("proved") : t("sampled"));

/** What one output costs. */
export function cost({ cost: { dear, cheap } }) {
  const words = Object.entries(dear).map(([word, count]) => (count === 1 ? word : `${count} × ${word}`)).join(", ");
  if (words === "") return cheap === 0 ? t("nothing to compute") : cheap === 1 ? t("1 simple step (such as add, multiply, compare)") : t("{cheap} simple steps (such as add, multiply, compare)", { cheap });
  if (cheap === 1) return t("{words}, which is costly, and 1 simple step", { words });
  return cheap === 0 ? t("{words}, which is costly", { words }) : t("{words}, which is costly, and {cheap} simple steps", { words, cheap });
}
