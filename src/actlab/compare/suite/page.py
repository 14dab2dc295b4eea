"""The report of a suite: one HTML file with the ranks, what they show, and a way to each data set's own report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from math import nan
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from actlab.compare.metrics import METRICS
from actlab.compare.report import MEANINGS, SIGNS, Figure
from actlab.compare.results import REPORT
from actlab.compare.suite.ranking import FEWEST_DATA_SETS, SHUFFLES, fewest_to_show
from actlab.compare.suite.records import Done, Ranking, SuiteResults
from actlab.compare.suite.wording import leaders, name
from actlab.figures import canvas, keys, numerals, palette, ranks


def render(results: SuiteResults) -> str:
    """Write the report of a suite.

    Args:
        results: finished or interrupted; an interrupted one says so on top.

    Returns:
        One HTML document that needs no network, no script and no other file but the data sets' own reports.
    """
    ranking, plan = results.ranking, results.done[0].checked.plan
    names = plan.activations if ranking is None else ranking.names
    looks = palette.styles(names)
    page = (
        _environment()
        .get_template("suite.html.j2")
        .render(
            results=results,
            ranking=ranking,
            conclusion=results.conclusion,
            environment=results.environment,
            names=names,
            baseline=plan.baseline,
            cells={each.name: _cells(each, ranking) for each in results.done},
            metrics=METRICS,
            occurring=_occurring(results),
            meanings=MEANINGS,
            signs=SIGNS,
            figures={} if ranking is None else {each.name: each for each in _figures(ranking)},
            key=lambda name: Markup(keys.key(looks[name])),
            fewest=FEWEST_DATA_SETS,
            needed=fewest_to_show(len(names)),
            shuffles=SHUFFLES,
            style=Markup(palette.variables() + _style()),
        )
    )
    return canvas.printable(page)


def diagram_words(found: Ranking) -> tuple[str, str]:
    """The sentence above the critical-difference diagram, and its words for who cannot see it."""
    best = numerals.listed(leaders(found), 3)
    mean = numerals.number(found.standings[0].mean, 1)
    order = "; ".join(f"{name(each.activation)} {numerals.number(each.mean, 1)}" for each in found.standings)
    alt = f"Mean ranks over {len(found.data_sets)} data sets, 1 is best: {order}."
    title = f"{best} {'has' if len(leaders(found)) == 1 else 'have'} the best mean rank, {mean}"
    if found.friedman is None:
        return f"{title}; so few data sets cannot tell that from luck", alt
    if found.nemenyi is None:
        return f"{title}, and no two functions can be told apart", alt
    joined = "; ".join(numerals.listed([name(each) for each in group], 40) for group in found.nemenyi.groups)
    told = f" Critical difference {numerals.number(found.nemenyi.critical, 2)}. Not told apart: {joined or 'none'}."
    return f"{title}; a bar joins functions that cannot be told apart", alt + told


def _style() -> str:
    own = files("actlab.compare.suite").joinpath("templates/suite.css").read_text(encoding="utf-8")
    return files("actlab.compare").joinpath("templates/report.css").read_text(encoding="utf-8") + own


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("actlab.compare.suite"),
        autoescape=True,  # names of data sets, columns and functions are other people's text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    spellings: Mapping[str, Callable[..., str]] = {
        "number": numerals.number,
        "short": numerals.short,
        "seconds": numerals.seconds,
        "chance": lambda p: numerals.number(p, 3) if p >= 0.0005 else "< 0.001",
        "clean": canvas.plain,
        "beside": lambda folder: f"{quote(folder)}/{REPORT}",
    }
    environment.filters.update(spellings)
    return environment


def _cells(done: Done, ranking: Ranking | None) -> dict[str, dict[str, Any]]:
    """By function what one column of the table shows."""
    if done.results is None:
        return {}
    at = ranking.data_sets.index(done.name) if ranking is not None and done.name in ranking.data_sets else None
    own = {} if ranking is None or at is None else {each.activation: each.ranks[at] for each in ranking.standings}
    places = numerals.decimals(done.results.plan.matters)
    return {
        each.activation: {
            "score": numerals.number(each.mean, places),
            "verdict": each.verdict,
            "rank": numerals.short(own.get(each.activation, nan)),
            "first": own.get(each.activation) == min(own.values(), default=nan),
        }
        for each in done.results.candidates
    }


def _occurring(results: SuiteResults) -> set[str]:
    """The verdicts that the table shows."""
    known = [each.results for each in results.done if each.results is not None]
    return {candidate.verdict for own in known for candidate in own.candidates}


def _figures(found: Ranking) -> list[Figure]:
    title, description = diagram_words(found)
    groups = found.nemenyi.groups if found.nemenyi else (found.names,) * (found.friedman is not None)
    means = [each.mean for each in found.standings]
    critical = found.nemenyi.critical if found.nemenyi else None
    taken = [each.ranks for each in found.standings]
    return [
        _figure(
            "diagram",
            lambda width: ranks.critical_difference(
                found.names, means, groups, critical, title=title, description=description, width=width
            ),
        ),
        _figure(
            "taken",
            lambda width: ranks.ranks_taken(
                found.names, taken, title=_taken(found), description=_taken_alt(found), width=width
            ),
        ),
    ]


def _taken(found: Ranking) -> str:
    most = max(found.standings, key=lambda each: each.firsts)
    of = f"{most.firsts} of {len(found.data_sets)} data sets"
    return f"{name(most.activation)} is first, or shares the first place, on {of}"


def _taken_alt(found: Ranking) -> str:
    rows = [
        f"{name(each.activation)} {', '.join(numerals.short(rank) for rank in sorted(each.ranks))}"
        for each in found.standings
    ]
    return f"The ranks that each function took. {'; '.join(rows)}."


def _figure(name: str, draw: Callable[[int], canvas.Picture]) -> Figure:
    wide, narrow = draw(canvas.WIDE), draw(canvas.NARROW)
    return Figure(name, wide.title, Markup(wide.inline(f"{name}-wide")), Markup(narrow.inline(f"{name}-narrow")))
