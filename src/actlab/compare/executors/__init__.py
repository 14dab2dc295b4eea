"""Where networks are trained: in threads, in processes, or on a Dask cluster."""

from actlab.compare.executors.here import Here
from actlab.compare.executors.processes import Processes
from actlab.compare.executors.protocol import Executor, ExecutorFailure
from actlab.compare.executors.threads import Threads

__all__ = ["Executor", "ExecutorFailure", "Here", "Processes", "Threads"]
