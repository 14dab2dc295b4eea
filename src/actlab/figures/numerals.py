"""Numbers as a reader wants them: a true minus sign, as many digits as carry meaning, and time in fitting units."""

from __future__ import annotations

import math

MINUS = "\u2212"


def decimals(step: float) -> int:
    """How many decimals tell numbers apart that differ by a tenth of `step`; between 3 and 6."""
    if not step > 0:
        return 4
    return min(6, max(3, 1 - math.floor(math.log10(step))))


def number(value: float, places: int) -> str:
    """Spell a number with that many decimals; nothing measured is a dash."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{abs(value):,.{places}f}".replace(",", "\u202f")
    return f"{MINUS}{text}" if value < 0 and float(f"{value:.{places}f}") != 0 else text


def signed(value: float, places: int) -> str:
    """Spell a difference: plus or minus in front, and plain zero when it rounds to that."""
    text = number(value, places)
    return f"+{text}" if value > 0 and math.isfinite(value) and float(f"{value:.{places}f}") != 0 else text


def short(value: float, digits: int = 3) -> str:
    """Spell a number with that many significant digits and no trailing zeros."""
    if value == 0 or not math.isfinite(value):
        return number(value, 0)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = number(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds(value: float) -> str:
    """Spell a duration with two or three digits: 14 µs, 3.2 ms, 48 s, 2 min 5 s."""
    if not math.isfinite(value):
        return "–"
    for size, unit in ((1e-6, "µs"), (1e-3, "ms"), (1.0, "s")):
        if value < 999.5 * size and (unit != "s" or value < 59.5):
            amount = value / size
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
    whole = round(value)
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def share(value: float) -> str:
    """Spell a share between 0 and 1 in per cent; a little is never called nothing."""
    if math.isnan(value):
        return "–"
    if 0 < value < 0.005:
        return "< 1 %"
    if 0.995 <= value < 1:
        return "> 99 %"
    return f"{100 * value:.0f} %"


def listed(names: list[str] | tuple[str, ...], most: int = 4) -> str:
    """Join names in a sentence: `a`, `a and b`, `a, b and 3 more`."""
    shown = list(names)
    if len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
