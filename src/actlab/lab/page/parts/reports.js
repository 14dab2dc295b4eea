// Comparisons on this machine: begin one by dropping a table, follow it, and read its report.

import { announce, element, notice } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { ask } from "/page/modules/server.js";
import { choice, several, unusable, urlState, words } from "/page/modules/state.js";
import { ACTIVE, runList } from "/page/parts/reports/runs.js";
import { setup } from "/page/parts/reports/setup.js";
import { viewer } from "/page/parts/reports/viewer.js";

const SOON = 500, LATER = 4000; // milliseconds until the list is asked for again

/** The part. */
export async function mount(root) {
  const state = urlState({
    table: words("", 120), target: words(""), positive: words(""), with: several([], words("", 40), 60),
    effort: choice("quick", ["quick", "usual"]), show: words("", 120),
  });
  const choices = await ask("/reports/choices.json");
  const known = ["none", ...choices.families.flatMap(([, names]) => names)], strange = state.values.with.filter((name) => !known.includes(name));
  if (strange.length) {
    state.problems.push(unusable("with", strange.join(",")));
    state.values.with = state.values.with.filter((name) => known.includes(name));
  }
  const problems = element("div", {}, ...state.problems.map((sentence) => notice(sentence)));
  const trouble = element("div", { "aria-live": "polite" });
  const say = (error) => trouble.replaceChildren(notice(error));

  let runs = [], limit = Infinity, timer = 0, asked = 0, first = true, pause = LATER;
  const act = async (path, method = "POST") => {
    trouble.replaceChildren();
    try {
      await ask(path, { method });
    } catch (error) {
      say(error);
    }
    await refresh();
  };
  const again = async (run) => {
    trouble.replaceChildren();
    try {
      const { id } = await ask(`/reports/${encodeURIComponent(run.id)}/again`, { method: "POST" });
      await form.open(id, true, run.target);
    } catch (error) {
      say(error);
    }
    await refresh();
  };
  const form = setup({ state, choices, limit: () => limit, runs: () => runs, begun: refresh, dropped: (id) => act(`/reports/${encodeURIComponent(id)}`, "DELETE") });
  const shown = viewer({ state });
  const list = runList({ state, act, open: form.open, again, show: (run) => shown.show(run, true) });

  async function refresh() {
    clearTimeout(timer);
    const mine = ++asked;
    try {
      const answer = await ask("/reports.json");
      if (mine !== asked) return;
      for (const run of answer.runs) {
        const before = runs.find((each) => each.id === run.id);
        if (before && before.state !== run.state && !ACTIVE.includes(run.state)) announce(`${run.table}: ${list.word(run)}`);
      }
      ({ runs, limit } = answer);
      pause = runs.some((run) => ACTIVE.includes(run.state)) ? SOON : LATER;
      list.update(runs, answer.folder);
      shown.update(runs);
    } catch (error) {
      if (mine !== asked) return;
      pause = LATER;
      list.lost(error.message);
    }
    timer = setTimeout(refresh, pause);
    if (first) {
      first = false;
      if (state.values.show && !runs.some((run) => run.id === state.values.show)) problems.append(notice(t("There is no comparison {name} here; take one of the list.", { name: state.values.show })));
    }
  }

  root.append(
    element("p", { class: "lead" }, t("Which activation function suits your table? Drop it, and small networks are trained with each function, on this machine; nothing leaves it.")),
    problems, form.element, trouble, list.element, shown.element,
  );
  await refresh();
  if (state.values.table) await form.open(state.values.table, false);
}
