"""Where and with what a comparison runs."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from actlab.compare.records import Environment
from actlab.compare.store import masked

PACKAGES = ("numba", "numpy", "polars", "scikit-learn", "scipy")


def environment_of(command: str, *, torch: bool = False) -> Environment:
    """This place and moment, for a comparison that begins; a password in the command is not kept."""
    from actlab.networks.training import cores

    return Environment(
        command=masked(command),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        actlab=_version("actlab"),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        cores=cores(),
        packages=tuple((name, _version(name)) for name in (*PACKAGES, *["torch"] * torch)),
    )


def changes(before: Environment, now: Environment) -> tuple[str, ...]:
    """What may change numbers between two places: `numpy 2.1.0 instead of 2.0.2`."""
    old, new = ({"actlab": each.actlab, "platform": each.platform, **dict(each.packages)} for each in (before, now))
    return tuple(f"{name} {new[name]} instead of {old.get(name)}" for name in new if new[name] != old.get(name))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a checkout that nobody installed
        return "unknown"
