"""What the figures of `kernels.py` say: ratios, their geometric means, and where actlab is behind."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.contestants import BOTH, FORWARD, INTO_OUT
from benchmarks.peers import NOT_FUSED_IN_TORCH

Row = dict[str, Any]
NAMES = {10: "10", 1 << 16: "64 Ki", 1 << 20: "1 Mi", 1 << 24: "16 Mi"}
OURS = ("actlab", "actlab in torch")
LIMITS = ("copy", "traffic")
BEHIND = 1.1
WORST = 12  # of those that many are listed
LIMIT = 0.5  # of a copy's rate


def seconds(row: Row, contestant: str) -> float:
    """Microseconds a call, the median; nan where it did not take part."""
    found = row["microseconds"].get(contestant)
    return found[0] if found else math.nan


def fastest(row: Row, contestant: str) -> float:
    """Microseconds a call in the fastest round."""
    quickest: float = row["microseconds"][contestant][1]
    return quickest


def ratio(row: Row, contestant: str, ours: str = "actlab") -> float:
    """How many times as long the contestant takes as actlab."""
    return seconds(row, contestant) / seconds(row, ours)


def geometric_mean(numbers: Iterable[float]) -> float:
    """Of those that are numbers; nan of none."""
    logarithms = [math.log(each) for each in numbers if not math.isnan(each)]
    return math.exp(sum(logarithms) / len(logarithms)) if logarithms else math.nan


def best_peer(row: Row, ours: str) -> tuple[str, float]:
    """The quickest contestant that is not ours, and how many times as long it takes as actlab.

    Inside torch only torch's own are peers: whoever has tensors has no choice of the others.
    """
    peers = [
        name
        for name in row["microseconds"]
        if name not in (*OURS, *LIMITS) and (ours == "actlab" or name.startswith("torch"))
    ]
    return min(((name, ratio(row, name, ours)) for name in peers), key=lambda pair: pair[1], default=("", math.nan))


def behind(rows: Iterable[Row], ours: str = "actlab") -> list[tuple[float, str, Row]]:
    """Where actlab takes more than a tenth longer than the best peer, worst first.

    In the median and in the fastest round: in one of them alone it is chance.
    """
    found = []
    for row in rows:
        if row["size"] > 10 and ours in row["microseconds"]:
            peer, times = best_peer(row, ours)
            if times < 1 / BEHIND and fastest(row, peer) * BEHIND < fastest(row, ours):
                found.append((1 / times, peer, row))
    return sorted(found, key=lambda each: -each[0])


def table(header: list[str], body: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def spell(number: float) -> str:
    """Two digits, as a table wants them."""
    if math.isnan(number):
        return "—"
    return f"{number:.0f}" if number >= 100 else f"{number:.2g}" if number < 9.95 else f"{number:.0f}"


def line(row: Row) -> str:
    """A case while it is measured: microseconds of everybody."""
    seen = ", ".join(f"{name} {spell(each[0])}" for name, each in row["microseconds"].items())
    where = f"{row['function']:12} {row['dtype']} {NAMES.get(row['size'], row['size']):>5} x{row['threads']}"
    return f"{where} {row['mode']:20} {seen} µs"


def means(rows: list[Row]) -> str:
    """The geometric means over the catalogue, float32, forward and backward."""
    both = [row for row in rows if row["mode"] == BOTH and row["dtype"] == "float32"]
    kinds: dict[str, tuple[str, str, Callable[[Row], bool]]] = {
        "torch": ("torch", "actlab", lambda _: True),
        "torch, huge pages": ("torch, huge pages", "actlab", lambda _: True),
        "torch, not fused by hand": ("torch", "actlab", lambda row: row["function"] in NOT_FUSED_IN_TORCH),
        "torch, actlab inside torch": ("torch", "actlab in torch", lambda _: True),
        "torch.compile": ("torch.compile", "actlab", lambda _: True),
        "jax.jit": ("jax.jit", "actlab", lambda _: True),
        "NumPy": ("NumPy", "actlab", lambda _: True),
        "numexpr": ("numexpr", "actlab", lambda _: True),
        "a copy and a product: times as fast as torch": ("torch", "traffic", lambda _: True),
    }
    columns = sorted({(row["size"], row["threads"]) for row in both if row["size"] > 10})
    body = [
        [name]
        + [
            spell(
                geometric_mean(
                    ratio(row, peer, ours) for row in both if (row["size"], row["threads"]) == column and is_in(row)
                )
            )
            for column in columns
        ]
        for name, (peer, ours, is_in) in kinds.items()
    ]
    header = [f"{NAMES.get(size, size)}, {threads} thread{'s' * (threads > 1)}" for size, threads in columns]
    return table(["times as fast as", *header], body)


def ratios(rows: list[Row], size: int, threads: int, dtype: str = "float32") -> str:
    """One line a function: actlab's rate, and how many times as long the others take."""
    columns = ("torch", "torch.compile", "jax.jit", "NumPy", "numexpr", "SciPy")
    here = [row for row in rows if (row["size"], row["threads"], row["dtype"]) == (size, threads, dtype)]
    by_name: dict[str, dict[str, Row]] = {}
    for row in here:
        by_name.setdefault(row["function"], {})[row["mode"]] = row
    body = [
        [name, *(spell(seconds(modes[mode], "actlab")) for mode in (FORWARD, BOTH) if mode in modes)]
        + [" / ".join(spell(ratio(modes[mode], peer)) for mode in (FORWARD, BOTH) if mode in modes) for peer in columns]
        for name, modes in by_name.items()
    ]
    return table(["", "forward µs", "and backward µs", *columns], body)


