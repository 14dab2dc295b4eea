// A person's own table: dropped or chosen, then two columns and what is to be predicted.

import { element, notice } from "/page/modules/dom.js";
import { button, dropzone, select } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { ask } from "/page/modules/server.js";

/** The place of a table; `use(table)` when one can be trained on, `use(null)` when toy data come back. */
export function ownTable({ use }) {
  const node = element("div", { class: "own" });
  const drop = dropzone({ label: t("Your own table: drop a CSV file here, or choose one"), accept: ".csv,text/csv", take: (file) => read(file) });

  const empty = (...more) => node.replaceChildren(drop.element, ...more);
  const read = async (file) => {
    empty(notice(t("Reading {name} …", { name: file.name }), "news"));
    try {
      const answer = await ask("/tables", { method: "POST", body: file, headers: { "X-File-Name": encodeURIComponent(file.name) } });
      choose(file.name, answer);
    } catch (error) {
      empty(notice(error.message));
    }
  };

  const choose = (name, { id, rows, columns }) => {
    const numbers = columns.filter((column) => column.kind === "number").map((column) => column.name);
    if (numbers.length < 2 || columns.length < 3) return empty(notice(t("{name} needs at least two columns of numbers and one to predict. It has {columns} columns, {numbers} of them numbers.", { name, columns: columns.length, numbers: numbers.length })));
    const category = columns.filter((column) => column.kind === "category" && column.distinct >= 2 && column.distinct <= 8).at(-1);
    const target = (category || columns.filter((column) => column.distinct >= 2).at(-1) || columns.at(-1)).name;
    const [first, second] = numbers.filter((each) => each !== target);
    const now = { id, columns: [first, second ?? first], target };
    const problem = element("div");
    const told = () => {
      const different = new Set([...now.columns, now.target]).size === 3;
      problem.replaceChildren(...(different ? [] : [notice(t("Choose three different columns: two to learn from and one to predict."))]));
      if (different) use({ ...now, columns: [...now.columns] });
    };
    const pick = (label, value, list, take) => select({ label, value, choices: list.map((each) => [each, each]), change: (chosen) => {
      take(chosen);
      told();
    } }).element;
    const heading = element("p", { tabindex: "-1" }, element("b", {}, name), " ", t("{rows} rows", { rows }));
    node.replaceChildren(heading,
      pick(t("Column across"), now.columns[0], numbers, (chosen) => (now.columns[0] = chosen)),
      pick(t("Column upwards"), now.columns[1], numbers, (chosen) => (now.columns[1] = chosen)),
      pick(t("To be predicted"), now.target, columns.map((column) => column.name), (chosen) => (now.target = chosen)),
      problem,
      element("p", { class: "muted" }, t("Your table stays on this machine and is not in the address: a link shows the toy set instead.")),
      button(t("Back to toy data"), () => {
        empty();
        use(null);
        drop.element.querySelector("input").focus();
      }));
    heading.focus();
    told();
  };
  empty();
  return { element: node };
}
