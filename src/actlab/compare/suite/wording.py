"""What a suite's ranks say, in sentences: never more than so many data sets can support."""

from __future__ import annotations

from collections.abc import Sequence

from actlab.compare.statistics import LEVEL
from actlab.compare.suite.ranking import FEWEST_DATA_SETS, fewest_to_show
from actlab.compare.suite.records import Conclusion, Done, Ranking
from actlab.data.errors import counted
from actlab.figures import canvas, numerals

NOT_EQUAL = "That is no proof that they are equal: more data sets may show a difference."


def conclusion(done: Sequence[Done], found: Ranking | None, baseline: str) -> Conclusion:
    """The answer of a suite, how sure it is, and what it rests on.

    Args:
        done: every data set, finished or not.
        found: the ranks over those that are finished.
        baseline: what the others are held against.
    """
    if found is None:
        ended = any(each.complete for each in done)
        sentence = "No training was finished on any data set." if ended else "No data set is finished yet."
        return Conclusion(sentence, "There is nothing to rank.", left_out(done))
    sentence, confidence = _answer(found)
    reasons = (*_against(found, baseline), *_disagreement(found, baseline), *_broken(found), *left_out(done))
    return Conclusion(sentence, confidence, reasons)


def left_out(done: Sequence[Done]) -> tuple[str, ...]:
    """Which data sets are not ranked, and why."""
    failed = [name(each.name) for each in done if each.complete and each.scored is None]
    stopped = [name(each.name) for each in done if not each.complete]
    sentences = []
    if failed:
        sentences.append(f"Not ranked, because every function broke there: {numerals.listed(failed)}.")
    if stopped:
        sentences.append(
            f"Not ranked, because not all networks are trained: {numerals.listed(stopped)}. "
            "The same command goes on where it was stopped."
        )
    return tuple(sentences)


def leaders(found: Ranking) -> list[str]:
    """The function with the best mean rank, or those that share it."""
    best = found.standings[0].mean
    return [name(each.activation) for each in found.standings if each.mean - best < 1e-9]


def luck(p: float) -> str:
    """A p-value in words."""
    return f"{numerals.share(p)} of the cases" if p >= 0.01 else "fewer than 1 % of the cases"


def name(text: str) -> str:
    """A name, short enough for a sentence."""
    return canvas.plain(text, 40)


def _answer(found: Ranking) -> tuple[str, str]:
    many, best = len(found.data_sets), leaders(found)
    if found.friedman is None:
        those = numerals.listed(best)
        sets = "this data set" if many == 1 else f"these {many} data sets"
        return (
            f"{those} {_verb(best, 'ranks', 'rank')} best on {sets}, too few to say more.",
            f"Not sure at all beyond {sets}: a test of ranks takes at least {FEWEST_DATA_SETS}.",
        )
    chance = f"luck alone makes ranks at least this different in {luck(found.friedman.p)} (Friedman’s test)."
    if found.nemenyi is None:
        return (
            f"Over {many} data sets no function is shown to rank better than another.",
            f"Not sure of any order: {chance} {NOT_EQUAL}",
        )
    worse = [name(each) for each, p in zip(found.names, found.nemenyi.p[0], strict=True) if p < LEVEL]
    if not worse:
        return (
            f"Over {many} data sets the functions rank differently, but no two of them can be told apart.",
            f"That there is a difference is shown: {chance} Which one it is, Nemenyi’s test cannot say.",
        )
    rest = len(found.names) - 1 - len(worse)
    others = f"; the other {rest} cannot be told from it" if rest else ""
    those = f"{numerals.listed(worse, 6)} {_verb(worse, 'ranks', 'rank')}"
    return (
        f"Over {many} data sets {those} worse than {name(found.names[0])}{others}.",
        f"That ranks differ is shown: {chance} Which ones differ, Nemenyi’s test says.",
    )


def _against(found: Ranking, baseline: str) -> list[str]:
    """What the pair tests show; how many data sets they need, where they cannot show anything."""
    if found.friedman is None:
        return []
    own = name(baseline)
    words = {
        word: [name(each.activation) for each in found.against if each.word == word]
        for word in ("shown better", "shown worse")
    }
    said = [
        f"{numerals.listed(names, 6)} {_verb(names, 'is', 'are')} {word} than {own} over the data sets, pair by pair."
        for word, names in words.items()
        if names
    ]
    many, needed = len(found.data_sets), fewest_to_show(len(found.names))
    if many < needed:
        said.append(
            f"Held against {own} one by one, no function can be shown better or worse on {many} data sets: with "
            f"{counted(len(found.names), 'function')} that takes at least {needed}."
        )
    elif not said:
        said.append(f"Held against {own} one by one, no function is shown better or worse.")
    if not words["shown better"]:
        said.append(f"So this suite gives no reason to leave {own}; the report of a single data set may.")
    return said


def _disagreement(found: Ranking, baseline: str) -> list[str]:
    """Where Nemenyi's test tells a function from the baseline, and the pair test does not."""
    if found.nemenyi is None:
        return []
    own = dict(zip(found.names, found.nemenyi.p[found.names.index(baseline)], strict=True))
    alone = [
        name(each.activation) for each in found.against if own[each.activation] < LEVEL and each.word == "not shown"
    ]
    if not alone:
        return []
    sentence = (
        f"Nemenyi’s test tells {numerals.listed(alone)} from {name(baseline)} and the pair test does not; as the "
        "former depends on which other functions take part, count that as not shown."
    )
    return [sentence]


def _broken(found: Ranking) -> list[str]:
    return [
        f"{name(each.activation)} broke on {numerals.listed([name(own) for own in each.broken])}, "
        f"and takes the last place there."
        for each in found.standings
        if each.broken
    ]


def _verb(names: Sequence[str], one: str, more: str) -> str:
    return one if len(names) == 1 else more
