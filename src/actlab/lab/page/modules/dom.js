// Elements in one expression, and what is said to those who listen.

const SVG = "http://www.w3.org/2000/svg";

/** An element with its attributes and children; `on` holds listeners, `class`, `dataset` and properties do as named. */
export function element(name, attributes = {}, ...children) {
  return build(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function drawn(name, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, name), attributes, children);
}

function build(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

let said = 0;

/** Say a sentence to screen readers; many within a second become the last one. */
export function announce(sentence) {
  clearTimeout(said);
  said = setTimeout(() => (document.getElementById("live").textContent = sentence), 300);
}

/** A box with a sentence, or an error that has one, about something that went wrong or that a person should know. */
export function notice(said, kind = "problem") {
  const words = said instanceof Error ? spoken(said.message, said.english) : [said];
  return element("p", { class: `notice ${kind}`, role: kind === "problem" ? "alert" : "status" }, ...words);
}

/** A sentence whose `english` part, if it has one, says that it is English. */
export function spoken(sentence, english) {
  const at = english ? sentence.indexOf(english) : -1;
  return at < 0 ? [sentence] : [sentence.slice(0, at), element("span", { lang: "en" }, english), sentence.slice(at + english.length)];
}

/** Call `draw` at most once a frame, with what was asked for last. */
export function eachFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  };
}
