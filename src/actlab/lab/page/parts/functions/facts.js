// The facts of one function: formula, properties, story, and how to write it in each framework.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { cost, family, how, properties, reason, sentences } from "/page/parts/functions/wording.js";

const WORDS = { if: t("if"), otherwise: t("otherwise") }; // of formulas with cases
const FRAMEWORKS = [["torch", "PyTorch"], ["keras", "Keras"], ["jax", "JAX"]];

/** The panel; `update(entry, given)` shows a function, with the numbers of its parameters in the code. */
export function factsPanel() {
  const node = element("section", { class: "panel facts", "aria-labelledby": "facts-title" });
  let shown = "", codes = [], folds = [], open = false;
  const unfold = () => {
    open = true;
    for (const each of folds) each.open = true;
  };

  const update = (entry, given) => {
    if (entry.name !== shown) {
      shown = entry.name;
      const [summary, ...story] = sentences(entry);
      codes = FRAMEWORKS.map(([key]) => [key, element("td"), element("code")]);
      folds = [fold(t("Properties"), table(entry), open), fold(t("In your code"), frameworks(entry), open)];
      const none = reason(entry);
      node.replaceChildren(
        element("h2", { id: "facts-title", tabindex: -1 }, t("Facts of {name}", { name: entry.name })),
        element("p", {}, summary), ...story.map((each) => element("p", { class: "muted" }, each)),
        none && element("p", { class: "notice" }, none),
        element("div", { class: "columns" },
          element("div", {}, element("h3", {}, t("Formula")), formula(t("Formula"), entry.formula)),
          ...Object.entries(entry.derivatives).map(([input, each]) => {
            const title = entry.inputs.length > 1 ? t("Derivative by {input}", { input }) : t("Derivative");
            return element("div", {}, element("h3", {}, title), formula(title, each));
          }),
          element("div", {}, element("h3", {}, t("History")), history(entry))),
        ...folds);
    }
    for (const [key, own, ours] of codes) {
      own.replaceChildren(itsOwn(entry.code[key], entry, given));
      ours.textContent = filled(changed(entry.code[`actlab_${key}`] || "", entry, given), given);
    }
  };

  const frameworks = (entry) => element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("In your code") }, element("table", {},
    element("thead", {}, element("tr", {}, ...[t("framework"), t("its own"), t("with actlab, the same everywhere")].map((title) => element("th", { scope: "col" }, title)))),
    element("tbody", {}, ...FRAMEWORKS.map(([key, title], index) => element("tr", {}, element("th", { scope: "row" }, title),
      codes[index][1], element("td", {}, codes[index][2]))))));

  return { element: node, update, unfold, focus: () => node.querySelector("h2").focus() };
}

const fold = (title, inside, open) => element("details", { open }, element("summary", {}, element("h3", {}, title)), inside);

/** What a framework has of its own: with the parameters as they are, or with the usual ones alone, or nothing. */
function itsOwn(code, { parameters }, given) {
  const fixed = parameters.some(({ name, default: usual }) => given[name] !== usual && !code.includes(`{${name}}`));
  if (code && !fixed) return element("code", {}, filled(code, given));
  return element("span", { class: "muted" }, code ? t("only with the usual parameters") : t("has none"));
}

/** Our code without the parameters that are as declared. */
function changed(code, { parameters }, given) {
  const left = new Set(parameters.filter((each) => given[each.name] === each.default).map(({ name }) => `${name}={${name}}`));
  return code.replace(/\((.*)\)$/, (whole, list) => `(${list.split(", ").filter((each) => !left.has(each)).join(", ")})`);
}

/** The code with numbers in the places of the parameters. */
function filled(code, given) {
  return code.replace(/\{(\w+)\}/g, (whole, name) => (given[name] === undefined ? whole : String(Number(given[name].toPrecision(6)))));
}

function formula(label, { mathml, text }) {
  const holder = document.createElement("template");
  holder.innerHTML = mathml; // our own server's, made of a formula
  for (const node of holder.content.querySelectorAll("mtext")) node.textContent = node.textContent.replace(/\w+/, (word) => WORDS[word] || word);
  return element("div", {}, element("div", { class: "scroll formula", tabindex: 0, role: "group", "aria-label": label }, holder.content),
    element("p", { class: "spelled" }, element("code", {}, text)));
}

function history({ source: { authors, year, reference }, aliases, family: kind }) {
  const paper = /^arXiv:(\S+)$/.exec(reference || "");
  return element("div", {},
    element("p", {}, t("{authors}, {year}. ", { authors, year: String(year) }),
      paper ? element("a", { href: `https://arxiv.org/abs/${paper[1]}`, rel: "noreferrer" }, reference) : reference || ""),
    element("p", {}, t("Family: {family}.", { family: family(kind) }), " ", aliases.length ? t("Also called {names}.", { names: aliases.join(", ") }) : ""));
}

function table(entry) {
  const rows = properties(entry).map(([what, words, known]) => [what, words, how(known)]);
  const usual = entry.parameters.map(({ name, default: value }) => `${name} = ${Number(value.toPrecision(4))}`).join(", ");
  return element("div", { class: "properties" },
    element("table", {}, element("caption", { class: "unseen" }, t("Properties")),
      element("thead", {}, element("tr", {}, ...[t("property"), t("value"), t("known how")].map((title) => element("th", { scope: "col" }, title)))),
      element("tbody", {}, ...[...rows, [t("cost"), cost(entry), t("counted")]].map(([what, ...cells]) =>
        element("tr", {}, element("th", { scope: "row" }, what), ...cells.map((each) => element("td", {}, each)))))),
    rows.length ? element("p", { class: "muted" }, usual ? t("For {usual}. ", { usual }) : "", t("Proved: by rules and exact limits. Sampled: seen on a fine grid of inputs.")) : "");
}
