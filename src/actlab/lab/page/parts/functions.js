// One to six curves with their derivatives: drag x and every parameter, and read what is known of each.

import { announce, eachFrame, element, notice } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { ask } from "/page/modules/server.js";
import { real, urlState, words } from "/page/modules/state.js";
import { axis } from "/page/parts/functions/axis.js";
import { catalogue } from "/page/parts/functions/catalogue.js";
import { charts } from "/page/parts/functions/charts.js";
import { chosen } from "/page/parts/functions/chosen.js";
import { curve, curvesField, rangeField } from "/page/parts/functions/curves.js";
import { factsPanel } from "/page/parts/functions/facts.js";
import { presets } from "/page/parts/functions/presets.js";

const FIRST = "sigmoid,tanh";

/** The part. */
export async function mount(root) {
  const asked = ask("/functions.json");
  asked.catch(() => {}); // awaited below, once the charts stand
  const { FUNCTIONS } = await import("/functions.js");
  const state = urlState({ curves: curvesField(FUNCTIONS, FIRST), x: real(1, -1000, 1000), range: rangeField, facts: words("", 40), search: words("", 60) });
  const { values } = state;
  values.x = Math.min(values.range[1], Math.max(values.range[0], values.x));

  let panel = null, all = null;
  const draw = eachFrame(() => pair.draw(values));
  const keep = (changes) => {
    state.set(changes);
    draw();
  };
  const facts = () => panel && panel.show(values);
  const replace = (curves, focus) => {
    keep({ curves });
    updateList();
    facts();
    if (focus) document.querySelector(focus)?.focus();
  };

  const pair = charts({ range: values.range, move: (x) => {
    handle.x = x;
    keep({ x: handle.x });
  } });
  const handle = axis({ x: values.x, range: values.range, moved: (x) => keep({ x }), zoomed: (range, x) => keep({ range, x }) });
  const gallery = presets(FUNCTIONS, (names) => replace([...names.map((name) => curve(FUNCTIONS[name]))]));
  const list = chosen({ replace, changed: () => {
    keep({});
    facts();
  }, show: (name) => panel?.open(name), search: () => all?.focus() });
  const updateList = () => {
    gallery.update(values.curves);
    list.update(values.curves);
    all?.update(values.curves);
  };

  const problems = element("div", {}, ...state.problems.map((sentence) => notice(sentence)));
  const below = element("div", {}, element("p", { class: "muted" }, t("The catalogue is on its way…")));
  root.append(element("p", { class: "lead" }, t("A unit adds up what it is given and sends the sum x through its activation function. In training the gradient comes back, times the derivative.")),
    problems, gallery.element,
    element("div", { class: "workbench" },
      element("section", { class: "panel" }, handle.element, pair.element, element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("Values at x") }, pair.table)),
      list.element),
    below);
  updateList();
  draw();

  const entries = await asked;
  panel = connect(entries, state, problems);
  all = catalogue({ entries, search: values.search, typed: (search) => state.set({ search }), show: panel.open, add: (name) => {
    const free = [...values.curves, null].indexOf(null);
    replace(Object.assign([...values.curves], { [free]: curve(FUNCTIONS[name]) }));
    announce(t("{name} is drawn.", { name }));
  }, remove: (name) => {
    const gone = values.curves.findIndex((each) => each?.known.name === name);
    replace(values.curves.map((each, place) => (place === gone ? null : each)));
    announce(t("{name} is removed.", { name }));
  } });
  below.replaceChildren(panel.element, all.element);
  updateList();
  facts();
}

/** The facts panel on what the address and the buttons ask for. */
function connect(entries, state, problems) {
  const panel = factsPanel(), { values } = state;
  const named = (name) => entries.find((each) => each.name === name || each.aliases.includes(name));
  if (values.facts && !named(values.facts)) {
    problems.append(notice(t("There is no function called {name}. Search the catalogue below.", { name: values.facts })));
    values.facts = "";
  }
  const show = () => {
    const drawn = values.curves.filter(Boolean);
    const entry = named(values.facts) || named(drawn[0].known.name);
    const given = drawn.find((each) => each.known.name === entry.name)?.given;
    if (values.facts) panel.unfold();
    panel.update(entry, given || Object.fromEntries(entry.parameters.map((each) => [each.name, each.default])));
  };
  const open = (facts) => {
    state.set({ facts });
    show();
    panel.focus();
  };
  return { element: panel.element, show, open };
}
