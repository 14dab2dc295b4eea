"""What the reports' page asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError

from actlab.catalogue import find, names
from actlab.compare.plan import ACTIVATIONS, BASELINE
from actlab.compare.records import Plan
from actlab.lab import guarding
from actlab.lab.refusal import Refusal
from actlab.lab.reports import tables
from actlab.lab.reports.comparisons import Comparisons, Shown
from actlab.lab.reports.naming import safe_name
from actlab.lab.reports.shelf import Choice

QUICK, USUAL, MOST = 5, 10, 50  # repeats; with fewer than 5 no verdict is given
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """When the server ends, so does what it trains, and keeps what is trained."""
    yield
    await run_in_threadpool(app.state.comparisons.close)


router = APIRouter(lifespan=lifespan)


def all_of(request: Request) -> Comparisons:
    """The application's comparisons."""
    found = request.app.state.comparisons
    assert isinstance(found, Comparisons), "the application makes them"
    return found


Ours = Annotated[Comparisons, Depends(all_of)]


class Wanted(BaseModel):
    """What the page sends to begin a comparison."""

    target: str = Field(max_length=1000)
    activations: tuple[str, ...] = Field(min_length=1, max_length=200)
    positive: str | None = Field(default=None, max_length=1000)
    repeats: int = Field(default=USUAL, ge=2, le=MOST)


@router.get("/reports.json")
def listed(ours: Ours) -> dict[str, Any]:
    """Every comparison, and how far it is."""
    runs: list[Shown] = ours.shown()
    return {"limit": guarding.LARGEST_UPLOAD, "folder": str(ours.shelf.folder), "runs": runs}


@router.get("/reports/choices.json")
def choices() -> dict[str, Any]:
    """The functions that a network can be trained with, by family, those that are usual, and repeats."""
    families: dict[str, list[str]] = {}
    for name in names():
        one = find(name)
        if one.elementwise and len(one.inputs) == 1:
            families.setdefault(one.family, []).append(name)
    return {
        "usual": ACTIVATIONS,
        "baseline": BASELINE,
        "families": list(families.items()),
        "rates": len(Plan.rates),
        "repeats": {"quick": QUICK, "usual": USUAL},
    }


@router.post("/reports/tables")
async def taken(request: Request, ours: Ours) -> dict[str, Any]:
    """Keep a dropped file, and say what is in it."""
    name, content = safe_name(request.headers.get("x-file-name", "")), await request.body()
    return await run_in_threadpool(_take, ours, name, content)


@router.get("/reports/{name}/table.json")
def table(name: str, ours: Ours) -> dict[str, Any]:
    """What is in a table that was dropped."""
    return {"id": name, "table": tables.shown(ours.shelf.table(name))}


@router.post("/reports/{name}/reading")
async def read(name: str, request: Request, ours: Ours) -> tables.Reading:
    """A table with its target, and the size of what was chosen; nothing is changed."""
    choice = await _choice(request)
    return await run_in_threadpool(lambda: tables.reading(ours.shelf.table(name), choice))


@router.post("/reports/{name}/start")
async def start(name: str, request: Request, ours: Ours) -> dict[str, str]:
    """Compare, now or when those before it are done."""
    choice = await _choice(request)
    await run_in_threadpool(ours.start, name, choice)
    return {"id": name}


@router.post("/reports/{name}/stop")
def stop(name: str, ours: Ours) -> dict[str, str]:
    """Stop; what is trained is kept, with a report of it."""
    ours.stop(name)
    return {"id": name}


@router.post("/reports/{name}/continue")
def resume(name: str, ours: Ours) -> dict[str, str]:
    """Go on with what was stopped."""
    ours.resume(name)
    return {"id": name}


@router.post("/reports/{name}/again")
def again(name: str, ours: Ours) -> dict[str, str]:
    """The same table once more, as if it had been dropped again."""
    return {"id": ours.again(name)}


@router.delete("/reports/{name}")
def drop(name: str, ours: Ours, networks: int = 0) -> dict[str, str]:
    """Forget a table, with its networks where their number is named: nobody removes them unknowingly."""
    ours.drop(name, networks)
    return {"id": name}


@router.get("/reports/{name}/report.html", response_model=None)
def report(name: str, request: Request, ours: Ours) -> Response:
    """A report, which may show itself and do nothing else: it has styles of its own, no scripts and no origin.

    Where there is none a window of its own goes to the page of reports, which says so.
    """
    try:
        file = ours.report(name)
    except Refusal:
        if request.headers.get("sec-fetch-dest") == "document":
            return RedirectResponse(f"/reports?{urlencode({'show': name})}")
        raise
    # A page in a sandbox may not ask to be alone among its openers: browsers would not show it.
    headers = {"content-security-policy": POLICY, "cross-origin-opener-policy": "unsafe-none"}
    return FileResponse(file, media_type="text/html", headers=headers)


def _take(ours: Comparisons, name: str, content: bytes) -> dict[str, Any]:
    kept = ours.shelf.take(name, content)
    try:
        return {"id": kept, "table": tables.shown(ours.shelf.table(kept))}
    except Exception:
        ours.shelf.drop(kept)  # what cannot be compared is not kept
        raise


async def _choice(request: Request) -> Choice:
    try:
        return Choice(**dict(Wanted.model_validate_json(await request.body())))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the request"
        raise Refusal("The choice cannot be read: {where} – {why}.", where=where, why=first["msg"]) from error
