// What one side's scores say: accuracy, the confusion matrix at the cutoff, errors of numbers, and how its units are.

import { element } from "/page/modules/dom.js";
import { number, t } from "/page/modules/language.js";
import { HEALTH } from "/page/parts/playground/units.js";

const shareOf = (value) => (Number.isFinite(value) ? t("{percent} %", { percent: number(Math.round(1000 * value) / 10) }) : "–");

/** How often each true class (row) was answered as each class (column). */
export function confusion(scores, labels, classes, cutoff) {
  const table = Array.from({ length: classes }, () => new Array(classes).fill(0));
  const wide = classes > 2 ? classes : 1;
  labels.forEach((label, row) => {
    let answer = 0;
    if (wide === 1) answer = scores[row] >= cutoff ? 1 : 0;
    else for (let each = 1; each < wide; each++) if (scores[row * wide + each] > scores[row * wide + answer]) answer = each;
    if (table[label]) table[label][answer]++;
  });
  return table;
}

/** The share on the diagonal. */
export function accuracy(table) {
  let right = 0, all = 0;
  table.forEach((row, index) => row.forEach((count, column) => {
    all += count;
    if (index === column) right += count;
  }));
  return right / all;
}

/** Root mean squared error, and the share of the variance that is explained. */
export function errors(scores, labels) {
  const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  let squares = 0, around = 0;
  labels.forEach((label, row) => {
    squares += (scores[row] - label) ** 2;
    around += (label - mean) ** 2;
  });
  return { error: Math.sqrt(squares / labels.length), explained: 1 - squares / around };
}

/** How the units of a side are, in words. */
export function healthOf(layers) {
  const total = layers.reduce((sum, layer) => sum + Object.values(layer.units).reduce((one, count) => one + count, 0), 0);
  const found = HEALTH.slice(1).reverse().map(({ name, word }) => [word, layers.reduce((sum, layer) => sum + (layer.units[name] || 0), 0)]).filter(([, count]) => count);
  if (total === 0) return t("There are no hidden units: the output only weighs the two inputs, so only straight boundaries can be learned.");
  if (!found.length) return t("All {total} units are alive.", { total });
  const [[word, count], ...rest] = found;
  const first = count === 1 ? t("1 of {total} units is {health}", { total, health: word }) : t("{count} of {total} units are {health}", { count, total, health: word });
  const others = rest.map(([other, many]) => t("{count} {health}", { count: many, health: other })), comma = t(", ");
  return t("{list}.", { list: [first, ...others].join(comma) });
}

/** The place of a side's numbers; `draw` tells the new ones and returns them as one sentence. */
export function resultsView(side) {
  const scored = element("dl", { class: "scores" });
  const head = element("tr"), body = element("tbody");
  const caption = element("caption");
  const table = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Confusion matrix of {side}", { side }) }, element("table", { class: "confusion" }, caption, element("thead", {}, head), body));
  const health = element("p", { class: "health" });
  let shape = "", values = [], cells = [];

  const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };

  const lay = (titles, classes) => {
    const key = JSON.stringify([titles, classes]);
    if (key === shape) return;
    shape = key;
    values = titles.map(() => element("dd"));
    scored.replaceChildren(...titles.flatMap((title, index) => [element("dt", {}, title), values[index]]));
    table.hidden = classes.length === 0;
    head.replaceChildren(element("td"), ...classes.map((name) => element("th", { scope: "col", class: "number" }, t("answer {class}", { class: name }))));
    cells = classes.map(() => classes.map(() => element("td", { class: "number" })));
    body.replaceChildren(...classes.map((name, index) => element("tr", {}, element("th", { scope: "row" }, t("truly {class}", { class: name })), ...cells[index])));
    cells.forEach((row, index) => row[index].classList.add("right"));
  };

  const draw = ({ made, scores, layers, loss, cutoff, rows }) => {
    const classes = made.classes.map(String), labels = { train: made.train.map((row) => row[2]), test: made.test.map((row) => row[2]) };
    let told;
    if (classes.length) {
      lay([t("Accuracy, training"), t("Accuracy, test"), t("Loss, training"), t("Loss, test")], classes);
      const tables = { train: confusion(scores.train, labels.train, classes.length, cutoff), test: confusion(scores.test, labels.test, classes.length, cutoff) };
      const right = { train: accuracy(tables.train), test: accuracy(tables.test) };
      [shareOf(right.train), shareOf(right.test), lossOf(loss.train), lossOf(loss.test)].forEach((text, index) => write(values[index], text));
      tables[rows].forEach((row, index) => row.forEach((count, column) => write(cells[index][column], String(count))));
      write(caption, rows === "train" ? t("Confusion matrix of the training points") : t("Confusion matrix of the test points"));
      told = t("loss {loss}, test accuracy {accuracy}", { loss: lossOf(loss.train), accuracy: shareOf(right.test) });
    } else {
      lay([t("Typical error, training"), t("Typical error, test"), t("Variance explained, test"), t("Loss, training"), t("Loss, test")], []);
      const [train, test] = [errors(scores.train, labels.train), errors(scores.test, labels.test)];
      [number(train.error), number(test.error), shareOf(test.explained), lossOf(loss.train), lossOf(loss.test)].forEach((text, index) => write(values[index], text));
      told = t("loss {loss}, typical test error {error}", { loss: lossOf(loss.train), error: number(test.error) });
    }
    write(health, healthOf(layers));
    return t("{one}. {other}", { one: told, other: health.textContent });
  };
  return { element: element("div", { class: "results" }, scored, table), health, draw };
}

const lossOf = (value) => (value === null ? t("not a number") : number(value, 3));
