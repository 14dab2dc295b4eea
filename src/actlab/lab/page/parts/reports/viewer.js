// The report of one comparison, on wide pages.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";

/** A frame that shows the report that the address names; the report may run nothing and reach nothing. */
export function viewer({ state }) {
  const head = element("h2"), frame = element("iframe", { sandbox: "allow-popups allow-popups-to-escape-sandbox" });
  const node = element("section", { class: "viewer", hidden: true }, head, frame);
  let known = [], at = "";

  const draw = (moved) => {
    const run = known.find((each) => each.id === state.values.show && each.report);
    node.hidden = !run;
    const wanted = run ? `/reports/${encodeURIComponent(run.id)}/report.html?changed=${run.report}` : "";
    if (run && wanted !== at) {
      head.textContent = t("Report of {name}", { name: run.table });
      frame.title = t("Report of {name}", { name: run.table });
      frame.src = wanted;
    }
    at = wanted;
    if (moved && run) node.scrollIntoView({ block: "start" });
  };
  return {
    element: node,
    update(runs) {
      known = runs;
      draw(false);
    },
    show(run, moved) {
      const on = state.values.show !== run.id;
      state.set({ show: on ? run.id : "" });
      for (const each of document.querySelectorAll("button.look")) each.setAttribute("aria-pressed", "false");
      document.querySelector(`[id="run-${CSS.escape(run.id)}"]`)?.closest("li").querySelector("button.look").setAttribute("aria-pressed", String(on));
      draw(moved && on);
    },
  };
}
