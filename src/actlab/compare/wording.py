"""The answer in words that a student and a statistician can both sign."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from actlab.compare.metrics import METRICS
from actlab.compare.plainness import plainness
from actlab.compare.recommendation import Contest, advantage, dead_share, hold_contest
from actlab.compare.records import Answer, Candidate, Plan
from actlab.compare.statistics import relative_reach
from actlab.compare.verdict import span
from actlab.figures import numerals

EDGE_SHARE = 0.5


def recommend(plan: Plan, candidates: Sequence[Candidate]) -> Answer:
    """The answer of a comparison: the recommended function, how sure that is, why, and what would change it.

    When the baseline itself broke there is nothing to compare with: the best mean is taken, and called a guess.

    Args:
        plan: what was compared.
        candidates: what is known of each function.

    Returns:
        The answer; its `activation` is empty when no function could be trained.
    """
    whole = [each for each in candidates if each.scores and each.verdict != "BROKEN"]
    baseline = next(each for each in candidates if each.activation == plan.baseline)
    if len(baseline.scores) < 2:
        return _too_few(plan)
    if not whole:
        return _nothing(plan, candidates)
    if baseline not in whole:
        return _guess(plan, whole, baseline)
    return _answer(plan, candidates, hold_contest(plan, candidates))


def _answer(plan: Plan, candidates: Sequence[Candidate], contest: Contest) -> Answer:
    others = [each for each in candidates if each.activation != plan.baseline]
    kept = contest.recommended is contest.baseline
    return Answer(
        activation=contest.recommended.activation,
        sentence=_keep(plan, others) if kept else _take(plan, contest),
        confidence=_confidence(plan, others, contest),
        reasons=tuple(_reasons(plan, others, contest)),
        would_change=tuple(_would_change(plan, candidates, contest)),
    )


def named(candidates: Iterable[Candidate]) -> str:
    """Names in a row: `gelu, mish and silu`, or with a count of the rest when there are many."""
    return numerals.listed([each.activation for each in candidates])


def _of(others: Sequence[Candidate], *verdicts: str) -> list[Candidate]:
    return [each for each in others if each.verdict in verdicts]


def _keep(plan: Plan, others: Sequence[Candidate]) -> str:
    same, unsure, better = (_of(others, *words) for words in (("SAME",), ("UNSURE",), ("SMALL", "CLEAR")))
    start = f"Keep {plan.baseline}: "
    if better:
        return f"{start}{named(better)} scored better, but not by enough to be worth the change."
    if unsure and not same:
        which = f"any of the {len(others)} others" if len(unsure) == len(others) > 1 else _count(unsure, others)
        return f"{start}this data cannot tell {which} from it, and none is shown to be better."
    if unsure:
        return (
            f"{start}no other function is shown to be better, {_without_difference(same, others)}, "
            f"and for {len(unsure)} this data cannot tell."
        )
    if len(same) == len(others):
        return f"{start}the choice hardly matters here, {_without_difference(same, others)}."
    rest = "worse or broke" if _of(others, "BROKEN") else "worse"
    if same:
        return f"{start}no other function is better here, {_without_difference(same, others)}; the rest is {rest}."
    return f"{start}every other function is {rest} here."


def _count(some: Sequence[Candidate], others: Sequence[Candidate]) -> str:
    if len(others) == 1:
        return named(others)
    return f"all {len(others)} others" if len(some) == len(others) else f"{len(some)} of {len(others)} others"


def _without_difference(same: Sequence[Candidate], others: Sequence[Candidate]) -> str:
    return f"{_count(same, others)} {'makes' if len(same) == 1 else 'make'} no practical difference"


def _take(plan: Plan, contest: Contest) -> str:
    taken, baseline = contest.recommended, plan.baseline
    if taken.verdict == "CLEAR":
        return f"Take {taken.activation}: it is better than {baseline} by more than matters, {interval(taken, plan)}."
    if contest.baseline not in contest.contenders:
        return (
            f"Take {taken.activation}: it is really better than {baseline}, {interval(taken, plan)}, "
            f"though perhaps by less than the {plan.matters:g} that matters."
        )
    own, theirs = contest.marks[taken.activation], contest.marks[baseline]
    why = f"with {baseline} {theirs[0]}" if len(theirs) > len(own) else "its formula is plainer"
    return f"Take {taken.activation}: its score is practically the same as {baseline}'s, and {why}."


def _confidence(plan: Plan, others: Sequence[Candidate], contest: Contest) -> str:
    taken, unsure = contest.recommended, _of(others, "UNSURE")
    if taken.verdict == "CLEAR":
        rivals = [each for each in contest.contenders if each is not taken]
        tie = f"; {named(rivals)} did about as well" if rivals else ""
        better = sum(value > 0 for value in taken.difference.by_repeat) if taken.difference else 0
        return f"High that it beats {plan.baseline}: better in {better} of {len(taken.scores)} repeats{tie}."
    most, widest = _most_to_gain(others)
    if unsure and most > plan.matters:
        level = "Moderate" if len(unsure) <= len(others) / 2 else "Low"
        room = _room(plan, contest.baseline)
        much = f"by up to {most:.3f}" if most < room else f"by {room:.3f}, which would be perfect"
        return f"{level}: {widest} could still be better {much}, as far as this data tells."
    if taken.verdict == "SMALL":
        return "High that it is better, moderate that the gain is worth anything."
    return (
        f"High: no other function's interval reaches a gain of {plan.matters:g}."
        if not _of(others, "SMALL", "CLEAR")
        else (
            "High that the functions named differ by little; which of them is taken is a matter of cost and plainness."
        )
    )


def _most_to_gain(others: Sequence[Candidate]) -> tuple[float, str]:
    """How far the intervals reach on the good side, and whose does."""
    return max(((each.difference.high, each.activation) for each in others if each.difference), default=(0.0, ""))


def _room(plan: Plan, baseline: Candidate) -> float:
    """How much better than the baseline a perfect score is: an interval may reach beyond, no function can."""
    if plan.metric == "loss":  # whose best value nobody knows
        return math.inf
    return 1 - baseline.mean if METRICS[plan.metric].direction > 0 else baseline.mean


def _reasons(plan: Plan, others: Sequence[Candidate], contest: Contest) -> Iterable[str]:
    metric = METRICS[plan.metric]
    taken = contest.recommended
    yield f"Its {metric.words} on rows never trained on is {taken.mean:.3f} in the mean of {len(taken.scores)} repeats."
    for verdict, words in (
        ("CLEAR", f"better than {plan.baseline} by more than {plan.matters:g}"),
        ("SMALL", f"really better than {plan.baseline}, perhaps by too little to matter"),
        ("SAME", f"within ±{plan.matters:g} of {plan.baseline} with the whole interval"),
        ("UNSURE", f"not to be told from {plan.baseline} by this data"),
        ("WORSE", f"really worse than {plan.baseline}"),
        ("BROKEN", "broken in at least one repeat"),
    ):
        some = _of(others, verdict)
        if some:
            yield f"{verdict}: {named(some)} – {words}."
    rivals = [each for each in contest.contenders if each is not taken]
    if rivals:
        yield _chosen_among(taken, rivals, contest)
    dead = dead_share(taken)
    if dead > 0:
        yield f"At the end {numerals.share(dead)} of its units are dead in the layer that has most of them."


def _chosen_among(taken: Candidate, rivals: Sequence[Candidate], contest: Contest) -> str:
    own = len(contest.marks[taken.activation])
    fewer = [each for each in rivals if len(contest.marks[each.activation]) > own]
    plainer = [
        each for each in rivals if each not in fewer and plainness(each.activation) > plainness(taken.activation)
    ]
    parts = [f"its formula is plainer than that of {named(plainer)}"] if plainer else []
    parts += [f"against {each.activation} speaks that {' and '.join(contest.marks[each.activation])}" for each in fewer]
    why = "; ".join(parts) if parts else "it is the baseline or comes first in the plan"
    return f"Among {len(rivals) + 1} functions that score alike it is taken because {why}."


def _would_change(plan: Plan, candidates: Sequence[Candidate], contest: Contest) -> Iterable[str]:
    unsure = _of(candidates, "UNSURE")
    repeats = len(contest.baseline.scores)
    if unsure:
        gain = 1 - relative_reach(None, plan.test_over_fitting) / relative_reach(repeats, plan.test_over_fitting)
        yield f"More rows: they narrow the intervals. More repeats do so by {numerals.share(gain)} at most."
    small = [each for each in candidates if each.verdict in ("SMALL", "SAME") and advantage(each) > 0]
    if small:
        yield f"A smaller difference that matters to you than {plan.matters:g}."
    yield from _at_the_edge(plan, candidates)
    if plan.model is not None:
        yield f"Another model or other data: this holds for {plan.model.name} on these rows."
        return
    hidden = " and ".join(str(units) for units in plan.hidden)
    yield f"Other networks or other data: this holds for this table and hidden layers of {hidden} units."


def _at_the_edge(plan: Plan, candidates: Sequence[Candidate]) -> Iterable[str]:
    """Says which functions may have their best learning rate outside the grid."""
    if len(plan.rates) < 2:
        return
    for rate, size, direction in ((max(plan.rates), "largest", "larger"), (min(plan.rates), "smallest", "smaller")):
        edgy = [each for each in candidates if dict(each.rates)[rate] > EDGE_SHARE * len(each.scores)]
        if edgy:
            yield (
                f"A wider grid: {named(edgy)} chose the {size} learning rate ({rate:g}) in most repeats, "
                f"so a {direction} one may suit {'it' if len(edgy) == 1 else 'them'} better."
            )


def _nothing(plan: Plan, candidates: Sequence[Candidate]) -> Answer:
    reason = next((each.reason for each in candidates if each.verdict == "BROKEN"), "no repeat was finished")
    return Answer(
        activation="",
        sentence="There is no answer: no function could be trained to the end in every repeat.",
        confidence="None: nothing was compared.",
        reasons=(f"{candidates[0].activation}: {reason}.",),
        would_change=(f"Smaller learning rates than {min(plan.rates):g}.",)
        if any(each.diverged for each in candidates)
        else (),
    )


def _guess(plan: Plan, whole: Sequence[Candidate], baseline: Candidate) -> Answer:
    best = max(whole, key=lambda each: METRICS[plan.metric].direction * each.mean)
    return Answer(
        activation=best.activation,
        sentence=f"{best.activation} has the best mean score, but the baseline {plan.baseline} broke: this is a guess.",
        confidence="Low: with nothing to compare with, no difference was tested.",
        reasons=(f"{plan.baseline}: {baseline.reason}.",),
        would_change=(f"Another baseline than {plan.baseline}, or smaller learning rates.",),
    )


def _too_few(plan: Plan) -> Answer:
    return Answer(
        activation="",
        sentence="There is no answer yet: the comparison was stopped before two repeats were whole.",
        confidence="None: luck cannot be seen in fewer than two repeats.",
        reasons=("Nothing was tested.",),
        would_change=(f"Letting all {plan.repeats} repeats finish.",),
    )


def interval(candidate: Candidate, plan: Plan) -> str:
    """A candidate's mean difference and its interval in words: `+0.031 (95 % interval +0.018 to +0.044)`."""
    assert candidate.difference is not None
    mean = numerals.signed(candidate.difference.mean, numerals.decimals(plan.matters))
    return f"{mean} (95 % interval {span(candidate.difference, plan.matters)})"
