"""Where the polynomial coefficients of the kernels' words come from: Remez fits with mpmath, printed as Python.

Run it by hand: `python benchmarks/fit_coefficients.py` prints what stands in src/actlab/compilers/coefficients.py, each
fit with its largest error, weighted so that it is relative to the word's result. It takes about a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mpmath
import numpy as np
from mpmath import mpf

mpmath.mp.dps = 45
Function = Callable[[mpf], mpf]
Known = dict[tuple[str, int], mpf]
GRID = 600
ROUNDS = 12


@dataclass(frozen=True)
class Fit:
    """A polynomial for `target` on [low, high]; its error counts times `weight`."""

    word: str
    target: Function
    weight: Function
    low: mpf
    high: mpf
    terms: dict[str, int]


def remez(fit: Fit, terms: int) -> tuple[mpf, list[mpf]]:
    """The best polynomial with `terms` coefficients, lowest power first, and its largest weighted error."""
    middle, half = (fit.low + fit.high) / 2, (fit.high - fit.low) / 2
    grid = [middle - half * mpmath.cos(mpmath.pi * k / GRID) for k in range(GRID + 1)]
    targets, weights = [fit.target(x) for x in grid], [fit.weight(x) for x in grid]
    picked = [round(GRID * k / terms) for k in range(terms + 1)]
    best: tuple[mpf, list[mpf]] | None = None
    for _ in range(ROUNDS):
        rows = [[weights[i] * grid[i] ** k for k in range(terms)] + [(-1) ** j] for j, i in enumerate(picked)]
        solved = mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix([weights[i] * targets[i] for i in picked]))
        coefficients = [solved[k] for k in range(terms)]
        errors = [
            w * (t - mpmath.polyval(coefficients[::-1], x)) for x, t, w in zip(grid, targets, weights, strict=True)
        ]
        largest = max(abs(error) for error in errors)
        if best is None or largest < best[0]:
            best = largest, coefficients
        extremes = alternating_extremes(errors, terms + 1)
        if len(extremes) < terms + 1 or extremes == picked:
            break
        picked = extremes
    assert best is not None
    return best


def alternating_extremes(errors: list[mpf], wanted: int) -> list[int]:
    """The places of the largest error between any two changes of sign, `wanted` of them at most."""
    extremes, current = [], 0
    for i, error in enumerate(errors):
        if (error > 0) != (errors[current] > 0):
            extremes.append(current)
            current = i
        elif abs(error) > abs(errors[current]):
            current = i
    extremes.append(current)
    while len(extremes) > wanted:
        extremes.pop(0 if abs(errors[extremes[0]]) < abs(errors[extremes[-1]]) else -1)
    return extremes


def exp_tail(r: mpf) -> mpf:
    """(exp(r) - 1 - r) / r**2."""
    return (mpmath.expm1(r) - r) / r**2 if abs(r) > 1e-12 else mpf(1) / 2 + r / 6


def log_tail(m: mpf) -> mpf:
    """(log(1 + m) - m + m**2 / 2) / m**3."""
    return (mpmath.log1p(m) - m + m * m / 2) / m**3 if abs(m) > 1e-10 else mpf(1) / 3 - m / 4


def log1p_tail(e: mpf) -> mpf:
    """(log(1 + e) - e) / e**2."""
    return (mpmath.log1p(e) - e) / e**2 if e > 1e-12 else e / 3 - mpf(1) / 2


def erf_tail(s: mpf) -> mpf:
    """erf(a) / a - 1 at s = a**2."""
    return mpmath.erf(mpmath.sqrt(s)) / mpmath.sqrt(s) - 1 if s > 1e-20 else 2 / mpmath.sqrt(mpmath.pi) - 1


def tanh_tail(s: mpf) -> mpf:
    """(a - tanh(a)) / a**3 at s = a**2."""
    a = mpmath.sqrt(s)
    return (a - mpmath.tanh(a)) / a**3 if s > 1e-10 else mpf(1) / 3 - 2 * s / 15


@dataclass(frozen=True)
class Quotient:
    """Polynomials q and r with q / (factor * a * q + r) = target(a) for 0 <= a <= high; errors count times `weight`.

    Far out a quotient with a factor hardly depends on q and r, so that their rounding errors do not matter there.
    """

    target: Function
    weight: Function
    factor: mpf
    high: mpf
    degrees: tuple[int, int]

    @property
    def grid(self) -> list[mpf]:
        """Points from 0 to the end, dense around 0."""
        end = (self.high - 2) / (self.high + 2)
        discs = [(end - 1) / 2 - (end + 1) / 2 * mpmath.cos(mpmath.pi * k / GRID) for k in range(GRID + 1)]
        return [2 * (1 + p) / (1 - p) for p in discs]

    def parts(self, known: Known, a: mpf) -> tuple[mpf, mpf]:
        """The numerator and the denominator."""
        top, rest = (mpmath.polyval([known[name, k] for k in range(d, -1, -1)], a) for name, d in self.sizes)
        return top, self.factor * a * top + rest

    @property
    def sizes(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """The names of the two polynomials, and their degrees."""
        return ("top", self.degrees[0]), ("rest", self.degrees[1])

    def fit(self, known: Known) -> tuple[mpf, Known]:
        """The largest relative error and all coefficients, of which some are known already."""
        grid = self.grid
        targets, weights = [self.target(a) for a in grid], [self.weight(a) for a in grid]
        names = [(name, k) for name, degree in self.sizes for k in range(degree + 1) if (name, k) not in known]
        wanted = len(names) + 1
        picked = [max(1, round(GRID * (1 - mpmath.cos(mpmath.pi * (j + 0.4) / wanted)) / 2)) for j in range(wanted)]
        bottoms, best = [mpf(1)] * len(grid), None
        for step in range(6 * ROUNDS):
            rows = [
                [weights[i] * self.share(name, grid[i], targets[i]) for name in names] + [-((-1) ** j) * bottoms[i]]
                for j, i in enumerate(picked)
            ]
            right = [
                -weights[i] * sum(v * self.share(name, grid[i], targets[i]) for name, v in known.items())
                for i in picked
            ]
            solved = mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix(right))
            every = {**known, **{name: solved[k] for k, name in enumerate(names)}}
            both = [self.parts(every, a) for a in grid]
            bottoms = [bottom for _, bottom in both]
            if step % 6 < 5:  # the equations are linear once the denominators are known
                continue
            errors = [w * (top / bottom - t) for (top, bottom), t, w in zip(both, targets, weights, strict=True)]
            largest = max(abs(error) for error in errors)
            if best is None or largest < best[0]:
                best = largest, every
            extremes = alternating_extremes(errors, wanted)
            if len(extremes) < wanted or extremes == picked:
                break
            picked = extremes
        assert best is not None
        return best

    def share(self, name: tuple[str, int], a: mpf, target: mpf) -> mpf:
        """What a coefficient adds to q - target(a) * (factor * a * q + r)."""
        return (1 - target * self.factor * a if name[0] == "top" else -target) * a ** name[1]

    def rounded(self, known: Known) -> tuple[mpf, Known]:
        """The same in float32: one coefficient after the other is rounded, and the others make up for it."""
        largest = max(self.degrees)
        order = [(name, k) for k in range(largest + 1) for name, degree in self.sizes[::-1] if k <= degree]
        for name in (each for each in order if each not in known):
            known = {**known, name: single(self.fit(known)[1][name])}
        ratios = [self.parts(known, a) for a in self.grid]
        errors = [self.weight(a) * (t / b - self.target(a)) for (t, b), a in zip(ratios, self.grid, strict=True)]
        return max(map(abs, errors)), known


def mills(a: mpf) -> mpf:
    """exp(a**2 / 2) * normal_cdf(-a)."""
    return mpmath.exp(a * a / 2) * mpmath.erfc(a / mpmath.sqrt(2)) / 2


HALF_LN2 = mpmath.log(2) / 2 * mpf("1.001")
FITS = (
    Fit(
        "EXP",
        exp_tail,
        lambda r: max(r * r, mpf(10) ** -18),
        -HALF_LN2,
        HALF_LN2,
        {"float32": 5, "float64": 11},
    ),
    Fit(
        "LOG",
        log_tail,
        lambda m: max(m * m, mpf(10) ** -18),
        mpf(-1) / 4,
        mpf(1) / 2,
        {"float32": 8, "float64": 20},
    ),
    Fit(
        "LOG1P",
        log1p_tail,
        lambda e: e * e / mpmath.log1p(e) if e > 1e-9 else mpf(10) ** -9,
        mpf(0),
        mpf(1),
        {"float32": 9, "float64": 21},
    ),
    Fit("ERF", erf_tail, lambda s: mpf(1), mpf(0), mpf(2) / 5, {"float32": 6, "float64": 11}),
    Fit("TANH", tanh_tail, lambda s: 1 / tanh_tail(s), mpf(0), mpf(1), {"float32": 8, "float64": 16}),
)


ROOT = mpmath.sqrt(2 * mpmath.pi)
START = {("top", 0): mpf(7) / 8, ("rest", 0): mpf(7) / 4}  # so that it is exact at 0


def mills_fit(factor: mpf, high: float, degrees: tuple[int, int]) -> Quotient:
    """The fit of mills(a), relative to it."""
    return Quotient(mills, lambda a: 1 / mills(a), factor, mpf(high), degrees)


GATE_ZERO = mpmath.findroot(lambda a: mills(a) - a / ROOT, 0.75)


def gate(a: mpf) -> mpf:
    """(mills(a) - a / ROOT) / (GATE_ZERO - a)."""
    a = a if abs(a - GATE_ZERO) > mpf(10) ** -15 else GATE_ZERO + mpf(10) ** -15
    return (mills(a) - a / ROOT) / (GATE_ZERO - a)


def gate_fit(start: mpf, high: float, degrees: tuple[int, int]) -> Quotient:
    """The fit of what gate(a) is beyond 1 / ROOT, as `start` has it in floats."""
    return Quotient(lambda a: gate(a) - start, lambda a: 1 / gate(a), mpf(0), mpf(high), degrees)


def single(value: mpf) -> mpf:
    """Rounded to float32."""
    return mpf(float(np.float32(float(value))))


def main() -> None:
    """Prints every fit, for pasting: pairs of a float32 and a float64 polynomial."""
    for fit in FITS:
        written = {dtype: remez(fit, terms) for dtype, terms in fit.terms.items()}
        write(fit.word, written)
    one = {("rest", 0): mpf(1)}
    quotients = {
        ("MILLS_TOP", "MILLS_REST"): (
            mills_fit(single(ROOT), 14.5, (4, 4)).rounded(START),
            mills_fit(ROOT, 39, (10, 9)).fit(START),
        ),
        ("GATE_TOP", "GATE_BOTTOM"): (
            gate_fit(single(1 / ROOT), 14.5, (3, 4)).rounded(one),
            gate_fit(mpf(float(1 / ROOT)), 39, (8, 9)).fit(one),
        ),
    }
    print("GATE_ZERO, in two floats:", mpmath.nstr(GATE_ZERO, 36))
    for words, found in quotients.items():
        for word, name in zip(words, ("top", "rest"), strict=True):
            fits = dict(zip(("float32", "float64"), found, strict=True))
            write(word, {d: (e, [v for key, v in sorted(c.items()) if key[0] == name]) for d, (e, c) in fits.items()})


def write(word: str, fits: dict[str, tuple[mpf, list[mpf]]]) -> None:
    """One table."""
    print(f"{word} = (")
    for dtype, (error, coefficients) in fits.items():
        print(f"    (  # {dtype}: largest error {mpmath.nstr(error, 2)}")
        for value in coefficients:
            print(f"        {mpmath.nstr(value, 18)},")
        print("    ),")
    print(")")


if __name__ == "__main__":
    main()
