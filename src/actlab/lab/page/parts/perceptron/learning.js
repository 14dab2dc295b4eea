// Rosenblatt's rule (1958), one case at a time: after a mistake, move the weights towards what was wanted.

import { above, total } from "/page/parts/perceptron/rule.js";

export const MOST_ROUNDS = 1000;

/** One case: what was decided, and the weights and threshold afterwards. */
export function lesson({ weights, threshold, rate }, on, wanted) {
  const decided = above(total(weights, on), threshold) > 0;
  const way = rate * (Number(wanted) - Number(decided));
  const tidy = (value) => Math.round(value * 1e9) / 1e9;
  return { decided, way, weights: weights.map((weight, place) => (on[place] ? tidy(weight + way) : weight)), threshold: tidy(threshold - way) };
}

/**
 * Rounds until no case is decided wrongly. `settled` after one without a mistake; `circles` when weights come back that
 * began a round before: from there on everything repeats itself, which happens only where no line divides the cases.
 */
export function rounds(start, asked) {
  let { weights, threshold } = start;
  const seen = new Set();
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const key = JSON.stringify([weights, threshold]);
    if (seen.has(key)) return { end: "circles", round: round - 1, weights, threshold };
    seen.add(key);
    let mistakes = 0;
    for (const { on, wanted } of asked) {
      const now = lesson({ weights, threshold, rate: start.rate }, on, wanted);
      [weights, threshold] = [now.weights, now.threshold];
      mistakes += now.way !== 0;
    }
    if (mistakes === 0) return { end: "settled", round, weights, threshold };
  }
  return { end: "open", round: MOST_ROUNDS, weights, threshold };
}
