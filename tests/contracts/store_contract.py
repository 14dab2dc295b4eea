"""What every store must do, as a class of tests; whoever subclasses it gives an address."""

import math
from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import numpy as np
import pytest

from actlab.compare.outcomes import Finished
from actlab.compare.records import Chosen, ColumnRead, DataRead, Environment, Plan, Run
from actlab.compare.store import LeaseLost, StoreRefusal, address_of, database, open_store
from actlab.compare.store.encoding import to_text
from actlab.compare.store.owner import Owner, this_process
from actlab.compare.store.protocol import Comparison, Source, Store
from actlab.networks import Architecture, LayerReading, Trained, initialise

PLAN = Plan(
    data="t\x00able ☃", target="y", task="binary", metric="roc_auc", activations=("relu", "tanh"), baseline="relu",
    repeats=2, hidden=(3,), rates=(0.01, 0.1), matters=0,
)  # fmt: skip
READ = DataRead(
    "t\x00able ☃", "ab", 7, "y", (("no", 3), ("yes", 4)), (ColumnRead("x", "numeric", 0, ""),), (("D1", "Few."),)
)
PLACE = Environment("actlab compare", "2026-11-23T10:00:00+00:00", 0.0, "1", "3", "Linux", 2, (("numpy", "2"),))
ANSWERS = np.array([0, 1, 1, 0, 1, 1, 0])
READING = LayerReading(1, 3, 0.5, 1, 0, 2, 0.1)


def comparison(name: str = "first", **changed: Any) -> Comparison:
    source = Source("/data/table.csv", "y", None, "yes")
    return replace(Comparison(name, PLAN, READ, source, None, (("relu", "x"),), PLACE), **changed)


def run(activation: str = "relu", repeat: int = 0, rate: float = 0.01, **changed: Any) -> Run:
    kept = Run(
        activation, repeat, rate, 2**31, "finished", "", 2, 1, 0.1 + 0.2, 1 / 3, 0.9, 0.8, (0.7, 1e-300), (0.6, 0.5)
    )
    return replace(kept, **changed)


def finished(seed: int = 0) -> Finished:
    form = Architecture(2, (3,), ("prelu",), 1, "binary")
    network = initialise(form, seed)
    trained = Trained(network, network, (), (), 1, 2, 0.3, False)
    scores = np.random.default_rng(seed).random(3, np.float32)
    return Finished(trained, scores[:1], scores[1:])


def chosen(best: Finished, of: Run) -> Chosen:
    rows = np.array([4, 6])
    return Chosen(of, (READING,), (READING, READING), rows[:1], best.validation_scores, rows, best.test_scores)


def die(store: Any) -> None:
    """Let a store's owner be a process of this machine that is no more."""
    store._me = to_text(replace(this_process(), pid=2**22 + 1))


