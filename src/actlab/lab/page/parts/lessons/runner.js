// Two networks of a lesson, trained side by side by the server: play, pause, so many steps at once, start again.

import { element, notice } from "/page/modules/dom.js";
import { button } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { socket } from "/page/modules/server.js";
import { endingCard } from "/page/parts/playground/ending.js";

const [PACE, STRIDE] = [5, 10]; // steps a frame while it plays, and while it walks so many steps
const CONTROLS = "input, select, button, a, summary";

/**
 * The bar of buttons and what they do. `specs()` says what to train, `made(sides)` and `draw(frame)` what came;
 * `names` call the sides, `many` is the number of steps of one button, `again` is told before all starts anew. `advised` are the settings that advice may
 * change: `act(changes)` does it, and `compared()` says which of them differs on the right.
 */
export function runner({ specs, made, draw, names, many = 500, again = () => {}, advised = [], act = () => {}, compared = () => undefined }) {
  let wanted = false, remake = 0, link = () => {}, awaited = 0, there = false, step = 0;
  let walking = null, next = null; // the walk that is going on, and what to do once the networks are there
  const lost = new Set(); // sides that diverged
  const problems = element("div", { class: "problems" }), endings = element("div");
  const counted = element("p", { class: "counted" }, t("Step {step}", { step: 0 }));
  const send = (message) => link(message);

  const face = () => {
    play.textContent = going() ? t("Pause") : t("Play");
    play.classList.toggle("main", !going());
  };
  const going = () => wanted || walking !== null;
  /** Do it now, or once there are networks; new ones where both diverged, since those cannot go on. */
  const start = (what) => {
    if (remake || lost.size === 2 || (!there && awaited === 0)) make();
    if (awaited > 0) next = what;
    else what();
  };
  const run = (playing) => {
    wanted = playing;
    walking = next = null;
    send({ do: "pace", steps: PACE });
    send({ do: playing ? "play" : "pause" });
    face();
  };
  const make = () => {
    clearTimeout(remake);
    wanted = false;
    walking = next = null;
    remake = step = 0;
    there = false;
    lost.clear();
    endings.replaceChildren();
    awaited++;
    send({ do: "make", sides: specs() });
    face();
  };
  const stride = () => {
    walking.until = Math.min(step + walking.pace, walking.goal);
    send({ do: "step", steps: walking.until - step });
  };
  /** So many steps, of which each picture shows `pace` more, however long it takes to draw one. */
  const walk = (steps, pace = STRIDE) => start(() => {
    wanted = false;
    walking = { goal: step + steps, pace };
    send({ do: "pace", steps: pace });
    stride();
    face();
  });
  const proceed = () => {
    if (step < walking.goal) return stride();
    walking = null;
    face();
  };
  const toggle = () => (going() ? run(false) : start(() => run(true)));
  const play = button(t("Play"), toggle, { kind: "play main", title: t("Also with the space key") });
  const afresh = () => {
    again();
    make();
  };
  const bar = element("section", { class: "panel bar", "aria-label": t("Training") }, play,
    button(t("One step"), () => walk(1), { title: t("Learn from one batch, then wait") }),
    button(t("{steps} steps", { steps: many }), () => walk(many)),
    button(t("Start again"), afresh, { title: t("Back to the first weights, from the same seed") }), counted);

  const hear = {
    made: (message) => {
      awaited--;
      problems.replaceChildren();
      there = true;
      made(message.sides);
      if (awaited > 0) return;
      const what = next;
      next = null;
      what?.();
    },
    refused: ({ text, values }) => {
      awaited = 0;
      wanted = false;
      walking = next = null;
      face();
      problems.replaceChildren(notice(t(text, values)));
    },
    ended: (message) => {
      if (message.why === "diverged") lost.add(message.side);
      if (lost.size === 2) {
        wanted = false;
        walking = null;
      }
      face();
      const advice = (message.advice || []).filter(([, values]) => Object.keys(values).every((name) => advised.includes(name)));
      endings.append(endingCard({ message: { ...message, advice }, label: names()[message.side], now: { compare: compared() }, act, go: () => run(true) }));
    },
  };
  link = socket("/training", {
    problems,
    opened: (sender) => {
      link = sender;
      awaited = 0;
      const what = next; // asked for while there was no server
      make();
      next = what;
    },
    frame: (frame) => {
      if (frame.sides.length !== 2 || awaited > 0) return; // of the networks before these
      if (walking && frame.step > step && frame.step < walking.until) return; // a part of what one picture shows
      step = frame.step;
      counted.textContent = t("Step {step}", { step });
      bar.dataset.step = step;
      if (step >= walking?.until) proceed();
      draw(frame);
    },
    said: (message) => hear[message.said]?.(message),
    gone: () => {
      there = false;
    },
  }).send;
  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.repeat || event.target.closest(CONTROLS)) return;
    event.preventDefault();
    toggle();
  });
  const remakeSoon = () => {
    clearTimeout(remake);
    remake = setTimeout(make, 120);
  };
  return { element: element("div", { class: "lesson" }, element("h2", { class: "unseen" }, t("Training")), problems, bar, endings), make, remakeSoon, walk,
    swap: (side, activation) => {
      lost.delete(side); // it goes on from where it was
      send({ do: "swap", side, activation });
    } };
}
