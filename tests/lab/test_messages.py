"""Every sentence of the page is in every language."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from actlab import lab
from actlab.lab.messages import FOLDER, LANGUAGES, language_for, messages, tag

ROOM = Path(lab.__file__).parent
NAMES = re.compile(r"\{(\w+)\}")
OTHERS = [language for language in LANGUAGES if language != "en"]


def said() -> dict[str, str]:
    """Each sentence in the code with a file that says it."""
    found = {}
    for path in sorted(ROOM.rglob("*.js")):
        for _, text, *_ in extract("javascript", BytesIO(path.read_bytes()), {"t": None}, options={"jsx": "false"}):
            found[text if isinstance(text, str) else text[0]] = path.name
    for path in sorted(ROOM.rglob("*.py")):
        for _, text, *_ in extract("python", BytesIO(path.read_bytes()), {"Refusal": None, "Sentence": None}):
            found[text if isinstance(text, str) else text[0]] = path.name
    for path in sorted((ROOM.parent / "data").glob("*.py")):  # what is said of a table, where it has names for values
        for _, text, *_ in extract("python", BytesIO(path.read_bytes()), {"DataError": None, "UsageError": None}):
            if "{" in text:
                found[str(text)] = path.name
    for text in re.findall(r'\{\{ t\("([^"]+)"\) \}\}', (ROOM / "page" / "index.html").read_text(encoding="utf-8")):
        found[text] = "index.html"
    return found


def test_the_extraction_reads_the_code() -> None:
    assert {"Functions", "Skip to the content", "The lab answers to 127.0.0.1 and localhost only."} <= said().keys()


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    known = messages(language)
    missing = {text: place for text, place in said().items() if not known.get(text)}
    assert missing == {}


@pytest.mark.parametrize("language", OTHERS)
def test_no_catalogue_keeps_what_nobody_says(language: str) -> None:
    kept: dict[str, str] = {}
    for path in (FOLDER / language).glob("*.po"):
        if path.name != "catalogue.po":  # of the declarations; it has a test of its own
            kept |= {str(each.id): path.name for each in read_po(BytesIO(path.read_bytes())) if each.id}
    used = said()
    assert {text: name for text, name in kept.items() if text not in used} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_in_the_same_names(language: str) -> None:
    differing = [
        text for text, own in messages(language).items() if set(NAMES.findall(text)) != set(NAMES.findall(own))
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        (None, "", "en"), (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"), (None, "de,en;q=0.5", "en"), (None, "fr", "en"),
        (None, "en;q=0.2,zh;q=0.9", "zh"), ("zh", "en", "zh"), ("xx", "zh", "zh"), (None, ";;q=,é", "en"),
        (None, "zh-TW", "zh"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_asked_for_or_that_the_browser_accepts(
    wanted: str | None, accepted: str, language: str
) -> None:
    assert language_for(wanted, accepted) == language


def test_chinese_says_that_it_is_simplified() -> None:
    assert (tag("zh"), tag("en")) == ("zh-Hans", "en")
