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
  let table = null, wanted = false, asked = [], awaited = 0, none = false, exporting = 0, remake = 0, saidAt = 0, frame = null, link = () => {};

  const over = new Set(), lost = new Set(); // sides whose training ended, and those of them that diverged

  const send = (message) => link(message);
  const make = () => {
    clearTimeout(remake);
    over.clear();
    lost.clear();
    asked = specs(now, table);
    awaited++;
    none = false;
    send({ do: "make", sides: asked });
    send({ do: "pace", steps: Number(now.pace) });
    face();
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
  /** Networks that diverged cannot go on: where none is left they are made anew. */
  const ready = () => {
    if (!none && asked.length && lost.size === asked.length) make();
    return !none;
  };
  const run = (going) => {
    if (!ready()) return;
    wanted = going;
    over.clear();
    sides.forEach((side, index) => (lost.has(index) ? over.add(index) : going && side.calm()));
    if (awaited === 0) send({ do: going ? "play" : "pause" }); // else when they are made
    face();
  };
  const face = () => {
    play.textContent = wanted ? t("Pause") : t("Play");
    play.classList.toggle("main", !wanted);
    for (const each of [play, once, ...sides.map((side) => side.saving)]) each.setAttribute("aria-disabled", none); // and keeps the focus
  };

  const play = button(t("Play"), () => run(!wanted), { kind: "play main", title: t("Also with the space key") });
  const pace = select({ label: t("Pace"), value: now.pace, choices: [["1", t("1 step a frame")], ["5", t("5 steps a frame")], ["20", t("20 steps a frame")], ["100", t("100 steps a frame")]], change: (value) => change({ pace: value }) });
  const counted = element("p", { class: "counted" });
  const once = button(t("One step"), () => {
    if (!ready()) return;
    if (wanted) run(false);
    send({ do: "step", steps: 1 });
  }, { title: t("Learn from one batch, then wait") });
  const bar = element("section", { class: "panel bar", "aria-label": t("Training") }, play, once,
    button(t("Start again"), () => {
      wanted = false;
      make();
    }, { title: t("Back to the first weights, from the same seed") }),
    pace.element, counted);

  const cutoff = slider({ label: t("Cutoff: answer the second class from this probability on"), value: now.cutoff, low: 0, high: 1, step: 0.01, change: (value) => change({ cutoff: value }) });
  const rows = radios({ label: t("Confusion matrix of"), value: now.rows, choices: [["test", t("test points")], ["train", t("training points")]], change: (value) => change({ rows: value }) });
  const saved = exports();
  const save = (index) => () => {
    if (none) return;
    exporting = index;
    send({ do: "export", side: index });
  };
  const sides = [0, 1].map((index) => sideView({ index, state, act, go, save: save(index), extra: index ? [] : [cutoff.element, rows.element] }));
  const losses = lossCurve();
  const problems = element("div", { class: "problems" });
  const chosen = settings({ state, change, useTable: (newTable) => {
    table = newTable;
    make();
  } });
  const stage = element("div", { class: "stage" }, sides[0].left, sides[0].right, losses.element, sides[1].left, sides[1].right);
  root.append(element("p", { class: "lead" }, t("Press Play and watch a small network learn to tell the points apart. Each square in the middle is a unit: blue where its output is above 0, orange red where it is below. On the left are the two inputs, on the right is the answer, in the colours of the large picture.")),
    ...state.problems.map((text) => notice(text)), problems, element("div", { class: "playground" }, chosen.element, element("div", { class: "work" }, bar, saved.element, stage)));
  sides[1].left.hidden = sides[1].right.hidden = true;

  const draw = (next) => {
    if (!asked.length || awaited > 0 || next.sides.length !== asked.length || !asked.every((_, index) => sides[index].fits(next))) return;
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
      announce(t("{one}. {other}", { one: counted.textContent, other: said }));
    }
  };

  const hear = {
    made: ({ sides: made }) => {
      awaited = Math.max(0, awaited - 1);
      if (awaited > 0 || made.length !== asked.length) return;
      problems.replaceChildren();
      stage.hidden = false;
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
      if (wanted) send({ do: "play" });
      face();
    },
    refused: ({ of, text, values }) => {
      if (of === "make") awaited = Math.max(0, awaited - 1);
      if (awaited > 0 || (none && of !== "make")) return; // newer networks are on their way, or it was said why there are none
      wanted = false;
      none = stage.hidden = true;
      counted.textContent = "";
      face();
      problems.replaceChildren(notice(t(text, values)));
    },
    ended: (message) => {
      if (awaited > 0) return; // of the networks before these
      sides[message.side]?.ended(message);
      over.add(message.side);
      if (message.why === "diverged") lost.add(message.side);
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
  link = socket("/training", {
    problems,
    opened: (sender) => {
      link = sender;
      awaited = 0;
      if (table) chosen.again(); // this may be another server, without the table
      else make();
    },
    frame: draw,
    said: (message) => hear[message.said]?.(message),
    gone: () => {
      none = true;
      awaited = 0;
      face();
    },
  }).send;
  face();
}
