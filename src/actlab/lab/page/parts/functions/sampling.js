// A function's values as points of a line, which breaks where the function jumps.

const COUNT = 401, HALVINGS = 44, JUMPS = 24;

/** The points of `value(x)` between two ends; where it jumps, a nan stands between both sides. */
export function sampled(value, [low, high]) {
  const raw = new Float64Array(COUNT), step = (high - low) / (COUNT - 1);
  for (let index = 0; index < COUNT; index++) raw[index] = value(low + index * step);
  const xs = new Float64Array(COUNT + 3 * JUMPS), ys = new Float64Array(COUNT + 3 * JUMPS);
  let length = 0, jumps = 0;
  const put = (x, y) => {
    xs[length] = x;
    ys[length++] = y;
  };
  for (let index = 0; index < COUNT; index++) {
    put(low + index * step, raw[index]);
    if (jumps < JUMPS && isSudden(raw, index)) {
      const sides = jump(value, low + index * step, low + (index + 1) * step);
      if (sides) {
        jumps++;
        put(...sides[0]);
        put(sides[0][0], NaN);
        put(...sides[1]);
      }
    }
  }
  return { xs: xs.subarray(0, length), ys: ys.subarray(0, length) };
}

function isSudden(raw, index) {
  if (index + 1 >= raw.length) return false;
  const way = (at) => (at >= 0 && at + 1 < raw.length ? Math.abs(raw[at + 1] - raw[at]) : 0);
  return way(index) > 1e-6 && way(index) > 2 * Math.max(way(index - 1), way(index + 1));
}

function jump(value, left, right) {
  let low = [left, value(left)], high = [right, value(right)];
  const whole = Math.abs(high[1] - low[1]);
  for (let turn = 0; turn < HALVINGS; turn++) {
    const x = (low[0] + high[0]) / 2, middle = [x, value(x)];
    if (Math.abs(middle[1] - low[1]) > Math.abs(high[1] - middle[1])) high = middle;
    else low = middle;
  }
  return Math.abs(high[1] - low[1]) > whole / 2 ? [low, high] : undefined;
}

/** Ends of an axis that hold all the lines, and change seldom while a line moves. */
export function limits(lines, [low, high]) {
  const far = 4 * Math.max(high - low, Math.abs(low), Math.abs(high));
  let least = 0, most = 0;
  for (const { ys } of lines)
    for (const y of ys) {
      if (y < least && y > -far) least = y;
      if (y > most && y < far) most = y;
    }
  const tall = Math.max(most - least, 0.5), power = 10 ** Math.floor(Math.log10(tall / 4));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= tall / 10);
  return [step * Math.floor((least - 0.05 * tall) / step), step * Math.ceil((most + 0.05 * tall) / step)];
}
