// All cases: what each adds up to, what is decided, and what a person wants it to be.

import { element } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { number, t } from "/page/modules/language.js";

/** The table; `choose(on)` tells a row that was chosen, `want(place, mark)` a wish: "1", "0" or "-". */
export function casesTable({ choose, want }) {
  const head = element("tr"), body = element("tbody");
  const view = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("All cases") }, element("table", { class: "cases" }, element("thead", {}, head), body));
  let rows = [];

  const build = ({ names, all, scored }) => {
    const titles = [t("case"), ...names, t("sum"), ...(scored ? [t("score")] : []), t("decision"), t("wanted")];
    head.replaceChildren(...titles.map((text) => element("th", { scope: "col" }, text)));
    rows = all.map((on, place) => {
      const show = button(String(place + 1), () => choose(on));
      show.setAttribute("aria-label", t("Show case {case}", { case: place + 1 }));
      const wish = element("select", { "aria-label": t("Wanted in case {case}", { case: place + 1 }), on: { change: () => want(place, wish.value) } },
        ...[["-", t("not asked")], ["1", t("yes")], ["0", t("no")]].map(([value, text]) => element("option", { value }, text)));
      const cells = Array.from({ length: scored ? 3 : 2 }, () => element("td"));
      const row = element("tr", {}, element("td", {}, show), ...on.map((each) => element("td", { class: each ? "" : "muted" }, each ? t("yes") : t("no"))), ...cells, element("td", {}, wish));
      return { row, show, wish, cells };
    });
    body.replaceChildren(...rows.map((each) => each.row));
  };
  const draw = ({ current, sums, scores, decisions, wanted }) => rows.forEach(({ row, show, wish, cells }, place) => {
    const texts = [number(sums[place]), ...(cells.length === 3 ? [number(scores[place], 3)] : []), decisions[place] ? t("fires") : t("stays silent")];
    texts.forEach((text, index) => { if (cells[index].textContent !== text) cells[index].textContent = text; });
    row.classList.toggle("current", place === current);
    row.classList.toggle("fires", decisions[place]);
    show.setAttribute("aria-pressed", String(place === current));
    wish.value = wanted[place];
    const wrong = wanted[place] !== "-" && (wanted[place] === "1") !== decisions[place];
    row.classList.toggle("wrong", wrong);
    cells.at(-1).append(...(wrong ? [element("span", { class: "mistake" }, ` (${t("not what is wanted")})`)] : []));
  });
  return { element: view, build, draw };
}
