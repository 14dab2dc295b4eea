// The comparisons that there are: where each is, what it answered, and what can be done with it.

import { element, notice } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { language, t } from "/page/modules/language.js";
import { coded } from "/page/parts/reports/sentences.js";

const MARKS = { new: "○", waiting: "◷", running: "▶", stopping: "◼", elsewhere: "▷", unfinished: "◐", finished: "●", failed: "✕" };
export const ACTIVE = ["waiting", "running", "stopping", "elsewhere"];
const GOING = [...ACTIVE, "unfinished"];
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

/** The list; `update` changes it in place, so that nothing is lost under a finger or a focus. */
export function runList({ state, act, open, again, show }) {
  const rows = new Map();
  const items = element("ul", { class: "runs" }), none = element("p", { class: "muted" }, t("None yet. Drop a table above, then press Compare."));
  const place = element("p", { class: "muted" }), trouble = element("div");
  const node = element("section", { "aria-labelledby": "comparisons" }, element("h2", { id: "comparisons" }, t("Comparisons")), trouble, none, items, place);

  const update = (runs, folder) => {
    trouble.replaceChildren();
    none.hidden = runs.length > 0;
    if (!place.hasChildNodes()) place.append(...coded(t("They are kept in {folder}; those of `actlab compare` in the folder where the lab was started are listed too.", { folder })));
    runs = runs.filter((run) => run.state !== "new" || run.id !== state.values.table); // that one is asked about above
    for (const [id, row] of rows) if (!runs.some((run) => run.id === id)) {
      const beside = row.element.nextElementSibling || row.element.previousElementSibling, focused = row.element.contains(document.activeElement);
      row.element.remove();
      rows.delete(id);
      if (focused) (beside ? beside.querySelector("h3") : document.querySelector(".dropzone input")).focus();
    }
    runs.forEach((run, at) => {
      if (!rows.has(run.id)) rows.set(run.id, runRow(run.id, { state, act, open, again, show }));
      const row = rows.get(run.id);
      row.update(run);
      if (items.children[at] !== row.element) items.insertBefore(row.element, items.children[at] || null);
    });
  };
  return { element: node, update, word: (run) => word(run), lost: (sentence) => trouble.firstChild || trouble.append(notice(sentence)) };
}

function runRow(id, { state, act, open, again, show }) {
  const path = `/reports/${encodeURIComponent(id)}`;
  let run = null, seen = null, told = "";
  const name = element("h3", { id: `run-${id}`, tabindex: -1 }), target = element("p", { class: "muted" });
  const standing = element("p", { class: "standing" }), bar = element("progress", { max: 1 });
  const answer = element("p", { class: "answer", lang: "en" }), said = element("p", { class: "said", lang: "en" });
  const link = element("a", { class: "open", href: `${path}/report.html`, target: "_blank", rel: "noopener" }, t("Open the report"));
  const buttons = {
    look: button(t("Show it here"), () => show(run), { kind: "look", pressed: "false" }),
    stop: button(t("Stop"), () => act(`${path}/stop`)), go: button(t("Continue"), () => act(`${path}/continue`)),
    set: button(t("Choose what to compare"), () => open(id)), again: button(t("Compare again"), () => again(run)),
    drop: button(t("Remove"), () => (run.done ? sure.ask(run) : act(path, "DELETE"))),
  };
  const sure = doubt((networks) => act(`${path}?networks=${networks}`, "DELETE"), () => buttons.drop.focus());
  const node = element("li", { class: "panel run" }, element("div", { class: "heading" }, name, target), standing, bar, answer, said,
    element("div", { class: "row" }, link, ...Object.values(buttons)), sure.element);

  const update = (now) => {
    run = now;
    const focused = node.contains(document.activeElement) ? document.activeElement : null;
    const spelled = `${run.table} (${id})`; // two comparisons may be of tables with one name
    node.dataset.state = run.state;
    set(name, run.table);
    set(target, [id, run.target && t("predicts {target}", { target: run.target }), run.started && day.format(new Date(run.started))].filter(Boolean).join(" · "));
    if (run.state !== "running" || run.done === run.done_before) seen = null;
    else seen ??= { at: performance.now(), done: run.done };
    set(standing, [`${MARKS[run.state]} ${word(run)}`, seen && left(run, seen)].filter(Boolean).join(" · "));
    bar.hidden = !GOING.includes(run.state) || !run.planned;
    bar.max = run.planned || 1;
    bar.value = run.done;
    bar.setAttribute("aria-label", t("Networks trained of {name}", { name: spelled }));
    set(answer, ACTIVE.includes(run.state) ? "" : run.answer); // an earlier one says that it was stopped
    if (run.said !== told) said.replaceChildren(...coded(run.said));
    told = run.said;
    said.hidden = !told;
    link.hidden = !run.report;
    link.setAttribute("aria-label", t("Open the report of {name}", { name: spelled }));
    buttons.look.hidden = !run.report;
    buttons.look.setAttribute("aria-pressed", String(state.values.show === id));
    buttons.stop.hidden = !["waiting", "running", "stopping"].includes(run.state);
    buttons.stop.disabled = run.state === "stopping";
    buttons.go.hidden = !run.continues;
    buttons.set.hidden = !["new", "failed"].includes(run.state);
    buttons.again.hidden = !run.ours || !["finished", "unfinished"].includes(run.state);
    buttons.drop.hidden = !run.ours || ACTIVE.includes(run.state);
    if (buttons.drop.hidden) sure.element.hidden = true;
    for (const each of Object.values(buttons)) each.setAttribute("aria-label", t("{action}: {name}", { action: each.textContent, name: spelled }));
    if (focused && (focused.disabled || focused.closest("[hidden]"))) name.focus();
  };
  return { element: node, update };
}

