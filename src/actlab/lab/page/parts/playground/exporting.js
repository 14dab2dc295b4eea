// A trained side as files: PyTorch code with its weights.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";

/** The place for links to the files; `show(files, label)` makes them and begins the first download. */
export function exports() {
  const node = element("div", { class: "exported row", role: "status" });
  let links = [];
  const show = (files, label) => {
    for (const link of links) URL.revokeObjectURL(link.href);
    links = Object.entries(files).map(([name, text]) => {
      const kept = name.replace(/^/, label === "B" ? "b-" : "");
      return element("a", { href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), download: kept }, t("Save {name}", { name: kept }));
    });
    node.replaceChildren(...links);
    links[0]?.click();
  };
  return { element: node, show, clear: () => node.replaceChildren() };
}
