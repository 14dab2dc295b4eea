// A person's own table: dropped or chosen, then two columns and what is to be predicted.

import { element, notice } from "/page/modules/dom.js";
import { button, dropzone, select } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { ask } from "/page/modules/server.js";

/**
 * The place of a table; `use(table)` when one can be trained on, `use(null)` when toy data come back.
 * `again()` sends the file in use once more, and then calls `use` with the same columns.
 */
export function ownTable({ use }) {
  const above = element("div"), said = element("div"), below = element("div");
  let current = null, readings = 0;
  const drop = dropzone({ label: t("Your own table: drop a CSV file here, or choose one"), accept: ".csv,text/csv", take: (file) => read(file) });

  const sent = (file) => ask("/tables", { method: "POST", body: file, headers: { "X-File-Name": encodeURIComponent(file.name) } });
  const refuse = (why) => said.replaceChildren(notice(why), ...(current ? [element("p", { class: "muted" }, t("{name} stays in use.", { name: current.file.name }))] : []));
  const read = async (file) => {
    const reading = ++readings;
    said.replaceChildren(notice(t("Reading {name} …", { name: file.name }), "news"));
    try {
      const answer = await sent(file);
      if (reading === readings) choose(file, answer);
    } catch (error) {
      if (reading === readings) refuse(error);
    }
  };
  const again = async () => {
    const mine = current, kept = await sent(mine.file).catch(() => mine); // a file that is no longer there: the server asks for it
    mine.id = kept.id;
    if (mine === current) mine.tell();
  };

  const choose = (file, { id, rows, columns }) => {
    const { name } = file;
    const numbers = columns.filter((column) => column.kind === "number").map((column) => column.name);
    if (numbers.length < 2 || columns.length < 3) return refuse(t("{name} needs at least two columns of numbers and one to predict. Columns in all: {columns}, of numbers: {numbers}.", { name, columns: columns.length, numbers: numbers.length }));
    const able = columns.filter((column) => numbers.length > 2 || column.kind !== "number"); // two numbers are left to learn from
    const category = able.filter((column) => column.kind === "category" && column.distinct >= 2 && column.distinct <= 8).at(-1);
    const target = (category || able.filter((column) => column.distinct >= 2).at(-1) || able.at(-1)).name;
    const [across, up] = numbers.filter((each) => each !== target);
    const now = { across, up, target }, controls = {}, problem = element("div");
    const lists = { across: numbers, up: numbers, target: columns.map((column) => column.name) };
    const mine = { file, id, tell: () => use({ id: mine.id, columns: [now.across, now.up], target: now.target }) };
    /** A column that another place has goes there for what stood here, or for one that is free. */
    const move = (place, chosen) => {
      const others = Object.keys(now).filter((each) => each !== place), other = others.find((each) => now[each] === chosen);
      const left = other && [now[place], ...lists[other]].find((each) => lists[other].includes(each) && each !== chosen && others.every((one) => now[one] !== each));
      const stuck = other && left === undefined;
      problem.replaceChildren(...(stuck ? [notice(t("{column} is already in use. Choose three different columns: two of numbers to learn from, and one to predict.", { column: chosen }))] : []));
      if (!stuck) Object.assign(now, other ? { [other]: left } : {}, { [place]: chosen });
      for (const [each, control] of Object.entries(controls)) control.value = now[each];
      if (!stuck) mine.tell();
    };
    const pick = (place, label) => {
      controls[place] = select({ label, value: now[place], choices: lists[place].map((each) => [each, each]), change: (chosen) => move(place, chosen) });
      return controls[place].element;
    };
    const heading = element("p", { tabindex: "-1" }, element("b", {}, name), " ", t("{rows} rows", { rows }));
    current = mine;
    said.replaceChildren();
    above.replaceChildren(heading, pick("across", t("Column across")), pick("up", t("Column upwards")), pick("target", t("To be predicted")), problem);
    below.replaceChildren(
      element("p", { class: "muted" }, t("Your table stays on this machine and is not in the address: a link shows the toy set instead.")),
      button(t("Back to toy data"), () => {
        current = null;
        readings++;
        for (const each of [above, said, below]) each.replaceChildren();
        use(null);
        drop.element.querySelector("input").focus();
      }));
    heading.focus();
    mine.tell();
  };
  return { element: element("div", { class: "own" }, above, drop.element, said, below), again };
}
