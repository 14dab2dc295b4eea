"""How the server says no: one sentence, which the page translates."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

from actlab.data import DataError, UsageError


class Refusal(Exception):
    """What came cannot be used; the sentence names what came, what was expected and what to do.

    Args:
        text: The sentence in English, a key of the message catalogues, with `{names}` for what differs.
        status: The answer's HTTP status.
        **values: What stands for the names.
    """

    def __init__(self, text: str, status: int = 400, **values: str | float) -> None:
        super().__init__(text.format(**values))
        self.text, self.status, self.values = text, status, values

    @property
    def document(self) -> dict[str, object]:
        """What the page is sent."""
        return {"error": {"text": self.text, "values": self.values}}


def of_data(error: DataError | UsageError, otherwise: Refusal, **values: str) -> Refusal:
    """What is wrong with a table, as a sentence that the page translates; `otherwise` where it is English only.

    Args:
        error: What was raised.
        otherwise: A refusal whose value `english` is the sentence.
        **values: Those that are said differently here, such as a file's name.
    """
    return Refusal(error.text, 400, **{**error.values, **values}) if error.values else otherwise


async def answer(_request: Request, refusal: Exception) -> JSONResponse:
    """The refusal as a response."""
    assert isinstance(refusal, Refusal), "registered for refusals alone"
    return JSONResponse(refusal.document, refusal.status)
