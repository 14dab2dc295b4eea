"""The lab's comparisons: a table is dropped, `actlab compare` runs beside the server, and its report is shown."""

from actlab.lab.reports.addresses import router
from actlab.lab.reports.comparisons import FOLDER, Comparisons

__all__ = ["FOLDER", "Comparisons", "router"]
