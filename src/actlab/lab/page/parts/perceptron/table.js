// All cases: what each adds up to, what is decided, and what a person wants it to be.

import { element } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { number, t } from "/page/modules/language.js";

/** The table; `choose(on)` tells a row that was chosen, `want(place, mark)` a wish: "1", "0" or "-". */
export function casesTable({ choose, want }) {
  const head = element("tr"), body = element("tbody");
  const view = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("All cases") }, element("table", { class: "cases" }, element("thead", {}, head), body));
  let rows = [];

  const build = ({ names, all, sum, scored }) => {
    const titles = [sum, ...(scored ? [t("score")] : []), t("decision")];
    const heads = (texts, name = null) => texts.map((text) => element("th", { scope: "col", class: name }, text));
    head.replaceChildren(...heads([t("case")]), ...heads(names, "name"), ...heads([...titles, t("wanted")]));
    rows = all.map((on, place) => {
      const show = button(String(place + 1), () => choose(on)), mark = element("span", { class: "mark" });
      show.setAttribute("aria-label", t("Show case {case}", { case: place + 1 }));
      const wish = element("select", { "aria-label": t("Wanted in case {case}", { case: place + 1 }), on: { change: () => want(place, wish.value) } },
        ...[["-", t("not asked")], ["1", t("yes")], ["0", t("no")]].map(([value, text]) => element("option", { value }, text)));
      const facts = on.map((each, input) => element("td", { class: each ? null : "muted", dataset: { title: names[input] } }, each ? t("yes") : t("no")));
      const cells = titles.map((title) => element("td", { dataset: { title } }));
      const row = element("tr", {}, element("td", {}, show), ...facts, ...cells, element("td", { class: "wish", dataset: { title: t("wanted") } }, wish, mark));
      return { row, show, wish, mark, cells };
    });
    body.replaceChildren(...rows.map((each) => each.row));
  };
  const draw = ({ current, sums, scores, decisions, wanted }) => rows.forEach(({ row, show, wish, mark, cells }, place) => {
    const texts = [number(sums[place]), ...(cells.length === 3 ? [number(scores[place], 3)] : []), decisions[place] ? t("fires") : t("stays silent")];
    texts.forEach((text, index) => { if (cells[index].textContent !== text) cells[index].textContent = text; });
    row.classList.toggle("current", place === current);
    row.classList.toggle("fires", decisions[place]);
    show.setAttribute("aria-pressed", String(place === current));
    wish.value = wanted[place];
    mark.replaceChildren(...(wanted[place] === "-" ? [] : [verdict((wanted[place] === "1") === decisions[place])]));
  });
  return { element: view, build, draw };
}

/** A sign that says whether a decision is what was wanted. */
const verdict = (right) => element("span", { class: right ? "" : "mistake", role: "img", "aria-label": right ? t("as wanted") : t("not as wanted") }, right ? "✓" : "✗");
