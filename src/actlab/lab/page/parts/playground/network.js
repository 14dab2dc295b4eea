// A network at work: a picture of what each unit answers, and its weights as lines.

import { element } from "/page/modules/dom.js";
import { t } from "/page/modules/language.js";
import { colours, outline, paint, SHAPES } from "/page/parts/playground/colours.js";
import { badges, unitButtons } from "/page/parts/playground/units.js";

const WIDTHS = [0.6, 1.2, 2, 3, 4.5, 6.5]; // lines of one width are one stroke: a thousand strokes a frame are too many
const MOST = 300; // weights drawn: a thousand are a tangle, and take a browser longer than the next picture does to come
const NAMES = 18; // height of a line of text above the units

/** The drawing of one side; `chosen(layer, unit)` when a unit is pressed, or nothing when it is let go. */
export function networkView({ chosen }) {
  const canvas = element("canvas", { class: "network-lines", "aria-hidden": "true" });
  const units = unitButtons({ chosen });
  const node = element("div", { class: "network" }, canvas, units.element);
  const context = canvas.getContext("2d");
  const density = Math.min(2, devicePixelRatio || 1);
  let spec, made, wide = 0, columns = [], size = 40, atlases = [], last, inputs;

  const outputs = () => (made.classes.length > 2 ? made.classes.length : 1);

  const lay = () => {
    if (!spec || wide <= 0) return;
    const counts = [2, ...spec.layers.map((layer) => layer.units), outputs()];
    const tallest = Math.max(...counts);
    size = Math.max(20, Math.min(52, Math.floor(wide / (counts.length * 1.45)), Math.floor(460 / tallest) - 6));
    const step = size + Math.max(4, Math.min(22, Math.floor(440 / tallest) - size)), high = NAMES + tallest * step + 14;
    const apart = counts.length > 1 ? (wide - size - 4) / (counts.length - 1) : 0;
    columns = counts.map((count, column) => Array.from({ length: count }, (_, index) => ({
      x: 2 + size / 2 + column * apart, y: NAMES + 4 + (high - NAMES - 14) / 2 + (index - (count - 1) / 2) * step })));
    canvas.width = Math.round(wide * density);
    canvas.height = Math.round(high * density);
    node.style.setProperty("--network-height", `${high}px`);
    units.place(columns.slice(1, -1), size, NAMES);
    if (last) draw(last);
  };

  const lines = (frame, side) => {
    const all = Array.from({ length: columns.length - 1 }, (_, layer) => frame.arrays[`${side}/weights/${layer}`]);
    if (all.some((weights, layer) => !weights || weights.length !== columns[layer].length * columns[layer + 1].length)) return;
    const sizes = Float32Array.from(all.flatMap((weights) => Array.from(weights, (weight) => (Number.isFinite(weight) ? Math.abs(weight) : 0)))).sort();
    const largest = Math.max(1e-6, sizes.at(-1)), least = Math.max(0.02 * largest, sizes.at(-MOST) ?? 0);
    const paths = WIDTHS.flatMap(() => [new Path2D(), new Path2D()]);
    all.forEach((weights, layer) => {
      const from = columns[layer], to = columns[layer + 1];
      const bend = (to[0].x - from[0].x) / 2;
      for (let at = 0; at < weights.length; at++) {
        const weight = Math.abs(weights[at]), share = weight / largest;
        if (!(weight >= least)) continue;
        const start = from[Math.floor(at / to.length)], end = to[at % to.length];
        const path = paths[2 * Math.min(WIDTHS.length - 1, Math.floor(share * WIDTHS.length)) + (weights[at] < 0 ? 1 : 0)];
        path.moveTo(start.x, start.y);
        path.bezierCurveTo(start.x + bend, start.y, end.x - bend, end.y, end.x, end.y);
      }
    });
    const now = colours();
    paths.forEach((path, index) => {
      const width = WIDTHS[index >> 1];
      context.lineWidth = width;
      context.globalAlpha = 0.35 + 0.1 * (index >> 1);
      context.strokeStyle = index % 2 ? now.low : now.high;
      context.setLineDash(index % 2 ? [Math.max(4, 2 * width), Math.max(3, 1.2 * width)] : []);
      context.stroke(path);
    });
    context.globalAlpha = 1;
    context.setLineDash([]);
  };

  /** Every layer's pictures lie one below the other in one image, so that one call brings them to the canvas. */
  const heats = (frame, side) => spec.layers.forEach((layer, index) => {
    const values = frame.arrays[`${side}/heat/${index}`];
    if (!values || values.length % layer.units) return;
    const cells = values.length / layer.units, edge = Math.round(Math.sqrt(cells));
    const atlas = fitted(index, edge, edge * layer.units);
    for (let unit = 0; unit < layer.units; unit++) {
      let most = 1e-9;
      for (let at = unit * cells; at < (unit + 1) * cells; at++) if (Math.abs(values[at]) > most) most = Math.abs(values[at]);
      paint(atlas.pixels, unit * cells, values, unit * cells, cells, -most, most);
    }
    atlas.context.putImageData(atlas.image, 0, 0);
    columns[index + 1].forEach((place, unit) => picture(place, atlas.canvas, unit * edge, edge));
  });

  const fitted = (index, across, down) => {
    if (atlases[index]?.image.width === across && atlases[index].image.height === down) return atlases[index];
    const sheet = element("canvas", { width: across, height: down }), image = new ImageData(across, down);
    return (atlases[index] = { canvas: sheet, context: sheet.getContext("2d"), image, pixels: new Uint32Array(image.data.buffer) });
  };

  const picture = (place, source, from, edge) => {
    context.save();
    context.translate(place.x - size / 2, place.y + size / 2);
    context.scale(1, -1); // row 0 is the lowest
    context.fillStyle = colours().surface;
    context.fillRect(0, 0, size, size);
    context.drawImage(source, 0, from, edge, edge, 0, 0, size, size);
    context.restore();
    context.strokeStyle = colours().muted;
    context.lineWidth = 1;
    context.strokeRect(place.x - size / 2, place.y - size / 2, size, size);
  };

  const ends = (frame, side, range) => {
    const edge = 20, sheet = (inputs ??= [0, 1].map((column) => {
      const values = Float32Array.from({ length: edge * edge }, (_, at) => (column ? Math.floor(at / edge) : at % edge) / (edge - 1));
      const one = fitted(`input ${column}`, edge, edge);
      paint(one.pixels, 0, values, 0, edge * edge, 0, 1);
      one.context.putImageData(one.image, 0, 0);
      return one.canvas;
    }));
    columns[0].forEach((place, column) => picture(place, sheet[column], 0, edge));
    const answers = columns.at(-1), values = frame.arrays[`${side}/surface`], now = colours();
    if (answers.length === 1 && values) {
      const cells = Math.round(Math.sqrt(values.length)), one = fitted("output", cells, cells);
      paint(one.pixels, 0, values, 0, values.length, ...range);
      one.context.putImageData(one.image, 0, 0);
      picture(answers[0], one.canvas, 0, cells);
    } else answers.forEach((place, index) => {
      context.fillStyle = now.surface;
      context.fillRect(place.x - size / 2, place.y - size / 2, size, size);
      context.strokeStyle = now.ink;
      context.strokeRect(place.x - size / 2, place.y - size / 2, size, size);
      context.beginPath();
      outline(context, index % SHAPES.length, place.x, place.y, size * 0.5);
      context.fillStyle = now.series[index % now.series.length];
      context.fill();
    });
    const [first, second] = columns[0], above = -size / 2 - 4, below = size / 2 + 13;
    for (const [text, place, up, align] of [[made.names[0], first, above, "left"], [made.names[1], second, below, "left"], [t("output"), answers[0], above, "right"]]) called(text, place, up, align);
  };

  /** A name at a square, over the lines and no wider than the way to the next column; one without room stands at the top. */
  const called = (text, place, up, align) => {
    context.font = "12px system-ui, sans-serif";
    const room = columns[1][0].x - columns[0][0].x - 3, wide = (words) => context.measureText(words).width;
    let words = text.length > 10 ? `${text.slice(0, 9)}…` : text;
    const fits = wide(words) <= room;
    while (align === "left" && words.length > 2 && wide(words) > room) words = `${words.slice(0, -2)}…`;
    const now = colours(), x = place.x + (align === "left" ? -size / 2 : size / 2), y = fits || align === "left" ? place.y + up : 12;
    context.textAlign = align;
    [context.strokeStyle, context.lineWidth, context.lineJoin, context.fillStyle] = [now.surface, 4, "round", now.muted];
    context.strokeText(words, x, y);
    context.fillText(words, x, y);
  };

  const draw = (now) => {
    last = now;
    if (!spec || !columns.length) return;
    const { frame, side, range } = now;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, wide, canvas.height);
    lines(frame, side);
    heats(frame, side);
    ends(frame, side, range);
    spec.layers.forEach((layer, index) => units.health(index, frame.arrays[`${side}/status/${index}`]));
  };

  new ResizeObserver(([{ contentRect }]) => {
    wide = Math.round(contentRect.width);
    lay();
  }).observe(node);
  const make = (newSpec, newMade) => {
    [spec, made, last] = [newSpec, newMade, undefined];
    units.make(spec.layers);
    lay();
  };
  return { element: node, make, draw, repaint: () => { inputs = undefined; if (last) draw(last); }, leave: units.leave, release: units.release };
}

/** What the lines and the badges mean. */
export function networkLegend() {
  return element("div", { class: "muted" },
    element("div", { class: "legend-lines" },
      element("span", { class: "key positive" }, t("weight above 0")), element("span", { class: "key negative" }, t("weight below 0")),
      element("span", {}, t("wider: larger; the {count} largest at most", { count: MOST }))),
    badges());
}
