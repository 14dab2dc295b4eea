"""All executors, held against their contract; and what only some of them promise."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest

from actlab.compare.executors import Here, Processes, Threads, parcels
from actlab.compare.executors.processes import Lost, _end_idle
from actlab.data import UsageError
from actlab.networks import Job
from actlab.networks.training import not_stopped
from tests.contracts.executor_contract import ExecutorContract, Waiting, job, same

distributed = pytest.importorskip("distributed")

from dask import config  # noqa: E402

from actlab.compare.executors.cluster import Cluster, Session  # noqa: E402

KILLED = "the process that trained it died, from a crash in native code or for want of memory"


class TestHere(ExecutorContract):
    @pytest.fixture
    def executor(self):
        return Here()


class TestThreads(ExecutorContract):
    @pytest.fixture
    def executor(self):
        return Threads(2)


class TestProcesses(ExecutorContract):
    @pytest.fixture
    def executor(self):
        return Processes(2)


class TestCluster(ExecutorContract):
    @pytest.fixture
    def executor(self, cluster):
        return cluster


@pytest.fixture(scope="module")
def cluster():
    patience = {"distributed.scheduler.allowed-failures": 1}
    with config.set(patience), Cluster("local") as found:
        yield found


@dataclass(frozen=True)
class Dying:
    """Dies with its process, always or once only."""

    once: str = ""

    def train(self, stop: Any) -> str:
        """End the process as a crash would."""
        if self.once:
            try:
                os.close(os.open(self.once, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return "done"
        os.kill(os.getpid(), signal.SIGKILL)
        return ""


@dataclass(frozen=True)
class Limited(Waiting):
    limit: float = 10.0  # also a busy machine starts what takes no time within it


def test_a_crash_costs_its_own_job_alone():
    found = dict(Processes(2).results([job(), Dying(), job(), Waiting()]))
    assert isinstance(found[1], Lost)
    assert str(found[1]) == KILLED
    same(found[0], found[2])
    assert found[3] == "done"


def test_a_hang_is_ended_and_costs_its_own_job_alone():
    began = time.monotonic()
    found = dict(Processes(2).results([Limited(1000), Limited(0), Waiting(2.5)]))
    assert time.monotonic() - began < 60
    assert isinstance(found[0], Lost)
    assert "was not done after 10 s" in str(found[0])
    assert [found[1], found[2]] == ["done", "done"]


@dataclass(frozen=True)
class Talking:
    """Prints, as a person's model may."""

    def train(self, stop: Any) -> str:
        """Say it in Python and past Python."""
        sys.stdout.write("a word from Python\n")
        sys.stdout.flush()
        os.write(1, b"a word from elsewhere\n")
        return "done"


def test_what_a_model_prints_is_no_result(capfd):
    _end_idle()  # what prints where this test listens must have been started in it
    assert list(Processes(1).results([Talking()])) == [(0, "done")]
    said = capfd.readouterr()
    assert said.out == ""
    assert "a word from Python" in said.err
    assert "a word from elsewhere" in said.err
    _end_idle()


def test_the_blas_is_limited_once_in_a_thread_and_not_for_every_job(monkeypatch):
    limited = []
    monkeypatch.setattr(parcels, "threadpool_limits", lambda *asked: limited.append(asked))

    def train() -> None:
        for _ in range(3):
            assert parcels.carry_out(Waiting(0), not_stopped()) == "done"

    for _ in range(2):
        thread = threading.Thread(target=train)
        thread.start()
        thread.join()
    assert limited == [(1, "blas")] * 2


def test_what_cannot_be_sent_costs_itself_alone():
    found = dict(Processes(1).results([Limited(threading.Lock()), Waiting()]))
    assert str(found[0]).startswith("it cannot be sent to a process of its own (TypeError: cannot pickle")
    assert found[1] == "done"


def test_a_process_that_died_while_idle_costs_nothing():
    (found,) = Processes(1).results([Pid()])
    os.kill(found[1], signal.SIGKILL)
    time.sleep(0.2)
    assert len(dict(Processes(1).results([Pid(), Waiting()]))) == 2