class StoreContract:
    """The clauses; each test gets an empty store, and may open another on the same place."""

    @pytest.fixture
    def address(self):
        raise NotImplementedError

    @pytest.fixture
    def opened(self, address):
        made = [open_store(address_of(address), create=True)]

        def another() -> Store:
            made.append(open_store(address_of(address)))
            return made[-1]

        another.first = made[0]
        yield another
        for each in made:
            each.close()

    @pytest.fixture
    def store(self, opened) -> Iterator[Store]:
        return opened.first

    def test_a_comparison_comes_back_as_it_was(self, store):
        store.begin(comparison(), ANSWERS)
        assert store.comparison("first") == comparison()
        assert np.array_equal(store.load("first").answers, ANSWERS)

    def test_runs_come_back_bit_by_bit(self, store, opened):
        odd = run(
            status="failed", message="é\x00\ud800 `", seconds=math.nan, validation_loss=math.inf, test_score=math.nan
        )
        store.begin(comparison(), ANSWERS)
        store.add_run("first", 0, run(), None, 1.5)
        store.add_run("first", 3, odd, None, 2.5)
        loaded = opened().load("first").runs
        assert loaded[0] == run()
        assert repr(loaded[3]) == repr(odd)  # nan is not nan
        assert opened().comparison("first").environment.seconds == 2.5

    def test_a_network_takes_the_place_of_the_one_before(self, store):
        store.begin(comparison(), ANSWERS)
        store.add_run("first", 0, run(), finished(0), 1)
        store.add_run("first", 1, run(rate=0.1), finished(1), 2)
        store.add_run("first", 2, run("tanh"), None, 3)
        (place,) = store.load("first").places
        assert (place.run, place.start, place.end) == (run(rate=0.1), None, None)
        network = finished(1).trained.network
        for kept, true in zip(place.network, (*network.weights, *network.biases, *network.parameters), strict=True):
            assert kept.dtype == np.float32
            assert np.array_equal(kept, true)
        assert place.test_scores.dtype == np.float32
        assert np.array_equal(place.test_scores, finished(1).test_scores)
        assert np.array_equal(place.validation_scores, finished(1).validation_scores)

    def test_a_closed_repeat_has_readings_and_rows_and_the_networks_that_are_timed(self, store):
        store.begin(comparison(), ANSWERS)
        for number, name in enumerate(PLAN.activations):
            store.add_run("first", number, run(name), finished(number), 1)
        store.add_run("first", 2, run(repeat=1), finished(2), 1)
        closing = [chosen(finished(number), run(name)) for number, name in enumerate(PLAN.activations)]
        store.close_repeat("first", 0, closing, {"tanh"}, 2)
        loaded = store.load("first")
        places = {(each.run.activation, each.run.repeat): each for each in loaded.places}
        assert places["relu", 0].start == (READING,)
        assert places["relu", 0].end == (READING, READING)
        assert places["relu", 0].network is None
        assert places["tanh", 0].network is not None
        assert places["relu", 1].network is not None
        assert places["relu", 1].end is None
        assert {repeat: tuple(each.tolist() for each in rows) for repeat, rows in loaded.rows.items()} == {
            0: ([4], [4, 6])
        }

    def test_what_is_written_twice_is_kept_once(self, store):
        """A server may have kept what it could not confirm."""
        store.begin(comparison(), ANSWERS)
        for _ in range(2):
            store.add_run("first", 0, run(), finished(), 1)
        for _ in range(2):
            store.close_repeat("first", 0, [chosen(finished(), run())], (), 2)
        loaded = store.load("first")
        assert (len(loaded.runs), len(loaded.places), len(loaded.rows)) == (1, 1, 1)

    def test_half_an_entry_is_nothing(self, store):
        broken = replace(finished(), test_scores=object())
        store.begin(comparison(), ANSWERS)
        with pytest.raises(AssertionError):
            store.add_run("first", 0, run(), broken, 5)
        assert store.load("first").runs == {}
        assert store.comparison("first").environment.seconds == 0

    def test_only_who_has_the_lease_writes(self, store, opened):
        other = opened()
        store.begin(comparison(), ANSWERS)
        for write in (
            lambda: other.add_run("first", 0, run(), None, 1),
            lambda: other.close_repeat("first", 0, [chosen(finished(), run())], (), 1),
            lambda: other.finish("first", {}, "", 1),
            lambda: other.renew("first", 1),
            lambda: other.discard("first"),
        ):
            with pytest.raises(LeaseLost, match="first"):
                write()
        other.release("first")  # which is not its own
        with pytest.raises(StoreRefusal, match=r"is running: process \d+ on .* heard of 0 s ago"):
            other.take("first")
        assert store.load("first").runs == {}

    def test_a_released_comparison_can_be_taken_and_is_lost_to_the_one_before(self, store, opened):
        other = opened()
        store.begin(comparison(), ANSWERS)
        store.release("first")
        other.take("first")
        other.add_run("first", 0, run(), None, 1)
        with pytest.raises(LeaseLost):
            store.add_run("first", 1, run(rate=0.1), None, 1)
        assert list(other.load("first").runs) == [0]

    def test_a_lease_of_a_dead_process_is_free_at_once(self, store, opened):
        die(store)
        store.begin(comparison(), ANSWERS)
        assert store.entries()[0].state == "unfinished"
        opened().take("first")

    def test_a_lease_of_a_store_that_was_closed_is_free_in_a_process_that_lives_on(self, store, opened):
        store.begin(comparison(), ANSWERS)
        store.close()
        opened().take("first")

    def test_a_lease_runs_out_where_nobody_can_tell_who_is_dead(self, store, opened, monkeypatch):
        monkeypatch.setattr(Owner, "is_dead", lambda owner: False)
        store.begin(comparison(), ANSWERS)
        other = opened()
        with pytest.raises(StoreRefusal):
            other.take("first")
        monkeypatch.setattr(database, "LEASE_SECONDS", -0.001)
        store.renew("first", 1)
        other.take("first")

    def test_the_list_says_how_far_each_is(self, store, opened):
        later = replace(PLACE, started="2026-11-24T10:00:00+00:00")
        store.begin(comparison(), ANSWERS)
        store.begin(comparison("second", environment=later, folder="/reports/two"), ANSWERS)
        store.add_run("second", 0, run(), None, 1)
        store.release("second")
        store.begin(comparison("third"), ANSWERS)
        store.finish("third", {"relu": (1e-5, 2e-5)}, "relu, BASELINE", 9.5)
        told = [(each.id, each.state, each.done, each.answer, each.folder) for each in opened().entries()]
        assert told == [
            ("second", "unfinished", 1, "", "/reports/two"),
            ("first", "running", 0, "", None),
            ("third", "finished", 0, "relu, BASELINE", None),
        ]
        assert {(each.planned, each.data, each.target) for each in store.entries()} == {(8, PLAN.data, "y")}

    def test_a_finished_comparison_has_its_timings_and_no_weights(self, store, opened):
        store.begin(comparison(), ANSWERS)
        store.add_run("first", 0, run(), finished(), 1)
        store.close_repeat("first", 0, [chosen(finished(), run())], {"relu"}, 2)
        store.finish("first", {"relu": (1e-5, 0.1 + 0.2)}, "relu", 3)
        kept = opened().comparison("first")
        assert kept.timings == {"relu": (1e-5, 0.1 + 0.2)}
        assert kept.environment.seconds == 3
        assert store.load("first").places[0].network is None

    def test_a_discarded_comparison_is_gone(self, store):
        store.begin(comparison(), ANSWERS)
        store.begin(comparison("second"), ANSWERS)
        store.add_run("first", 0, run(), finished(), 1)
        store.close_repeat("first", 0, [chosen(finished(), run())], (), 2)
        store.discard("first")
        assert [each.id for each in store.entries()] == ["second"]
        with pytest.raises(StoreRefusal, match="holds no comparison first"):
            store.comparison("first")
        with pytest.raises(StoreRefusal, match="holds no comparison first"):
            store.take("first")

    def test_several_write_at_once_and_lose_nothing(self, address):
        """From the very beginning: all of them find nothing there, and make the store."""
        together, errors = Barrier(4), []

        def write(name: str) -> None:
            try:
                together.wait()
                store = open_store(address_of(address), create=True)
                store.begin(comparison(name), ANSWERS)
                for number in range(10):
                    store.add_run(name, number, run(), finished(number), number)
                    store.entries()
                store.close()
            except Exception as error:  # noqa: BLE001 - told in the main thread
                errors.append(error)

        threads = [Thread(target=write, args=(f"writer {number}",)) for number in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert errors == []
        store = open_store(address_of(address))
        assert [each.done for each in store.entries()] == [10] * 4
        store.close()

    def test_nothing_is_read_from_an_empty_place(self, address):
        with pytest.raises(StoreRefusal, match=r"no store|not an actlab store"):
            open_store(address_of(address))

    def test_a_store_of_another_version_is_left_alone(self, store, address, monkeypatch):
        store.begin(comparison(), ANSWERS)
        for version, words in ((0, "a newer actlab"), (99, "an older actlab")):
            monkeypatch.setattr("actlab.compare.store.tables.VERSION", version)
            for create in (True, False):
                with pytest.raises(StoreRefusal, match=words):
                    open_store(address_of(address), create=create)
