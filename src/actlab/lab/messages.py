"""What the page says in each language: gettext catalogues whose keys are the English sentences."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "zh": "简体中文"}


def language_for(wanted: str | None, accepted: str) -> str:
    """The one asked for, or the first that the browser accepts and the page speaks.

    Args:
        wanted: Of the URL's `lang`.
        accepted: The Accept-Language header.
    """
    if wanted in LANGUAGES:
        return str(wanted)
    parts = [each.strip().split(";q=") for each in accepted.split(",") if each.strip()]
    ranked = sorted(parts, key=lambda part: -_weight(part[1:]))
    return negotiate_locale([part[0] for part in ranked], list(LANGUAGES), sep="-") or "en"


def tag(language: str) -> str:
    """For the page's `lang`: Chinese in simplified characters is zh-Hans."""
    return "zh-Hans" if language == "zh" else str(Locale.parse(language))


@cache
def messages(language: str) -> dict[str, str]:
    """Every sentence by its English one; empty for English."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            found.update({str(each.id): str(each.string) for each in read_po(file, locale=language) if each.id})
    return found


def _weight(quality: list[str]) -> float:
    try:
        return float(quality[0]) if quality else 1.0
    except ValueError:
        return 0.0
