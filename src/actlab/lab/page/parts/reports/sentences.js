// Sentences of the command line, in English, with names in backticks.

import { element } from "/page/modules/dom.js";

/** The parts of a sentence, its names as code. */
export function coded(sentence) {
  return sentence.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

/** Findings about a table as a list. */
export function findings(found) {
  return element("ul", { lang: "en" }, ...found.map((each) => element("li", {}, ...coded(each.sentence))));
}
