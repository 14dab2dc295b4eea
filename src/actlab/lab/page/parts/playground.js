// The playground: networks that learn on toy sets or a person's own columns, watched unit by unit.

import { announce, element, notice } from "/page/modules/dom.js";
import { button, radios, select, slider } from "/page/modules/controls.js";
import { t } from "/page/modules/language.js";
import { socket } from "/page/modules/server.js";
import { playgroundState, specs } from "/page/parts/playground/address.js";
import { whenSchemeChanges } from "/page/parts/playground/colours.js";
import { lossCurve } from "/page/parts/playground/curve.js";
import { exports } from "/page/parts/playground/exporting.js";
import { settings } from "/page/parts/playground/settings.js";
import { sideView } from "/page/parts/playground/side.js";

const LIVE = ["pace", "cutoff", "rows", "stop"]; // what may change without making the networks again
const QUIET = 2000; // milliseconds between two sentences for those who listen
const CONTROLS = "input, select, textarea, button, a, summary, [tabindex='0'], iframe";

/** Build the part. */
export async function mount(root) {
  const state = playgroundState(), now = state.values;
  let table = null, wanted = false, asked = [], exporting = 0, remake = 0, saidAt = 0, frame = null, link = () => {};

  const over = new Set(); // sides whose training ended

  const send = (message) => link(message);
  const make = () => {
    asked = specs(now, table);
    send({ do: "make", sides: asked });
    send({ do: "pace", steps: Number(now.pace) });
    if (wanted) send({ do: "play" });
  };
  const change = (changes) => {
    state.set(changes);
    if ("pace" in changes) send({ do: "pace", steps: Number(now.pace) });
    if ("stop" in changes) send({ do: "stop", stop: now.stop });
    if ("cutoff" in changes || "rows" in changes) for (const side of sides) side.redraw();
    if (Object.keys(changes).every((name) => LIVE.includes(name))) return;
    clearTimeout(remake);
    remake = setTimeout(make, 120);
  };
  const act = (changes) => {
    chosen.show(changes);
    change(changes);
    play.focus();
  };
  const go = () => {
    act({ stop: false });
    run(true);
  };
  const run = (going) => {
    wanted = going;
    over.clear();
    if (going) for (const side of sides) side.calm();
    send({ do: going ? "play" : "pause" });
    face();
  };
  const face = () => {
    play.textContent = wanted ? t("Pause") : t("Play");
    play.classList.toggle("main", !wanted);
  };

  const play = button(t("Play"), () => run(!wanted), { kind: "play main", title: t("Also with the space key") });
  const pace = select({ label: t("Pace"), value: now.pace, choices: [["1", t("1 step a frame")], ["5", t("5 steps a frame")], ["20", t("20 steps a frame")], ["100", t("100 steps a frame")]], change: (value) => change({ pace: value }) });
  const counted = element("p", { class: "counted" });
  const bar = element("section", { class: "panel bar", "aria-label": t("Training") }, play,
    button(t("One step"), () => {
      if (wanted) run(false);
      send({ do: "step", steps: 1 });
    }, { title: t("Learn from one batch, then wait") }),
    button(t("Start again"), () => {
      wanted = false;
      face();
      make();
    }, { title: t("Back to the first weights, from the same seed") }),
    pace.element, counted);

  const cutoff = slider({ label: t("Cutoff: answer the second class from this probability on"), value: now.cutoff, low: 0, high: 1, step: 0.01, change: (value) => change({ cutoff: value }) });
  const rows = radios({ label: t("Confusion matrix of"), value: now.rows, choices: [["test", t("test points")], ["train", t("training points")]], change: (value) => change({ rows: value }) });
  const saved = exports();
  const save = (index) => () => {
    exporting = index;
    send({ do: "export", side: index });
  };
  const sides = [0, 1].map((index) => sideView({ index, state, act, go, save: save(index), extra: index ? [] : [cutoff.element, rows.element] }));
  const losses = lossCurve();
  const problems = element("div", { class: "problems" });
  const chosen = settings({ state, change, useTable: (newTable) => {
    table = newTable;
    clearTimeout(remake);
    make();
  } });
  const stage = element("div", { class: "stage" }, sides[0].left, sides[0].right, losses.element, sides[1].left, sides[1].right);
  root.append(element("p", { class: "lead" }, t("Press Play and watch a small network learn to tell the points apart. Each square is a unit: blue where its output is above 0, orange red where it is below.")),
    ...state.problems.map((text) => notice(text)), problems, element("div", { class: "playground" }, chosen.element, element("div", { class: "work" }, bar, saved.element, stage)));
  sides[1].left.hidden = sides[1].right.hidden = true;

  const draw = (next) => {
    if (!asked.length || next.sides.length !== asked.length || !asked.every((_, index) => sides[index].fits(next))) return;
    const begun = performance.now();
    frame = next;
    losses.add(frame);
    const said = asked.map((_, index) => sides[index].draw(frame)).join(" ");
    counted.textContent = t("Step {step}, epoch {epoch}", { step: frame.step, epoch: Math.floor(frame.epoch) });
    stage.dataset.step = frame.step;
    stage.dataset.milliseconds = (performance.now() - begun).toFixed(2);
    if (!frame.playing || begun - saidAt > QUIET) {
      saidAt = begun;
      losses.describe(t("Loss by step. {said}", { said }));
      announce(`${counted.textContent}. ${said}`);
    }
  };

  const hear = {
    made: ({ sides: made }) => {
      problems.replaceChildren();
      over.clear();
      if (made.length !== asked.length) return;
      made.forEach((one, index) => sides[index].make(asked[index], one));
      sides[1].left.hidden = sides[1].right.hidden = made.length < 2;
      stage.classList.toggle("two", made.length > 1);
      cutoff.element.hidden = made[0].classes.length !== 2;
      rows.element.hidden = made[0].classes.length === 0;
      const threshold = t("Cutoff: answer “{class}” from this probability on", { class: made[0].classes[1] ?? "" });
      cutoff.element.querySelector("label").textContent = threshold;
      cutoff.element.querySelector("[aria-label]").setAttribute("aria-label", threshold);
      losses.clear();
      saved.clear();
    },
    refused: ({ text, values }) => {
      wanted = false;
      face();
      problems.replaceChildren(notice(t(text, values)));
    },
    ended: (message) => {
      sides[message.side]?.ended(message);
      over.add(message.side);
      if (over.size >= asked.length) wanted = false;
      face();
      announce(t(message.text, message.values));
    },
    exported: ({ files }) => saved.show(files, exporting ? "B" : "A"),
  };

  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.repeat || event.target.closest(CONTROLS)) return;
    event.preventDefault();
    run(!wanted);
  });
  whenSchemeChanges(() => sides.forEach((side) => side.repaint()));
  let told = null;
  link = socket("/training", {
    opened: (sender) => {
      link = sender;
      told?.remove();
      told = null;
      make();
    },
    frame: draw,
    said: (message) => hear[message.said]?.(message),
    gone: () => {
      told ??= problems.insertAdjacentElement("afterend", notice(t("The server is gone. Start it again with `actlab lab`: this page comes back by itself and makes the same network again.")));
    },
  }).send;
  face();
}