/** The question before trained networks are removed: it stands below the button, and Enter keeps them. */
function doubt(remove, kept) {
  const question = element("p", {});
  let networks = 0;
  const keep = button(t("Keep it"), () => {
    node.hidden = true;
    kept();
  });
  const node = element("div", { class: "doubt", hidden: true, role: "group", "aria-label": t("Remove") }, question,
    element("div", { class: "row" }, keep, button(t("Remove for good"), () => remove(networks))));
  const ask = (run) => {
    networks = run.done;
    question.textContent = t("Remove this comparison of {name}, with its table, its report and {done} trained networks? They cannot be brought back.", { name: run.table, done: networks });
    node.hidden = false;
    keep.focus();
  };
  return { element: node, ask };
}

/** Where a comparison is, in words. */
function word(run) {
  const of = { done: String(run.done), planned: String(run.planned) };
  if (run.state === "new") return t("not begun");
  if (run.state === "failed") return t("could not be compared");
  if (run.state === "waiting") return t("waiting until those before it are done (place {place})", { place: run.place });
  if (run.state === "stopping") return t("stopping, with a report of what is done ({done} of {planned} networks)", of);
  if (run.state === "elsewhere") return t("running in another process ({done} of {planned} networks)", of);
  if (run.state === "unfinished" && !run.done) return t("stopped before the first of {planned} networks", of);
  if (run.state === "unfinished") return t("stopped after {done} of {planned} networks, which are kept", of);
  if (run.state === "finished") return t("finished: {planned} networks", of);
  if (run.done === run.planned && run.planned) return t("all {planned} networks are trained; the report is being written", of);
  if (run.done === run.done_before) return t("starting: the functions are compiled (of {planned} networks {done} are trained)", of);
  return t("running: {done} of {planned} networks", of);
}

/** How long the rest takes at the pace since `seen`; empty until that is known. */
function left(run, seen) {
  const passed = (performance.now() - seen.at) / 1000;
  if (run.state !== "running" || passed < 1.5 || run.done <= seen.done || run.done === run.planned) return "";
  const seconds = (passed * (run.planned - run.done)) / (run.done - seen.done);
  if (seconds < 100) return t("about {count} s left", { count: Math.max(1, Math.round(seconds)) });
  return seconds < 5400 ? t("about {count} min left", { count: Math.round(seconds / 60) }) : t("about {count} h left", { count: Number((seconds / 3600).toFixed(1)) });
}

function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}
