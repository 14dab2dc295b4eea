// What a perceptron decides: its sums, all its cases, and what is enough to make it fire.

const rounded = (value) => Math.round(value * 1e9) / 1e9; // so that 0.1 + 0.2 equals 0.3

/** The weighted sum of inputs that are on or off. */
export const total = (weights, on) => rounded(weights.reduce((sum, weight, place) => sum + (on[place] ? weight : 0), 0));

/** How far a sum is above the threshold. */
export const above = (sum, threshold) => rounded(sum - threshold);

/** Every combination of inputs, from all on to all off. */
export function cases(count) {
  return Array.from({ length: 2 ** count }, (_, place) => Array.from({ length: count }, (_, input) => !((place >> (count - 1 - input)) & 1)));
}

/** The smallest sets of facts that are enough to fire whatever the other inputs are: lists of [input, on]. */
export function enough(weights, fires) {
  const least = weights.reduce((sum, weight) => sum + Math.min(0, weight), 0);
  const used = weights.map((weight, place) => [weight, place]).filter(([weight]) => weight !== 0);
  const sets = Array.from({ length: 2 ** used.length }, (_, chosen) => used.filter((_, bit) => (chosen >> bit) & 1))
    .filter((set) => fires(rounded(set.reduce((sum, [weight]) => sum + Math.abs(weight), least))))
    .sort((one, other) => one.length - other.length);
  const smallest = [];
  for (const set of sets) if (!smallest.some((known) => known.every((fact) => set.includes(fact)))) smallest.push(set);
  return smallest.map((set) => set.map(([weight, place]) => [place, weight > 0]));
}
