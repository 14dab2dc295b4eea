// A dropped table: what is in it, what is to be predicted, and with which functions.

import { announce, element, notice } from "/page/modules/dom.js";
import { button, dropzone, radios, select } from "/page/modules/controls.js";
import { language, t } from "/page/modules/language.js";
import { ask } from "/page/modules/server.js";
import { columnsShown } from "/page/parts/reports/columns.js";
import { functionBoxes } from "/page/parts/reports/functions.js";
import { findings } from "/page/parts/reports/sentences.js";

const listed = new Intl.ListFormat(language, { type: "conjunction" });
const counted = (value) => new Intl.NumberFormat(language).format(value);

/** The place to drop a file, and below it the questions about the table that was dropped last. */
export function setup({ state, choices, limit, runs, begun, dropped }) {
  const said = element("div", { "aria-live": "polite" }), questions = element("div");
  const zone = dropzone({ label: t("Drop a table here, or choose one: CSV or Parquet, with a header and a row for each case."), accept: ".csv,.tsv,.parquet,.pq", take: (file) => take(file) });
  const fail = (error) => said.replaceChildren(notice(error));

  async function take(file) {
    if (file.size > limit()) {
      fail(new Error(t("{name} has {size} MB, and a file of at most {limit} MB can be taken in; a larger one goes through `actlab compare`.", { name: file.name, size: Math.ceil(file.size / 2 ** 20), limit: Math.floor(limit() / 2 ** 20) })));
      return;
    }
    said.replaceChildren(notice(t("Reading {name} …", { name: file.name }), "status"));
    try {
      const { id, table } = await ask("/reports/tables", { method: "POST", body: file, headers: { "X-File-Name": encodeURIComponent(file.name) } });
      state.set({ table: id, target: "", positive: "" });
      said.replaceChildren();
      inquire(id, table, true);
      begun();
    } catch (error) {
      fail(error);
    }
  }

  async function open(id, moved = true, target = "") {
    try {
      const { table } = await ask(`/reports/${encodeURIComponent(id)}/table.json`);
      if (moved) state.set({ table: id, target, positive: "" });
      said.replaceChildren();
      inquire(id, table, moved);
    } catch (error) {
      state.set({ table: "", target: "", positive: "" });
      fail(error);
    }
  }

  function close() {
    questions.replaceChildren();
    state.set({ table: "", target: "", positive: "" });
  }

  function inquire(id, table, moved) {
    const path = `/reports/${encodeURIComponent(id)}`;
    const possible = table.columns.filter((column) => column.task);
    const wanted = possible.find((column) => column.name === state.values.target);
    if (state.values.target && !wanted) said.append(notice(t("{name} has no column {column} that could be predicted; {target} is taken.", { name: table.name, column: state.values.target, target: table.target })));
    let target = wanted ? wanted.name : table.target, positive = null, readings = 0;
    const reading = element("div", { "aria-live": "polite" }), size = element("p", { class: "size" });
    const start = button(t("Compare"), () => compare(), { kind: "main" });
    const boxes = functionBoxes({ state, choices, change: () => resize() });
    const chosen = () => ({ target, positive, activations: boxes.names(), repeats: choices.repeats[state.values.effort] });

    const resize = () => {
      const functions = boxes.names().length, repeats = choices.repeats[state.values.effort];
      start.disabled = functions < 2;
      size.textContent = functions < 2
        ? t("Tick at least one function beside {baseline}.", { baseline: choices.baseline })
        : t("{functions} functions × {repeats} repeats × {rates} learning rates = {networks} networks.", { functions, repeats, rates: choices.rates, networks: counted(functions * repeats * choices.rates) });
    };
    const read = async () => {
      const mine = ++readings;
      start.disabled = true;
      try {
        const answer = await ask(`${path}/reading`, { method: "POST", body: { ...chosen(), activations: ["gelu"] } });
        if (mine === readings) told(answer);
      } catch (error) {
        if (mine === readings) reading.replaceChildren(notice(error));
      }
    };
    const told = (answer) => {
      const classes = listed.format(answer.classes.map(([name, rows]) => t("{name} ({rows} rows)", { name, rows: counted(rows) })));
      reading.replaceChildren(element("p", {}, answer.classes.length ? t("It is predicted as one of these classes: {classes}.", { classes }) : t("It is predicted as a number.")));
      if (answer.task === "binary") reading.append(select({ label: t("Positive class, the one to find"), value: answer.classes[1][0], choices: answer.classes.map(([name]) => [name, name]), change: (name) => {
        positive = name;
        state.set({ positive });
        read();
      } }).element);
      if (answer.findings.length) reading.append(element("h3", {}, t("Worth knowing")), findings(answer.findings));
      resize();
    };
    const compare = async () => {
      start.disabled = true;
      try {
        const busy = runs().some((run) => run.state === "running");
        await ask(`${path}/start`, { method: "POST", body: chosen() });
        close();
        announce(busy ? t("It waits until the others are done.") : t("The comparison has begun."));
        await begun();
        document.getElementById(`run-${id}`)?.focus();
      } catch (error) {
        fail(error);
        start.disabled = false;
      }
    };
    const head = element("h2", { tabindex: -1 }, table.name);
    const of = table.columns.find((column) => column.name === target);
    if (of.task === "binary" && of.classes.includes(state.values.positive)) positive = state.values.positive;
    questions.replaceChildren(element("section", { class: "panel setup", "aria-label": table.name },
      head, columnsShown(table, counted),
      select({ label: t("What is to be predicted?"), value: target, choices: possible.map(({ name }) => [name, name]), change: (name) => {
        [target, positive] = [name, null];
        state.set({ target, positive: "" });
        read();
      } }).element,
      reading, boxes.element,
      radios({ label: t("How thoroughly?"), value: state.values.effort, choices: [
        ["quick", t("Quick: {repeats} repeats", { repeats: choices.repeats.quick })], ["usual", t("Full: {repeats} repeats", { repeats: choices.repeats.usual })],
      ], change: (effort) => {
        state.set({ effort });
        resize();
      } }).element,
      element("p", { class: "muted" }, t("A repeat splits the rows anew and begins with new weights: so one sees whether a difference is more than luck.")),
      size, element("div", { class: "row" }, start, button(t("Remove this table"), async () => {
        close();
        zone.element.querySelector("input").focus();
        await dropped(id);
      }))));
    if (moved) head.focus();
    read();
  }

  return { element: element("section", { "aria-label": t("A new comparison") }, zone.element, said, questions), open };
}
