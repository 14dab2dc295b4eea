"""The server's addresses: its page in each part, the page's own files, its sentences, and what the parts ask for."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException

from actlab.figures.palette import COLOURS
from actlab.lab.functions import router as functions
from actlab.lab.guarding import Door, Guard
from actlab.lab.messages import LANGUAGES, language_for, messages, tag
from actlab.lab.refusal import Refusal, answer
from actlab.lab.reports import FOLDER, Comparisons
from actlab.lab.reports import router as reports
from actlab.lab.shapes import router as shapes
from actlab.lab.training.addresses import router as training

PAGE = Path(__file__).parent / "page"
PARTS = ("perceptron", "functions", "steps", "playground", "dying", "shapes", "reports")  # in the article's order


def application(door: Door, *, folder: Path = Path(FOLDER)) -> FastAPI:
    """The lab behind its door, with the folder that its comparisons are kept in."""
    app = FastAPI(title="actlab", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, door=door)
    app.add_exception_handler(Refusal, answer)
    app.state.comparisons = Comparisons(folder)
    app.mount("/page", StaticFiles(directory=PAGE), name="page")
    _pages(app, door)
    for router in (functions, training, shapes, reports):
        app.include_router(router)
    app.add_api_route("/messages/{language}.json", sentences, methods=["GET"])
    app.add_api_route("/palette.css", palette, methods=["GET"], response_model=None)
    return app


def _pages(app: FastAPI, door: Door) -> None:
    """The page of each part; the first one stands for the lab, and an address that is none is told so on a page."""
    template = Environment(loader=FileSystemLoader(PAGE), autoescape=True).get_template("index.html")

    def written(request: Request, part: str, status: int = 200) -> HTMLResponse:
        language = language_for(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        said = messages(language)
        return HTMLResponse(
            template.render(
                token=door.token, language=language, tag=tag(language), part=part, t=lambda text: said.get(text) or text
            ),
            status,
        )

    def page(request: Request) -> HTMLResponse:
        return written(request, request.url.path.strip("/") or PARTS[0])

    async def missing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "registered for these alone"
        typed = request.method == "GET" and "text/html" in request.headers.get("accept", "")  # by a person
        if typed and error.status_code in {404, 405}:
            return written(request, "", 404)
        return await http_exception_handler(request, error)

    for path in ("/", *(f"/{part}" for part in PARTS)):
        app.add_api_route(path, page, methods=["GET"], include_in_schema=False, response_model=None)
    app.add_exception_handler(HTTPException, missing)


def sentences(language: str) -> JSONResponse:
    """The catalogue of one language, and the languages there are."""
    if language not in LANGUAGES:
        raise Refusal("The page speaks {languages}.", 404, languages=", ".join(LANGUAGES.values()))
    return JSONResponse({"languages": LANGUAGES, "messages": messages(language)})


def palette() -> Response:
    """The colours of every picture as variables of CSS, for light and dark pages."""
    light, dark = ("".join(f"--{each.name}:{getattr(each, shade)};" for each in COLOURS) for shade in ("light", "dark"))
    sheet = f":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
    return Response(sheet, media_type="text/css")
