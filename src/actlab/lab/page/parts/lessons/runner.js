// Two networks of a lesson, trained side by side by the server: play, pause, so many steps at once, start again.

import { element, notice } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { socket } from "/page/modules/server.js";
import { endingCard } from "/page/parts/playground/ending.js";

const [PACE, HURRY] = [5, 50]; // steps a frame
const CONTROLS = "input, select, button, a, summary";

/**
 * The bar of buttons and what they do. `specs()` says what to train, `made(sides)` and `draw(frame)` what came;
 * `names` call the sides, `many` is the number of steps of one button. `advised` are the settings that advice may
 * change: `act(changes)` does it, and `compared()` says which of them differs on the right.
 */
export function runner({ specs, made, draw, names, many = 500, advised = [], act = () => {}, compared = () => undefined }) {
  let wanted = false, remake = 0, link = () => {}, told = null, over = new Set(), awaited = 0;
  const problems = element("div", { class: "problems" }), endings = element("div");
  const counted = element("p", { class: "counted" }, t("Step {step}", { step: 0 }));
  const send = (message) => link(message);

  const face = () => {
    play.textContent = wanted ? t("Pause") : t("Play");
    play.classList.toggle("main", !wanted);
  };
  const run = (going) => {
    wanted = going;
    send({ do: "pace", steps: PACE });
    send({ do: going ? "play" : "pause" });
    face();
  };
  const make = () => {
    clearTimeout(remake);
    wanted = false;
    over = new Set();
    endings.replaceChildren();
    awaited++;
    send({ do: "make", sides: specs() });
    face();
  };
  const walk = (steps) => {
    wanted = false;
    face();
    send({ do: "pace", steps: HURRY });
    send({ do: "step", steps });
  };
  const play = button(t("Play"), () => run(!wanted), { kind: "play main", title: t("Also with the space key") });
  const bar = element("section", { class: "panel bar", "aria-label": t("Training") }, play,
    button(t("One step"), () => walk(1), { title: t("Learn from one batch, then wait") }),
    button(t("{steps} steps", { steps: many }), () => walk(many)),
    button(t("Start again"), make, { title: t("Back to the first weights, from the same seed") }), counted);

  const hear = {
    made: (message) => {
      awaited--;
      problems.replaceChildren();
      made(message.sides);
    },
    refused: ({ text, values }) => {
      awaited = 0;
      wanted = false;
      face();
      problems.replaceChildren(notice(t(text, values)));
    },
    ended: (message) => {
      over.add(message.side);
      if (over.size === 2) wanted = false;
      face();
      const advice = (message.advice || []).filter(([, values]) => Object.keys(values).every((name) => advised.includes(name)));
      endings.append(endingCard({ message: { ...message, advice }, label: names()[message.side], now: { compare: compared() }, act, go: () => run(true) }));
    },
  };
  link = socket("/training", {
    opened: (sender) => {
      link = sender;
      told?.remove();
      told = null;
      awaited = 0;
      make();
    },
    frame: (frame) => {
      if (frame.sides.length !== 2 || awaited > 0) return; // of the networks before these
      counted.textContent = t("Step {step}", { step: frame.step });
      bar.dataset.step = frame.step;
      draw(frame);
    },
    said: (message) => hear[message.said]?.(message),
    gone: () => {
      told ??= problems.insertAdjacentElement("afterend", notice(t("The server is gone. Start it again with `actlab lab`: this page comes back by itself and makes the same network again.")));
    },
  }).send;
  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.repeat || event.target.closest(CONTROLS)) return;
    event.preventDefault();
    run(!wanted);
  });
  const remakeSoon = () => {
    clearTimeout(remake);
    remake = setTimeout(make, 120);
  };
  return { element: element("div", { class: "lesson" }, element("h2", { class: "unseen" }, t("Training")), problems, bar, endings), send, make, remakeSoon, play: () => run(true) };
}
