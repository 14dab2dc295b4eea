"""What the declarations say of each function is in every language, paragraph by paragraph."""

from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from actlab.catalogue import find, names
from actlab.lab.messages import FOLDER, LANGUAGES


def paragraphs() -> dict[str, str]:
    """Each paragraph, on one line as the page asks for it, with a function that has it."""
    return {" ".join(part.split()): name for name in names() for part in find(name).doc.split("\n\n")}


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_the_catalogue_is_translated_as_it_is(language: str) -> None:
    kept = read_po(BytesIO((FOLDER / language / "catalogue.po").read_bytes()))
    translated = {str(each.id) for each in kept if each.id and each.string}
    assert {text: name for text, name in paragraphs().items() if text not in translated} == {}
    assert translated - paragraphs().keys() == set()
