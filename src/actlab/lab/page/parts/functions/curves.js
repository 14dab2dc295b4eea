// A curve is a function with numbers for its parameters; up to six of them, each with its own look, are in the address.

import { drawn } from "/page/modules/dom.js";
import { number } from "/page/modules/language.js";

export const MOST = 6;
const LOOKS = [["blue", ""], ["vermilion", "9 5"], ["green", "1 5"], ["purple", "12 5 1 5"], ["orange", "18 6"], ["sky", "6 4 1 4 1 4"]];

/** The colour, dash and width of a place among the six. */
export function look(place) {
  const [name, dash] = LOOKS[place];
  return { colour: `var(--series-${name})`, dash, width: 4.5 - 0.4 * place }; // where lines coincide, the lower ones look out
}

/** A short piece of a curve's line. */
export function swatch(place) {
  const { colour, dash } = look(place);
  return drawn("svg", { class: "swatch", width: 34, height: 12, "aria-hidden": "true" },
    drawn("line", { x1: 2, x2: 32, y1: 6, y2: 6, stroke: colour, "stroke-dasharray": dash }));
}

/** A node with a name for those who do not see what stands beside it. */
export function named(node, name) {
  node.setAttribute("aria-label", name);
  return node;
}

/** The ends between which a parameter can be moved: its domain, or as far as is of use. */
export function bounds({ default: usual, low, high }) {
  const reach = Math.max(1, 4 * Math.abs(usual));
  const tidy = (value) => Number(value.toPrecision(1));
  return [low === null ? -tidy(reach) : low === 0 ? 0.01 : low, high === null ? tidy(usual > 0.5 ? usual + reach : reach) : high];
}

/** A curve of a function; numbers that are not given are the usual ones. */
export function curve(known, given = {}) {
  const numbers = Object.fromEntries(known.parameters.map((each) => [each.name, given[each.name] ?? each.default]));
  return { known, given: numbers, version: 0 };
}

/** The curve's parameters in words, empty where it has none. */
export function settings({ known, given }) {
  return known.parameters.map(({ name }) => `${name} = ${number(given[name])}`).join(", ");
}

/** A field of the address: places separated by commas, an empty one free: `relu,,elu:alpha=2`. */
export function curvesField(functions, initial) {
  const names = {};
  for (const known of Object.values(functions)) for (const alias of known.aliases) names[alias] = known;
  const one = (text) => {
    const [name, ...rest] = text.split(":");
    const known = Object.hasOwn(functions, name) ? functions[name] : Object.hasOwn(names, name) ? names[name] : undefined;
    if (known === undefined) return undefined;
    const given = {};
    for (const part of rest) {
      const [word, value] = part.split("="), parameter = known.parameters.find((each) => each.name === word);
      if (!parameter || !value || !Number.isFinite(Number(value))) return undefined;
      const [low, high] = bounds(parameter);
      if (Number(value) < low || Number(value) > high) return undefined;
      given[word] = Number(value);
    }
    return curve(known, given);
  };
  const read = (text) => {
    const places = text.split(",").map((part) => (part.trim() === "" ? null : one(part.trim())));
    return places.length > MOST || places.includes(undefined) || places.every((each) => each === null) ? undefined : places;
  };
  const changed = ({ known, given }) => known.parameters.filter((each) => given[each.name] !== each.default)
    .map(({ name }) => `:${name}=${Number(given[name].toPrecision(4))}`).join("");
  const spell = (places) => places.map((each) => (each ? each.known.name + changed(each) : "")).join(",").replace(/,+$/, "");
  return { initial: read(initial), read, spell };
}

/** A field of the address: two ends, `-6..6`. */
export const rangeField = {
  initial: [-6, 6],
  read: (text) => {
    const [low, high] = text.split("..").map((part) => (part.trim() === "" ? NaN : Number(part)));
    return span(low, high) === undefined ? undefined : [low, high];
  },
  spell: ([low, high]) => `${low}..${high}`,
};

/** How wide the part of the axis is that is shown; undefined where two numbers are no ends of one. */
export function span(low, high) {
  const wide = high - low;
  return Math.abs(low) <= 1000 && Math.abs(high) <= 1000 && wide >= 0.1 ? wide : undefined;
}
