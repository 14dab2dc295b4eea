"""The compiled loop's own promises: a sound cache, honest chance, and no Numba before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from actlab.networks import engine
from actlab.networks.kernels import PLACES, kernels, loops
from tests.networks.machine_code import loop
from tests.networks.reference import Chance


def test_the_file_is_self_contained_so_that_its_cache_cannot_be_stale() -> None:
    assert engine.__file__ is not None
    tree = ast.parse(Path(engine.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= {"__future__", "math", "typing", "numpy", "llvmlite", "numba"}


def test_importing_the_room_leaves_heavy_packages_alone() -> None:
    code = "import sys, actlab.networks; print({'numba', 'scipy', 'sklearn', 'threadpoolctl'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


@pytest.mark.parametrize("stream", [0, 1, 2**63 - 1])
def test_the_stream_of_chance_is_the_same_in_both_languages(stream: int) -> None:
    chance, order, expected = Chance(stream), np.arange(100), np.arange(100)
    chance.shuffle(expected)
    loop("shuffle", order, stream, 0, 100)
    assert order.tolist() == expected.tolist() != list(range(100))
    noise = np.zeros(1000, np.float32)
    loop("fill", noise, stream, chance.count, 1000)
    np.testing.assert_array_equal(noise, chance.uniforms((10, 100)).ravel())


def test_the_stream_is_splitmix64() -> None:
    # the first numbers of Vigna's splitmix64.c for the seed 1234567
    assert [int(number) for number in Chance(1234567).bits(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_noise_is_uniform_and_shuffles_are_fair() -> None:
    noise = np.zeros(100_000, np.float32)
    loop("fill", noise, 7, 0, noise.size)
    assert noise.min() >= 0
    assert noise.max() < 1
    assert noise.mean() == pytest.approx(0.5, abs=0.005)
    firsts, order = np.zeros(5), np.arange(5)
    for turn in range(20_000):
        loop("shuffle", order, 7, 4 * turn, 5)
        firsts[order[0]] += 1
    assert firsts / 20_000 == pytest.approx(0.2, abs=0.015)


def test_every_place_of_the_table_has_its_machine_code() -> None:
    assert kernels().all()
    assert len(set(kernels().tolist())) == engine.KERNELS
    assert set(PLACES.values()) | {"add_to_rows"} == set(loops())
