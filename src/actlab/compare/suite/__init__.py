"""One comparison on each of several data sets, and what their ranks say together.

    from actlab.compare.suite import bench

    found = bench("suite.toml", out="bench")
    print(found)

The suite is a TOML file, described in `docs/bench.md`.
"""

from actlab.compare.suite.carrying import bench, carry_out, checked, concluded
from actlab.compare.suite.reading import read_suite
from actlab.compare.suite.records import Checked, Done, Member, Suite, SuiteResults
from actlab.compare.suite.writing import document, write

__all__ = [
    "Checked",
    "Done",
    "Member",
    "Suite",
    "SuiteResults",
    "bench",
    "carry_out",
    "checked",
    "concluded",
    "document",
    "read_suite",
    "write",
]
