"""What a suite asks for and what came of it: frozen records, from the file to the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from actlab.figures.numerals import number

if TYPE_CHECKING:
    from actlab.compare.records import DataRead, Environment, Plan, Results

SCHEMA = "actlab.suite/1"

Against = Literal["shown better", "shown worse", "not shown"]


@dataclass(frozen=True)
class Member:
    """One data set of a suite; `settings` are those of the plan that hold for it, its own before the common ones."""

    name: str
    source: str
    target: str | None
    task: str | None
    positive: str | None
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Suite:
    """Which functions to compare on which data sets; `file` is what it was read from."""

    file: str
    activations: tuple[str, ...]
    baseline: str
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Checked:
    """A data set that can be read and whose plan holds, without its rows."""

    member: Member
    plan: Plan
    data: DataRead


@dataclass(frozen=True)
class Done:
    """What came of one data set: `results` is None when nothing was trained on it, `kept` when nothing had to be.

    `all_kept` is false when its store failed before it had all that was trained.
    """

    checked: Checked
    results: Results | None
    kept: bool = False
    all_kept: bool = True

    @property
    def name(self) -> str:
        """Of the data set, and of the folder of its own report."""
        return self.checked.member.name

    @property
    def complete(self) -> bool:
        """Whether every network of it is trained."""
        return self.results is not None and self.results.complete

    @property
    def scored(self) -> Results | None:
        """The results if they can be ranked: every network trained, and at least one function with a score."""
        known = self.results if self.complete else None
        return known if known and any(each.mean == each.mean for each in known.candidates) else None


@dataclass(frozen=True)
class Friedman:
    """Whether the ranks differ by more than luck: the statistic, and its p-value from shuffled ranks."""

    statistic: float
    p: float


@dataclass(frozen=True)
class Nemenyi:
    """Which functions' mean ranks differ: p-values for all pairs, in the order of the ranking's names.

    Two mean ranks that lie at least `critical` apart are told apart; `groups` are the longest runs of neighbours of
    which no two are.
    """

    critical: float
    p: tuple[tuple[float, ...], ...]
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Opposed:
    """A function against the baseline: on how many data sets it scored better, worse and the same.

    `p` is the exact two-sided p-value of `test`, `p_holm` the same after Holm's correction over the functions; both are
    None where there are too few data sets for any test.
    """

    activation: str
    better: int
    worse: int
    same: int
    p: float | None
    p_holm: float | None
    word: Against


@dataclass(frozen=True)
class Standing:
    """How a function ranked: its mean rank, its rank on each data set, and where it broke."""

    activation: str
    mean: float
    ranks: tuple[float, ...]
    firsts: int
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """The ranks over the data sets, best mean rank first, and the tests on them that so many data sets allow.

    `pair_test` is how functions are held against the baseline: "signed-rank", or "sign" where the scores of different
    data sets have different units.
    """

    data_sets: tuple[str, ...]
    standings: tuple[Standing, ...]
    friedman: Friedman | None
    nemenyi: Nemenyi | None
    pair_test: Literal["signed-rank", "sign"]
    against: tuple[Opposed, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The functions, best mean rank first."""
        return tuple(each.activation for each in self.standings)


@dataclass(frozen=True)
class Conclusion:
    """What a suite says: one sentence, how sure it is, and why."""

    sentence: str
    confidence: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class SuiteResults:
    """A carried out suite (or an interrupted one: `complete` is False); printed, it says the conclusion and ranks."""

    suite: Suite
    done: tuple[Done, ...]
    ranking: Ranking | None
    conclusion: Conclusion
    environment: Environment
    complete: bool

    def __str__(self) -> str:
        lines = [self.conclusion.sentence, self.conclusion.confidence, ""]
        if self.ranking is not None:
            width = max(map(len, self.ranking.names))
            lines += [f"{each.activation:{width}}  {number(each.mean, 2)}" for each in self.ranking.standings]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<SuiteResults of {self.suite.file}: {len(self.done)} data sets>"
