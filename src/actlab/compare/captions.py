"""The sentence above each picture of the report, computed from its numbers, and its words for who cannot see it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from actlab.compare.metrics import METRICS
from actlab.compare.recommendation import EVIDENT, dead_share
from actlab.compare.records import Candidate, CutoffCurve, Results, Verdict
from actlab.compare.verdict import FEWEST_REPEATS
from actlab.figures import canvas, numerals

Words = tuple[str, str]
STILL_LEARNING = 0.98  # a best epoch this near the limit means that the limit ended the training
HALF = 0.02  # a cutoff this near to 0.5 is 0.5, for all that so few rows can tell
NOT_WORSE: tuple[Verdict, ...] = ("BASELINE", "CLEAR", "SMALL", "SAME", "UNSURE")


def ranked(results: Results) -> tuple[Candidate, ...]:
    """The candidates, the best mean score first and those without one last."""
    direction = METRICS[results.plan.metric].direction
    return tuple(
        sorted(
            results.candidates,
            key=lambda each: -direction * each.mean if math.isfinite(each.mean) else math.inf,
        )
    )


def name(text: str) -> str:
    """An activation's name, short enough for a sentence."""
    return canvas.plain(text, 40)


def names(candidates: Sequence[Candidate], most: int = 3) -> str:
    """The names of some candidates as part of a sentence."""
    return numerals.listed([name(each.activation) for each in candidates], most)


def with_verdict(results: Results, *verdicts: Verdict) -> tuple[Candidate, ...]:
    """The candidates that got one of these verdicts, the best first."""
    return tuple(each for each in ranked(results) if each.verdict in verdicts)


def differences(results: Results) -> Words:
    """What the intervals show, the good news first."""
    plan = results.plan
    baseline, matters = name(plan.baseline), numerals.short(plan.matters)
    clear, small = with_verdict(results, "CLEAR"), with_verdict(results, "SMALL")
    worse, same = with_verdict(results, "WORSE"), with_verdict(results, "SAME")
    if clear:
        title = f"{names(clear)} {_verb(clear, 'beats', 'beat')} {baseline} by more than {matters}"
    elif small:
        title = f"{names(small)} {_verb(small, 'is', 'are')} better than {baseline}, perhaps by too little to matter"
    elif same:
        title = f"None is shown to beat {baseline}; {names(same)} {_verb(same, 'is', 'are')} practically the same"
    else:
        title = f"None is shown to beat {baseline}"
    if worse:
        title += f"; {names(worse)} {_verb(worse, 'is', 'are')} worse"
    places = numerals.decimals(plan.matters)
    rows = [
        f"{name(each.activation)} {numerals.signed(each.difference.mean, places)}, from "
        f"{numerals.signed(each.difference.low, places)} to {numerals.signed(each.difference.high, places)}"
        for each in ranked(results)
        if each.difference
    ]
    return title, f"One interval for each function, as a difference from {baseline}. " + "; ".join(rows) + "."


def pairs(results: Results) -> Words:
    """Whether the rows drawn for testing or the function used moves the score more."""
    plan = results.plan
    places = numerals.decimals(plan.matters)
    near = [each for each in ranked(results) if each.verdict in EVIDENT and math.isfinite(each.mean)]
    by_repeat = [
        statistics.fmean(scores)
        for scores in zip(*(each.scores for each in near), strict=False)
        if all(map(math.isfinite, scores))
    ]
    rows = [
        f"{name(each.activation)} {numerals.number(each.mean, places)} ± {numerals.number(each.deviation, places)}"
        for each in ranked(results)
        if math.isfinite(each.mean)
    ]
    alt = f"One dot for each repeat, joined from function to function. Mean ± deviation: {'; '.join(rows) or 'none'}."
    if len(near) < 2 or len(by_repeat) < 2 or not _compared(results):
        return "Each dot is one repeat: another split of the rows, another start", alt
    splits = max(by_repeat) - min(by_repeat)
    functions = max(each.mean for each in near) - min(each.mean for each in near)
    those = f"functions shown to be as good as {name(plan.baseline)} or better"
    luck, choice = numerals.number(splits, places), numerals.number(functions, places)
    if splits >= functions:
        title = f"The luck of the split moves the score by {luck}; the choice among {those}, by {choice}"
    else:
        title = f"The choice among {those} moves the score by {choice}; the luck of the split, by {luck}"
    return title, alt


def learning(results: Results) -> Words:
    """Which function reached its best weights in the fewest epochs, and which took longest."""
    epochs = {
        each.activation: statistics.median(
            [chosen.run.best_epoch for chosen in results.chosen if chosen.run.activation == each.activation] or [0]
        )
        for each in ranked(results)
    }
    known = {key: value for key, value in epochs.items() if value}
    rows = "; ".join(f"{name(key)} {value:.0f}" for key, value in known.items())
    alt = f"Validation loss over the epochs, one panel for each function. Epochs to the best weights: {rows or 'none'}."
    if not known:
        return "No network finished its training", alt
    fastest, slowest = min(known, key=lambda key: known[key]), max(known, key=lambda key: known[key])
    late = [name(key) for key, value in known.items() if value >= STILL_LEARNING * results.plan.epochs]
    if late and fastest not in late:
        those = f"{numerals.listed(late, 3)} {'was' if len(late) == 1 else 'were'}"
        title = f"{name(fastest)} is at its best after {known[fastest]:.0f} epochs"
        return f"{title}; {those} still getting better when the {results.plan.epochs} epochs ran out", alt
    if known[fastest] == known[slowest]:
        return f"Each function is at its best after about {known[fastest]:.0f} epochs", alt
    return (
        f"{name(fastest)} is at its best after {known[fastest]:.0f} epochs, {name(slowest)} after {known[slowest]:.0f}",
        alt,
    )


