// Why a training ended: a card that says what happened, and what to try, as buttons where the page can do it.

import { element } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { worded } from "/page/parts/playground/choices.js";

const DOABLE = ["rate", "optimiser", "loss", "initialisation", "batch", "activation", "bias", "noise", "count"];

/** The changes of the settings that a piece of advice asks for; nothing when a person has to see to it. */
export function remedy(values, side, now) {
  const asked = Object.entries(values || {}).filter(([name]) => DOABLE.includes(name));
  const changes = {};
  for (const [name, value] of asked) {
    if (name === "initialisation") changes.start = value;
    else if (name === "activation") Object.assign(changes, side === 1 && now.compare === "activation" ? { other: value } : { layers: now.layers.map((layer) => ({ ...layer, activation: value })) });
    else if (name === "rate" && side === 1 && now.compare === "rate") changes.otherRate = value;
    else changes[name] = value;
  }
  return changes;
}

/** The card of one ended training; `act(changes)` does what a piece of advice says. */
export function endingCard({ message, label, now, act, go }) {
  const { side, why, step, text, values, advice = [] } = message;
  const diverged = why === "diverged";
  const title = diverged ? t("Training of {side} went wrong at step {step}", { side: label, step }) : t("Training of {side} stopped at step {step}", { side: label, step });
  const items = advice.map(([words, filled]) => {
    const changes = remedy(filled, side, now), sentence = t(words, worded(filled));
    return element("li", {}, Object.keys(changes).length ? button(sentence, () => act(changes)) : sentence);
  });
  return element("div", { class: `ending ${why}`, role: diverged ? "alert" : "status" },
    element("h3", {}, element("span", { "aria-hidden": "true" }, diverged ? "⚠ " : "■ "), title), element("p", {}, t(text, values)),
    items.length ? element("p", {}, t("What to try:")) : null, items.length ? element("ul", {}, ...items) : null,
    diverged ? null : element("div", { class: "row" }, button(t("Train on without stopping"), go)));
}
