// The frame around each part: the way to the others, the language, and what goes wrong.

import { element, notice } from "/page/modules/dom.js";
import { language, languages, t } from "/page/modules/language.js";

const PARTS = [
  ["perceptron", t("Perceptron")],
  ["functions", t("Functions")],
  ["steps", t("Why steps don’t learn")],
  ["playground", t("Playground")],
  ["dying", t("Why ReLUs die")],
  ["shapes", t("Any shape from ReLUs")],
  ["reports", t("Reports")],
];

const here = document.documentElement.dataset.part;
const main = document.getElementById("main");

function address(path) {
  const wanted = new URLSearchParams(location.search).get("lang");
  return wanted === null ? path : `${path}?lang=${encodeURIComponent(wanted)}`;
}

function top() {
  const links = PARTS.map(([name, title]) =>
    element("li", {}, element("a", { href: address(`/${name}`), "aria-current": name === here ? "page" : undefined }, title)));
  const chooser = element("select", { "aria-label": t("Language"), on: { change: () => {
    const query = new URLSearchParams(location.search);
    query.set("lang", chooser.value);
    location.search = query;
  } } }, ...Object.entries(languages).map(([code, name]) => element("option", { value: code, selected: code === language, lang: code === "zh" ? "zh-Hans" : code }, name)));
  document.querySelector("header.top").append(
    element("a", { class: "brand", href: address("/") }, "actlab"),
    element("nav", { "aria-label": t("Parts of the lab") }, element("ul", {}, ...links)),
    chooser,
  );
  const row = document.querySelector("header.top nav"), current = row.querySelector("[aria-current]");
  if (current) row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}

function missing() {
  const title = t("There is no such page");
  document.title = t("{title} – actlab", { title });
  main.append(element("h1", {}, title), element("p", { class: "lead" }, t("The lab has no page {path}. Choose one of those above.", { path: location.pathname })));
}

async function show() {
  top();
  if (!here) return missing();
  const title = PARTS.find(([name]) => name === here)[1];
  document.title = t("{title} – actlab", { title });
  main.append(element("h1", {}, title));
  const { mount } = await import(`/page/parts/${here}.js`);
  await mount(main);
}

show()
  .catch((error) => {
    main.append(notice(error.message));
    throw error;
  })
  .finally(() => (document.documentElement.dataset.ready = "yes"));