def units(results: Results) -> Words:
    """Where units died."""
    shares = [(each, dead_share(each)) for each in ranked(results) if each.layers]
    dying = sorted(((each, dead) for each, dead in shares if dead >= 0.005), key=lambda pair: -pair[1])
    rows = "; ".join(f"{name(each.activation)} {numerals.share(dead)}" for each, dead in shares)
    most = max((len(each.layers) for each in results.candidates), default=1)
    several = "" if most <= 1 else ", in the layer that has most of them"
    alt = f"Units by layer before and after training. Dead at the end{several}: {rows or 'nothing was read'}."
    if not shares:
        model = results.plan.model is not None and any(run.status == "finished" for run in results.runs)
        return "No activation could be read" if model else "No network finished, so no unit was looked at", alt
    if not dying:
        return "No function lost units: every one still answers to some row", alt
    told = [f"{name(each.activation)} {numerals.share(dead)}" for each, dead in dying]
    rest = "" if len(dying) == len(shares) else "; the others have none"
    return f"Dead units at the end{several}: {numerals.listed(told, 3)}{rest}", alt


def cost(results: Results) -> Words:
    """The fastest and the slowest of the functions that are not worse."""
    near = [each for each in with_verdict(results, *NOT_WORSE) if each.cost.training_seconds > 0]
    rows = "; ".join(f"{name(each.activation)} {numerals.seconds(each.cost.training_seconds)}" for each in near)
    alt = f"Training time against score, one point for each function. Training times: {rows or 'none'}."
    if len(near) < 2:
        return "What a score costs in training time", alt
    fastest = min(near, key=lambda each: each.cost.training_seconds)
    slowest = max(near, key=lambda each: each.cost.training_seconds)
    times = slowest.cost.training_seconds / fastest.cost.training_seconds
    those = "Of those not shown to be worse, " if _compared(results) else ""
    title = f"{those}{name(fastest.activation)} trains fastest"
    return f"{title}; {name(slowest.activation)} takes {times:.1f} times as long", alt


def cutoff(results: Results) -> Words:
    """Whether another cutoff than one half is shown to be worth it."""
    curve = results.cutoff
    assert curve, "only said where there is a curve"
    lowest = min(zip(curve.cost, curve.cutoffs, strict=True))
    marked = [0.5] if keeps_half(curve) else [0.5, curve.chosen]
    read = [f"{cost_at(curve, at)} at {numerals.short(at, 2)}" for at in marked]
    alt = (
        f"Expected cost a row over the cutoff: {numerals.listed(read)}; "
        f"lowest, {numerals.short(lowest[0])}, at {numerals.short(lowest[1], 2)}."
    )
    if len(results.candidates[0].scores) < FEWEST_REPEATS:
        return f"Fewer than {FEWEST_REPEATS} repeats cannot show a cutoff that is better than 0.5", alt
    if curve.saving_low > 0:
        saved = curve.cost_at_half - curve.cost_at_chosen
        share = f", {numerals.share(saved / curve.cost_at_half)} of the cost" if curve.cost_at_half > 0 else ""
        own_range = f"between {numerals.short(curve.chosen_low, 2)} and {numerals.short(curve.chosen_high, 2)}"
        place = own_range if abs(curve.chosen - 0.5) <= HALF else f"near {numerals.short(curve.chosen, 2)}"
        return f"A cutoff {place} instead of 0.5 saves about {numerals.short(saved, 2)} a row{share}", alt
    if curve.saving_high < 0:
        return "0.5 is the better cutoff here: the ones chosen on few rows cost more", alt
    if keeps_half(curve):
        return "The rows held back choose a cutoff of about 0.5: there is nothing to change", alt
    return "This data cannot show a cutoff that is better than 0.5", alt


def keeps_half(curve: CutoffCurve) -> bool:
    """Whether the chosen cutoff is 0.5 for all practical purposes: next to it, or with the same answers."""
    same = curve.confusion_at_chosen == curve.confusion_at_half
    return not curve.saving_low > 0 and (same or abs(curve.chosen - 0.5) <= HALF)


def cost_at(curve: CutoffCurve, cutoff: float) -> str:
    """What the curve reads at a cutoff that it was computed at."""
    nearest = min(zip(curve.cutoffs, curve.cost, strict=True), key=lambda point: abs(point[0] - cutoff))
    return numerals.short(nearest[1])


def _compared(results: Results) -> bool:
    """Whether any function could be compared with the baseline, so that words such as worse mean something."""
    return any(each.difference for each in results.candidates)


def _verb(candidates: Sequence[Candidate], one: str, more: str) -> str:
    return one if len(candidates) == 1 else more
