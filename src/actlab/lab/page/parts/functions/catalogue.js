// Every function there is, to search and to add.

import { announce, element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { button } from "/page/modules/controls.js";
import { MOST, named, swatch } from "/page/parts/functions/curves.js";
import { family, reason, sentences } from "/page/parts/functions/wording.js";

/** The list of all functions; `add(name)` draws one, `remove(name)` takes it away, `show(name)` shows its facts, `typed(text)` hears each search. */
export function catalogue({ entries, search, add, remove, show, typed }) {
  const input = element("input", { type: "search", id: "search", value: search, autocomplete: "off", maxlength: 60,
    placeholder: t("name, family, year or a word") });
  const count = element("p", { class: "muted" });
  const rows = entries.map((entry) => {
    const [summary, ...story] = sentences(entry), why = reason(entry);
    const plus = why ? null : button(t("Add"), () => (plus.dataset.place === undefined ? add : remove)(entry.name)), line = element("span");
    const node = element("li", {},
      element("div", {}, element("p", { class: "row" }, line, element("code", {}, entry.name), element("span", { class: "muted" }, `${family(entry.family)} · ${entry.year}`)),
        element("p", {}, summary), why && element("p", { class: "muted" }, why)),
      element("div", { class: "row" }, plus, named(button(t("Facts"), () => show(entry.name)), t("Facts of {name}", { name: entry.name }))));
    const said = [entry.name, ...entry.aliases, entry.family, family(entry.family), String(entry.year), entry.source.authors, entry.text, summary, ...story];
    return { node, plus, line, name: entry.name, words: flat(said.join(" ")) };
  });
  const list = element("ul", {}, ...rows.map(({ node }) => node));

  const filter = () => {
    const wanted = flat(input.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { node, words } of rows) {
      node.hidden = !wanted.every((word) => words.includes(word));
      found += !node.hidden;
    }
    count.textContent = found ? t("{found} of {all} functions", { found, all: rows.length })
      : t("No function fits. Search for fewer or other words, such as relu or 2017.");
  };
  input.addEventListener("input", () => {
    filter();
    announce(count.textContent);
    typed(input.value);
  });
  filter();

  /** Show which functions are drawn, and in which line; at six none can be added, and the last one stays. */
  const update = (places) => {
    const drawn = places.filter(Boolean).length, full = drawn === MOST;
    for (const { plus, line, name } of rows.filter((row) => row.plus)) {
      const place = places.findIndex((each) => each?.known.name === name), there = place >= 0;
      const text = there ? t("Remove") : t("Add");
      if (plus.textContent !== text) plus.textContent = text;
      named(plus, there ? t("Remove {name}", { name }) : t("Add {name}", { name }));
      plus.disabled = there ? drawn === 1 : full;
      if (there) plus.dataset.place = place;
      else delete plus.dataset.place;
      line.replaceChildren(...(there ? [swatch(place)] : []));
    }
    limit.hidden = !full;
  };
  const limit = element("p", { class: "notice", hidden: true }, t("Six curves are the most: remove one to add another."));
  return { element: element("section", { class: "catalogue" }, element("h2", {}, t("All functions")),
    element("div", { class: "control" }, element("label", { for: "search" }, t("Search")), input), count, limit, list), update, focus: () => input.focus() };
}

const flat = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[_-]/g, "");
