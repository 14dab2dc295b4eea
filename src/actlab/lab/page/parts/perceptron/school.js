// Learning: a person says what is wanted in some cases, and Rosenblatt's rule finds the weights.

import { announce, element, notice } from "/page/modules/dom.js";
import { button, slider } from "/page/modules/controls.js";
import { number, t } from "/page/modules/language.js";
import { lesson, rounds } from "/page/parts/perceptron/learning.js";
import { cases } from "/page/parts/perceptron/rule.js";

const KEPT = 6; // lessons that are listed
const signed = (value) => (value > 0 ? `+${number(value)}` : number(value));

/** The panel; `change(changes)` tells new wishes, weights and thresholds. */
export function school({ now, change }) {
  const list = element("ol", { class: "lessons" }), result = element("div");
  let next = 0, count = 0;

  const asked = () => cases(now.names.length).flatMap((on, place) => (now.wanted[place] === "-" ? [] : [{ place, on, wanted: now.wanted[place] === "1" }]));
  const hush = () => result.replaceChildren();
  const forget = () => {
    [next, count] = [0, 0];
    list.replaceChildren();
    hush();
  };
  const say = (text, kind = "news") => result.replaceChildren(notice(text, kind));
  const ready = (all) => {
    if (!all.length) say(t("No case is asked for. Choose yes or no under “wanted” in some rows of the table, or a task above."));
    return all.length > 0;
  };

  const step = () => {
    const all = asked();
    if (!ready(all)) return;
    const { place, on, wanted } = all[next % all.length];
    next = (next + 1) % all.length;
    count += 1;
    const learned = lesson(now, on, wanted), yes = t("yes"), no = t("no");
    const said = { case: place + 1, decided: learned.decided ? yes : no, wanted: wanted ? yes : no, change: signed(learned.way), back: signed(-learned.way) };
    const text = told({ right: learned.way === 0, moved: on.some(Boolean), biased: now.as === "bias" }, said);
    list.append(element("li", { value: count }, text));
    while (list.children.length > KEPT) list.firstElementChild.remove();
    change({ weights: learned.weights, threshold: learned.threshold, on: [...on], unit: "step" });
    const again = rounds({ ...now }, all);
    if (again.end === "settled" && again.round === 1) say(t("Every case that was asked for is now decided as wanted."));
    else hush();
    announce(text);
  };
  const run = () => {
    const all = asked();
    if (!ready(all)) return;
    const { end, round, weights, threshold } = rounds({ ...now }, all);
    list.replaceChildren();
    next = count = 0;
    change({ weights, threshold, unit: "step" });
    if (end === "settled") say(t("Right after {round} rounds: every case that was asked for is decided as wanted.", { round }));
    else if (end === "circles") say(t("After {round} rounds the weights came back to what they were before: learning goes in circles. That happens only where no weights and no threshold can decide all these cases as wanted.", { round }), "problem");
    else say(t("Not right after {round} rounds. More rounds might help.", { round }), "problem");
  };
  const task = (label, wanted) => button(label, () => {
    forget();
    change({ wanted: cases(now.names.length).map((on) => (wanted(on) ? "1" : "0")).join("") });
  });
  const rate = slider({ label: t("Learning rate: the size of one change"), value: now.rate, low: 0.1, high: 5, step: 0.1, change: (value) => change({ rate: value }) });
  const sum = (on) => on.filter(Boolean).length;

  return { forget, hush, element: element("section", { class: "panel" }, element("h2", {}, t("Let it learn")),
    element("p", {}, t("Choose a task, or say under “wanted” what should come out. Then press “One case”.")),
    element("div", { class: "row", role: "group", "aria-label": t("Tasks") },
      task(t("and: all of them"), (on) => sum(on) === on.length), task(t("or: at least one"), (on) => sum(on) > 0),
      task(t("most: more than half"), (on) => sum(on) * 2 > on.length), task(t("exclusive or: an odd number"), (on) => sum(on) % 2 === 1),
      button(t("Nothing is asked"), () => {
        forget();
        change({ wanted: "-".repeat(2 ** now.names.length) });
      })),
    element("div", { class: "row" }, button(t("One case"), step, { kind: "main" }), button(t("Until it is right"), run),
      button(t("Begin with weights of 0"), () => {
        forget();
        change({ weights: now.weights.map(() => 0), threshold: 0 });
      })),
    result, list, rate.element,
    element("p", { class: "muted" }, t("After each mistake the weights of the inputs that were on move towards what was wanted (Rosenblatt, 1958). Learning decides by the step, so it sets “What decides” to step."))) };
}

/** One lesson in a sentence. */
function told({ right, moved, biased }, said) {
  if (right) return t("Case {case}: {decided}, as wanted. Nothing changes.", said);
  if (biased) {
    return moved ? t("Case {case}: {decided}, but {wanted} is wanted. The weights of its inputs and the bias change by {change}.", said)
      : t("Case {case}: {decided}, but {wanted} is wanted. No input is on, so only the bias changes, by {change}.", said);
  }
  return moved ? t("Case {case}: {decided}, but {wanted} is wanted. The weights of its inputs change by {change}, the threshold by {back}.", said)
    : t("Case {case}: {decided}, but {wanted} is wanted. No input is on, so only the threshold changes, by {back}.", said);
}
