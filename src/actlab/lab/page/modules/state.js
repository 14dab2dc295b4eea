// All state of a part is in the URL, so that a link shows the same thing.

import { t } from "/page/modules/language.js";

const field = (initial, read, spell = String) => ({ initial, read, spell });

/** A number within bounds. */
export const real = (initial, low = -Infinity, high = Infinity) =>
  field(initial, (text) => bounded(text.trim() === "" ? NaN : Number(text), low, high), (value) => String(Number(value.toPrecision(6))));

/** A whole number within bounds. */
export const whole = (initial, low, high) =>
  field(initial, (text) => (/^-?\d+$/.test(text) ? bounded(Number(text), low, high) : undefined));

/** One of some words. */
export const choice = (initial, choices) => field(initial, (text) => (choices.includes(text) ? text : undefined));

/** Yes or no. */
export const flag = (initial) => field(initial, (text) => (text === "1" ? true : text === "0" ? false : undefined), (value) => (value ? "1" : "0"));

/** Any words, up to a length. */
export const words = (initial, longest = 200) => field(initial, (text) => (text.length <= longest ? text : undefined));

/** Several of another field, separated by commas, at most so many. */
export const several = (initial, each, most) =>
  field(initial, (text) => {
    const items = text === "" ? [] : text.split(",").map((item) => each.read(item));
    return items.length <= most && !items.includes(undefined) ? items : undefined;
  }, (items) => items.map(each.spell).join(","));

/** What is said of a part of the URL that cannot be used. */
export const unusable = (name, text) => t("The address says {name}={text}, which cannot be used here; the usual value is shown instead.", { name, text: text.slice(0, 40) });

function bounded(value, low, high) {
  return Number.isFinite(value) && value >= low && value <= high ? value : undefined;
}

/**
 * The state of a part: `values`, read from the URL; `problems`, a sentence for each part of the URL that could not be
 * used, whose default is taken; `set(changes)`, which writes the URL again.
 */
export function urlState(fields) {
  const query = new URLSearchParams(location.search);
  const values = {}, problems = [];
  for (const [name, { initial, read }] of Object.entries(fields)) {
    const text = query.get(name);
    const value = text === null ? initial : read(text);
    if (value === undefined) problems.push(unusable(name, text));
    values[name] = value === undefined ? initial : value;
  }
  let waiting = 0;
  const write = () => {
    const now = new URLSearchParams();
    if (query.has("lang")) now.set("lang", query.get("lang"));
    for (const [name, { initial, spell }] of Object.entries(fields)) {
      const text = spell(values[name]);
      if (text !== spell(initial)) now.set(name, text);
    }
    const search = now.toString();
    history.replaceState(null, "", search ? `?${search}` : location.pathname);
    dispatchEvent(new Event("actlab:address"));
  };
  const set = (changes) => {
    Object.assign(values, changes);
    clearTimeout(waiting);
    waiting = setTimeout(write, 150); // browsers refuse more than a few changes of the address a second
  };
  return { values, problems, set };
}