def copies(rows: list[Row]) -> str:
    """Forward into `out=` at the largest size: the rate relative to a copy, the lowest first."""
    largest = [row for row in rows if row["mode"] == INTO_OUT and row["size"] == 1 << 24]
    columns = sorted({(row["dtype"], row["threads"]) for row in largest})
    body = []
    for dtype, threads in columns:
        alike = [row for row in largest if (row["dtype"], row["threads"]) == (dtype, threads)]
        here = [(ratio(row, "copy"), row["function"]) for row in alike]
        low = ", ".join(f"{name} {spell(share)}" for share, name in sorted(here) if share < LIMIT) or "none"
        mean = geometric_mean(share for share, _ in here)
        body.append([f"{dtype}, {threads} thread{'s' * (threads > 1)}", spell(mean), spell(min(here)[0]), low])
    return table(["into `out=`, 16 Mi", "mean share of a copy's rate", "lowest", "below a half"], body)


def fresh(rows: list[Row]) -> str:
    """What a fresh result costs at the largest size beside one that is written into `out=`."""
    columns = ("actlab", "copy", "torch", "torch, huge pages")
    body = []
    for threads in sorted({row["threads"] for row in rows}):
        chosen = [row for row in rows if (row["size"], row["threads"], row["dtype"]) == (1 << 24, threads, "float32")]
        pairs: dict[str, dict[str, Row]] = {}
        for row in chosen:
            pairs.setdefault(row["function"], {})[row["mode"]] = row
        shares = {
            name: geometric_mean(
                seconds(modes[FORWARD], name) / seconds(modes[INTO_OUT], name)
                for modes in pairs.values()
                if FORWARD in modes and INTO_OUT in modes
            )
            for name in columns
        }
        if pairs:
            body.append([f"{threads} thread{'s' * (threads > 1)}", *(spell(shares[name]) for name in columns)])
    return table(["fresh / into `out=`, 16 Mi, float32", *columns], body)


def small(rows: list[Row]) -> str:
    """The cost of one call on ten numbers, in microseconds: the median over the functions, and their range."""
    body = []
    for mode in (FORWARD, BOTH):
        here = [row for row in rows if row["size"] == 10 and row["mode"] == mode and row["threads"] == 1]
        for name in dict.fromkeys(name for row in here for name in row["microseconds"]):
            taken = sorted(seconds(row, name) for row in here if name in row["microseconds"])
            body.append([name, mode, spell(taken[len(taken) // 2]), f"{spell(taken[0])} – {spell(taken[-1])}"])
    return table(["ten numbers", "", "µs a call", "over the functions"], body)


def losses(rows: list[Row], ours: str) -> str:
    """The list of where actlab is more than a tenth behind, the worst first."""
    measured = sum(row["size"] > 10 and ours in row["microseconds"] for row in rows)
    found = behind(rows, ours)
    body = [
        [
            *(str(row[key]) for key in ("function", "mode", "dtype")),
            NAMES.get(row["size"], str(row["size"])),
            str(row["threads"]),
            peer,
            spell(times),
        ]
        for times, peer, row in found[:WORST]
    ]
    head = f"{ours}: more than a tenth behind the best peer in {len(found)} of {measured} cases"
    columns = ["", "", "", "elements", "threads", "peer", "times as fast"]
    return head + ("; the worst:\n\n" + table(columns, body) if body else ".")


def report(results: Row) -> str:
    """The tables of docs/speed.md; of those by function the smallest and the largest size."""
    rows = results["rows"]
    parts = [f"{results['processor']}; {', '.join(f'{k} {v}' for k, v in results['versions'].items())}", means(rows)]
    columns = sorted({(row["size"], row["threads"]) for row in rows if row["size"] > 10})
    for size, threads in dict.fromkeys((*columns[:1], *columns[-1:])):
        count = f"{NAMES.get(size, size)} elements, float32, {threads} thread{'s' * (threads > 1)}"
        parts += [f"{count}; times as long as actlab, forward / forward and backward", ratios(rows, size, threads)]
    if any(row["size"] == 1 << 24 for row in rows):
        parts += [copies(rows), fresh(rows)]
    if any(row["size"] == 10 for row in rows):
        parts.append(small(rows))
    parts += [losses(rows, each) for each in OURS]
    return "\n\n".join(parts)


def as_json(results: Row) -> str:
    """One line a case, so that a change of one figure is a change of one line."""
    head = json.dumps({key: value for key, value in results.items() if key != "rows"}, indent=1)
    lines = ",\n".join("  " + json.dumps(row) for row in results["rows"])
    return head.rstrip().removesuffix("}").rstrip() + ',\n "rows": [\n' + lines + "\n ]\n}\n"
