"""What may differ between two results of the same plan on the same data: clock times, and where they came from."""

import json
from pathlib import Path
from typing import Any

CLOCK = {"seconds", "training_seconds", "inference_one_row_seconds", "inference_thousand_rows_seconds"}
ORIGIN = {"started", "command"}


def without_clocks(value: Any) -> Any:
    """A document without the fields that may differ."""
    if isinstance(value, dict):
        return {name: without_clocks(each) for name, each in value.items() if name not in CLOCK | ORIGIN}
    return [without_clocks(each) for each in value] if isinstance(value, list) else value


def document_in(folder: Path) -> Any:
    """The document of the report in a folder."""
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))