def test_processes_are_kept_for_the_next_jobs_and_survive_a_stop():
    ((_, first),) = Processes(1).results([Pid()])
    assert list(Processes(1).results([Waiting(1000)], until=time.monotonic() + 0.5)) == []
    ((_, second),) = Processes(1).results([Pid()])
    assert first == second


@dataclass(frozen=True)
class Pid:
    """Says which process does it."""

    def train(self, stop: Any) -> int:
        """Its number."""
        return os.getpid()


def test_processes_are_ended_when_time_is_up():
    began = time.monotonic()
    assert list(Processes(2).results([Waiting(1000), Waiting(1000)], until=began + 1)) == []
    assert time.monotonic() - began < 60


def test_a_lost_workers_tasks_run_again(cluster):
    expected = dict(Threads(2).results([job(seed=seed) for seed in range(60)]))
    victim = next(iter(cluster._client.run(os.getpid).values()))
    found: dict[int, Any] = {}
    for index, result in cluster.results([*(job(seed=seed) for seed in range(60)), *[Waiting(0.5)] * 4]):
        if not found:
            threading.Timer(0.1, os.kill, (victim, signal.SIGKILL)).start()
        found[index] = result
    assert sorted(found) == list(range(64))
    for seed, each in expected.items():
        same(found[seed], each)


@dataclass(frozen=True, eq=False)
class Deadly(Job):
    """A network of actlab's with which its worker dies, always or once only."""

    once: str = ""

    def train(self, stop: Any) -> Any:
        """End the process as a lack of memory would."""
        Dying(self.once).train(stop)
        return super().train(stop)


def deadly(**options):
    return Deadly(**vars(job()), **options)


def test_a_task_that_was_lost_is_done_once_more_and_not_for_ever(cluster, tmp_path):
    found = dict(cluster.results([deadly(once=str(tmp_path / "once")), job()]))
    same(found[0], found[1])
    found = dict(cluster.results([deadly()]))
    assert "each worker that tried to train it was lost" in str(found[0])


def test_a_persons_model_that_crashes_or_hangs_costs_itself_alone_on_a_cluster_too():
    with Cluster("local") as own:  # whose workers have all lived until now
        before = set(own._client.run(os.getpid).values())
        found = dict(own.results([Dying(), Limited(1000), Waiting(0.1), job()]))
        assert str(found[0]) == KILLED
        assert "was not done after 10 s" in str(found[1])
        assert found[2] == "done"
        assert not isinstance(found[3], Exception)
        assert set(own._client.run(os.getpid).values()) == before


def test_rows_are_sent_to_the_cluster_once(cluster, monkeypatch):
    sent = []
    scatter = cluster._client.scatter
    monkeypatch.setattr(
        cluster._client, "scatter", lambda value, **options: (sent.append(value), scatter(value, **options))[1]
    )
    monkeypatch.setattr("actlab.compare.executors.cluster.LARGE", 1000)
    jobs = [job(seed=seed) for seed in range(20)]
    assert len(dict(cluster.results(jobs))) == 20
    assert len(sent) == len({id(each) for each in sent}) == 2


def test_a_second_local_cluster_stands_beside_the_first(cluster):
    with Cluster("local") as other:
        same(dict(other.results([job(seed=1)]))[0], dict(cluster.results([job(seed=1)]))[0])


@pytest.mark.parametrize(("left", "size"), [(0, 64), (600, 64), (60, 10), (5, 1)])
def test_the_last_tasks_are_small_so_that_all_threads_end_together(left, size):
    session = Session(None, None)
    session._done, session._seconds, session._left = 100, 1.0, left  # 10 ms a network; 0: unknown
    assert session._size(threads=2) == size


def test_what_listens_there_is_no_scheduler(monkeypatch, capfd):
    monkeypatch.setattr("actlab.compare.executors.cluster.CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match=rf"No Dask scheduler answers at '{address}'; write its address"):
            Cluster(address)
    gc.collect()
    assert capfd.readouterr().err == ""


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr("actlab.compare.executors.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(UsageError, match=r"No Dask scheduler answers at 'nowhere:1'; write its address"):
        Cluster("nowhere:1")
