"""What a comparison plans, sees and says: the frozen records that pass from the plan to the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from actlab.figures.numerals import number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from actlab.networks import LayerReading

Task = Literal["binary", "multiclass", "regression", "own"]
Verdict = Literal["BASELINE", "CLEAR", "SMALL", "SAME", "UNSURE", "WORSE", "BROKEN"]
Status = Literal["finished", "diverged", "failed"]

SCHEMA = "actlab.compare/1"


@dataclass(frozen=True)
class ModelPlan:
    """A person's own model, as far as it decides the numbers.

    `fingerprint` is a hash of its code or weights; with `is_new` each network starts with weights of its own, else
    with those that the model came with; `loss` and `step` name a person's own; with `given_parts` the rows were split
    by the person, and a repeat is another seed alone.
    """

    name: str
    fingerprint: str
    is_new: bool
    device: str = "cpu"
    loss: str = ""
    step: str = ""
    given_parts: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything that decides the numbers: the same plan on the same table gives the same results."""

    data: str
    target: str
    task: Task
    metric: str
    activations: tuple[str, ...]
    baseline: str
    repeats: int = 10
    hidden: tuple[int, ...] = (64, 64)
    rates: tuple[float, ...] = (0.0003, 0.001, 0.003, 0.01)
    matters: float = 0.01
    cost_false_positive: float = 1.0
    cost_false_negative: float = 1.0
    test_share: float = 0.2
    validation_share: float = 0.15
    batch: int = 64
    epochs: int = 200
    patience: int = 20
    optimiser: Literal["adam", "sgd"] = "adam"
    weight_decay: float = 0.0
    seed: int = 0
    model: ModelPlan | None = None

    @property
    def networks(self) -> int:
        """How many networks this plan trains."""
        return len(self.activations) * self.repeats * len(self.rates)

    @property
    def test_over_fitting(self) -> float:
        """Rows tested on over rows learned from: how much the repeats' differences depend on each other."""
        return self.test_share / ((1 - self.test_share) * (1 - self.validation_share))


@dataclass(frozen=True)
class Progress:
    """How far the runs are: `done` of `total` networks, the one that finished last, and about what is left."""

    done: int
    total: int
    activation: str
    repeat: int
    rate: float
    seconds_left: float


@dataclass(frozen=True)
class Run:
    """One trained network: an activation, a repeat (its split and initialisation) and a learning rate."""

    activation: str
    repeat: int
    rate: float
    seed: int
    status: Status
    message: str
    epochs: int
    best_epoch: int
    seconds: float
    validation_loss: float
    validation_score: float
    test_score: float
    training_curve: tuple[float, ...]
    validation_curve: tuple[float, ...]


@dataclass(frozen=True)
class Chosen:
    """The run whose learning rate won the inner split of one repeat, with what was measured on its network.

    Scores are float32 probabilities, (rows,) or (rows, classes), or float64 numbers in the target's own unit, (rows,).
    Readings are empty where none were taken.
    """

    run: Run
    start: tuple[LayerReading, ...]
    end: tuple[LayerReading, ...]
    validation_rows: npt.NDArray[np.int64]
    validation_scores: npt.NDArray[Any]
    test_rows: npt.NDArray[np.int64]
    test_scores: npt.NDArray[Any]


@dataclass(frozen=True)
class Difference:
    """Score of an activation minus the baseline's, paired by repeat; positive is better for every metric.

    `low` and `high` bound the 95 % interval of the corrected test (Nadeau & Bengio 2003); `p` is its two-sided
    p-value, `p_holm` the same after Holm's correction over the candidates.
    """

    mean: float
    low: float
    high: float
    p: float
    p_holm: float
    by_repeat: tuple[float, ...]


@dataclass(frozen=True)
class Cost:
    """Medians over the repeats. Training seconds are those of the chosen networks; inference is one call."""

    training_seconds: float
    inference_one_row_seconds: float
    inference_thousand_rows_seconds: float


