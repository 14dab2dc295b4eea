// Controls with a label each; every one tells its `change` the new value.

import { element } from "/page/modules/dom.js";

let count = 0;
const named = (prefix) => `${prefix}-${++count}`;

/** A slider with a number box beside it: both move, both can be typed in. `scale` "log" makes equal ways equal ratios. */
export function slider({ label, value, low, high, step = "any", scale = "linear", change }) {
  const id = named("slider");
  const inward = scale === "log" ? Math.log10 : (x) => x, outward = scale === "log" ? (x) => 10 ** x : (x) => x;
  const fine = step === "any" || scale === "log" ? (inward(high) - inward(low)) / 400 : step;
  const range = element("input", { type: "range", id, min: inward(low), max: inward(high), step: fine });
  const box = element("input", { type: "number", min: low, max: high, step, "aria-label": label });
  const show = (now) => {
    range.value = inward(now);
    range.setAttribute("aria-valuetext", String(Number(now.toPrecision(4))));
    if (document.activeElement !== box) box.value = Number(now.toPrecision(4));
  };
  const take = (now) => {
    value = Math.min(high, Math.max(low, now));
    show(value);
    change(value);
  };
  range.addEventListener("input", () => take(outward(Number(range.value))));
  box.addEventListener("input", () => box.value !== "" && Number.isFinite(box.valueAsNumber) && take(box.valueAsNumber));
  box.addEventListener("blur", () => (box.value = Number(value.toPrecision(4))));
  show(value);
  return { element: element("div", { class: "control slider" }, element("label", { for: id }, label), range, box),
    get value() { return value; }, set value(now) { value = now; show(now); },
    /** Another upper end; a value above it moves there. */
    set high(end) {
      high = end;
      range.max = inward(end);
      box.max = end;
      value = Math.min(value, end);
      show(value);
    } };
}

/** A list to choose from: `choices` are pairs of value and text, or groups `{ group, choices }`. */
export function select({ label, value, choices, change }) {
  const id = named("select");
  const option = ([key, text]) => element("option", { value: key, selected: key === value }, text);
  const node = element("select", { id, on: { change: () => change(node.value) } },
    ...choices.map((each) => each.group === undefined ? option(each) : element("optgroup", { label: each.group }, ...each.choices.map(option))));
  return { element: element("div", { class: "control" }, element("label", { for: id }, label), node),
    get value() { return node.value; }, set value(now) { node.value = now; } };
}

/** A box to tick. */
export function toggle({ label, value, change }) {
  const id = named("toggle");
  const node = element("input", { type: "checkbox", id, checked: value, on: { change: () => change(node.checked) } });
  return { element: element("div", { class: "control toggle" }, node, element("label", { for: id }, label)),
    get value() { return node.checked; }, set value(now) { node.checked = now; } };
}

/** A button; `pressed` makes it one that stays down. */
export function button(label, press, { kind = "", pressed = undefined, title = undefined } = {}) {
  return element("button", { type: "button", class: kind, "aria-pressed": pressed, title, on: { click: press } }, label);
}

/** Some words of which one holds, as a row of radio buttons. */
export function radios({ label, value, choices, change }) {
  const name = named("radios");
  const items = choices.map(([key, text]) => {
    const input = element("input", { type: "radio", name, value: key, checked: key === value, on: { change: () => change(key) } });
    return element("label", {}, input, element("span", {}, text));
  });
  const node = element("fieldset", { class: "control radios" }, element("legend", {}, label), ...items);
  return { element: node, get value() { return node.querySelector(":checked").value; },
    set value(now) { for (const input of node.querySelectorAll("input")) input.checked = input.value === now; } };
}

/** A place where a file is dropped, or chosen with the keyboard. */
export function dropzone({ label, accept, take }) {
  const id = named("file");
  const input = element("input", { type: "file", id, accept, on: { change: () => {
    if (input.files[0]) take(input.files[0]);
    input.value = "";
  } } });
  const node = element("div", { class: "dropzone" }, element("label", { for: id }, label), input);
  for (const event of ["dragenter", "dragover"]) node.addEventListener(event, (e) => { e.preventDefault(); node.classList.add("over"); });
  for (const event of ["dragleave", "drop"]) node.addEventListener(event, (e) => { e.preventDefault(); node.classList.remove("over"); });
  node.addEventListener("drop", (e) => e.dataTransfer.files[0] && take(e.dataTransfer.files[0]));
  return { element: node };
}
