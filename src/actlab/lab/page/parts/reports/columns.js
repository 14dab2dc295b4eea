// The columns of a dropped table: how each would be used, and whether it could be predicted.

import { element, spoken } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { coded, findings } from "/page/parts/reports/sentences.js";

const USES = { numeric: t("numbers"), categorical: t("categories"), dropped: t("left out") };

/** A table of the columns, folded away when there are many. */
export function columnsShown(table, counted) {
  const head = [t("Column"), t("First values"), t("Used as"), t("Could be predicted")];
  const grid = element("table", {},
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...table.columns.map((column) => element("tr", {},
      element("th", { scope: "row" }, column.name), element("td", { class: "muted" }, column.examples.join(", ")),
      element("td", {}, USES[column.use], column.note ? element("span", { class: "muted note", lang: "en" }, column.note) : null),
      element("td", {}, predicted(column))))));
  const size = t("Rows: {rows}. Columns: {columns}.", { rows: counted(table.rows), columns: counted(table.columns.length) });
  return element("details", { class: "columns-read", open: table.columns.length <= 8 },
    element("summary", {}, size),
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Columns") }, grid),
    table.findings.length ? findings(table.findings) : null);
}

function predicted(column) {
  if (column.task === "regression") return t("as a number");
  if (column.task) return t("as {count} classes", { count: column.classes.length });
  const why = column.text ? spoken(t(column.text, column.values), column.values.english).flatMap((each) => (typeof each === "string" ? coded(each) : each)) : [element("span", { lang: "en" }, ...coded(column.refused))];
  return [t("no"), element("span", { class: "muted note" }, ...why)];
}