@dataclass(frozen=True)
class LayerSummary:
    """The units of one hidden layer, mean over the repeats; shares lie between 0 and 1.

    `zeros` counts exact zeros among the outputs, `dead` the units whose local slope is 0 on every training row,
    `sparse` the living units with a slope on fewer than 5 % of the rows; `gradient` is the root mean square of
    the loss's gradient with respect to the layer's weights.
    """

    layer: int
    units: int
    zeros_start: float
    zeros_end: float
    dead_start: float
    dead_end: float
    sparse_start: float
    sparse_end: float
    gradient_start: float
    gradient_end: float


@dataclass(frozen=True)
class Candidate:
    """All that is known of one activation after the runs; `scores` has one entry a repeat, nan where it broke."""

    activation: str
    verdict: Verdict
    reason: str
    scores: tuple[float, ...]
    mean: float
    deviation: float
    difference: Difference | None
    cost: Cost
    layers: tuple[LayerSummary, ...]
    rates: tuple[tuple[float, int], ...]
    diverged: int
    failed: int


@dataclass(frozen=True)
class CutoffCurve:
    """Expected cost a row over the cutoff, on rows not trained on, for the recommended activation.

    `cost` is the mean over the repeats when all use the same cutoff, `low` and `high` the 10th and 90th percentile.
    A repeat's own cutoff is chosen on its validation rows and charged on its test rows: `cost_at_chosen` is the mean
    of that, and so no point of the curve. `chosen` is the median of those cutoffs, `chosen_low` and
    `chosen_high` the smallest and the largest. `saving_low` and `saving_high` bound the 95 % interval (corrected
    as in `Difference`) of what the chosen cutoffs save a row against 0.5. Rows of a confusion are the true
    classes (negative, positive), columns the answers, summed over the repeats' test rows.
    """

    activation: str
    positive: str
    negative: str
    cost_false_positive: float
    cost_false_negative: float
    cutoffs: tuple[float, ...]
    cost: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    chosen: float
    chosen_low: float
    chosen_high: float
    cost_at_half: float
    cost_at_chosen: float
    saving_low: float
    saving_high: float
    confusion_at_half: tuple[tuple[int, int], tuple[int, int]]
    confusion_at_chosen: tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Answer:
    """The recommendation in one sentence, how sure it is, why, and what would change it."""

    activation: str
    sentence: str
    confidence: str
    reasons: tuple[str, ...]
    would_change: tuple[str, ...]


@dataclass(frozen=True)
class ColumnRead:
    """One column of the table as it was read."""

    name: str
    kind: str
    missing: int
    note: str


@dataclass(frozen=True)
class DataRead:
    """The table as it was read: what the report shows of it."""

    name: str
    sha256: str
    rows: int
    target: str
    classes: tuple[tuple[str, int], ...]
    columns: tuple[ColumnRead, ...]
    findings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Environment:
    """Where and with what the numbers were made."""

    command: str
    started: str
    seconds: float
    actlab: str
    python: str
    platform: str
    cores: int
    packages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, repr=False)
class Results:
    """One finished (or interrupted: `complete` is False) comparison; printed, it says the answer and the scores."""

    plan: Plan
    data: DataRead
    environment: Environment
    runs: tuple[Run, ...]
    chosen: tuple[Chosen, ...]
    candidates: tuple[Candidate, ...]
    answer: Answer
    cutoff: CutoffCurve | None
    complete: bool

    def __str__(self) -> str:
        width = max(len(each.activation) for each in self.candidates)
        rows = [
            f"{each.activation:{width}}  {each.verdict:8}  {number(each.mean, 3)} ± {number(each.deviation, 3)}"
            for each in self.candidates
        ]
        return "\n".join([self.answer.sentence, self.answer.confidence, "", *rows])

    def __repr__(self) -> str:
        taken = self.answer.activation or "none"
        return f"<Results on {self.data.name}: {len(self.candidates)} activations, {taken} recommended>"
