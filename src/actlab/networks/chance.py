"""Chance in machine code. It is counted: number i of a stream needs no number before it, so that it repeats easily."""

from __future__ import annotations

from typing import Any

from actlab.compilers.native.loops import SIZE, counted
from actlab.networks.steps import FLOAT, INDEX, Table, keep_content

GOLDEN, MIX_1, MIX_2 = INDEX(0x9E3779B97F4A7C15), INDEX(0xBF58476D1CE4E5B9), INDEX(0x94D049BB133111EB)


def random_bits(builder: Any, stream: Any, index: Any) -> Any:
    """64 random bits: number `index` of a stream, by splitmix64 (Steele, Lea & Flood 2014)."""
    word = builder.add(stream, builder.mul(builder.add(index, SIZE(1)), GOLDEN))
    for shift, factor in ((30, MIX_1), (27, MIX_2)):
        word = builder.mul(builder.xor(word, builder.lshr(word, INDEX(shift))), factor)
    return builder.xor(word, builder.lshr(word, INDEX(31)))


def shuffle(builder: Any, order: Any, stream: Any, used: Any, count: Any) -> None:
    """(int64* order, stream, used, count): shuffle in place (Fisher & Yates) with the numbers from `used` on."""
    with counted(builder, builder.sub(count, SIZE(1))) as index:
        bits = builder.lshr(random_bits(builder, stream, builder.add(used, index)), INDEX(32))
        last = builder.sub(builder.sub(count, SIZE(1)), index)
        pick = builder.lshr(builder.mul(bits, builder.add(last, SIZE(1))), INDEX(32))
        places = [builder.gep(order, [place], source_etype=INDEX) for place in (last, pick)]
        first, second = (builder.load(place, typ=INDEX) for place in places)
        builder.store(second, places[0])
        builder.store(first, places[1])


def fill(builder: Any, out: Any, stream: Any, used: Any, count: Any) -> None:
    """(out, stream, used, count): uniforms in [0, 1) of 24 bits, which a float32 holds exactly."""
    with counted(builder, count) as index:
        bits = builder.lshr(random_bits(builder, stream, builder.add(used, index)), INDEX(40))
        uniform = builder.fmul(builder.uitofp(bits, FLOAT.type), FLOAT.type(2.0**-24))
        keep_content(builder, uniform, out, index)


CHANCE: Table = {"shuffle": (1, 3, shuffle), "fill": (1, 3, fill)}
