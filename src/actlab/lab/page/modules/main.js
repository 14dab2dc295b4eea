// The frame around each part: the way to the others, the language, and what goes wrong.

import { element, notice } from "/page/modules/dom.js";
import { language, languages, t } from "/page/modules/language.js";

const PARTS = [
  ["functions", t("Functions"), t("One to six curves with their derivatives. Drag x and every parameter.")],
  ["perceptron", t("Perceptron"), t("Is the film worth going to? One neuron decides, and learns.")],
  ["playground", t("Playground"), t("Train a network and watch every unit, on toy data or your own.")],
  ["steps", t("Why steps don’t learn"), t("A step has no slope, so the hidden weights never move.")],
  ["dying", t("Why ReLUs die"), t("Two identical networks side by side; one swaps in a leak, and its gradient returns.")],
  ["shapes", t("Any shape from ReLUs"), t("Draw a curve and see 1 to 64 units come close to it.")],
  ["reports", t("Reports"), t("Compare activations on your own table: drop a file.")],
].filter(([name]) => document.documentElement.dataset.parts.split(" ").includes(name));

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
}

function home() {
  document.title = t("actlab: see activation functions move");
  main.append(
    element("h1", {}, t("See activation functions move")),
    element("p", { class: "lead" }, t("Everything here runs on this machine. Each page has its whole state in its address, so a link shows the same thing.")),
    element("ul", { class: "cards" }, ...PARTS.map(([name, title, text]) =>
      element("li", {}, element("a", { href: address(`/${name}`) }, element("h2", {}, title), element("p", {}, text))))),
  );
}

async function show() {
  top();
  if (!here) return home();
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
