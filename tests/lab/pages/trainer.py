"""A server of trainings whose numbers are known beforehand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from playwright.sync_api import WebSocketRoute

from actlab.lab.frames import pack

POINTS = [[-1.0, -1.0, 0], [1.0, -1.0, 0], [-1.0, 1.0, 1], [1.0, 1.0, 1]]
SCORES = [0.1, 0.4, 0.6, 0.9]
HEALTH = ("alive", "sparse", "saturated", "silent", "dead")
MADE = {"names": ["x1", "x2"], "target": "y", "classes": ["no", "yes"], "span": [[-2, 2], [-2, 2]]}


class Trainer:
    """Stands where the server trains: takes down what is asked, and answers with made-up numbers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.sides: list[dict[str, Any]] = []
        self.step, self.playing = 0, False
        self.links: list[WebSocketRoute] = []
        self.learned: dict[str, float] = {}
        self.refusing = ""  # what is said of networks that cannot be made

    def open(self, link: WebSocketRoute) -> None:
        self.links.append(link)
        link.on_message(lambda text: self.hear(json.loads(text)))

    def say(self, message: dict[str, Any]) -> None:
        self.links[-1].send(json.dumps(message))

    def hear(self, message: dict[str, Any]) -> None:
        if message["do"] != "drawn":
            self.asked.append(message)
        if message["do"] == "make" and self.refusing:
            self.say({"said": "refused", "of": "make", "text": self.refusing, "values": {}})
        elif message["do"] == "make":
            self.sides, self.step, self.playing = message["sides"], 0, False
            self.say({"said": "made", "sides": [{**MADE, "train": POINTS, "test": POINTS} for _ in self.sides]})
            self.links[-1].send(self.frame())
        elif message["do"] in ("play", "pause"):
            self.playing = message["do"] == "play"
        elif message["do"] == "export":
            self.say({"said": "exported", "files": {"network.py": "import torch\n"}})
        if message["do"] in ("play", "step") or (message["do"] == "drawn" and self.playing):
            self.step += 1
            self.links[-1].send(self.frame())

    def frame(self) -> bytes:
        arrays: dict[str, Any] = {}
        heads = []
        for side, spec in enumerate(self.sides):
            units = [each["units"] for each in spec["layers"]]
            grid = np.linspace(0, 1, spec["watch"]["surface"])
            arrays[f"{side}/surface"] = np.tile(grid[:, None], (1, len(grid)))
            for layer, count in enumerate(units):
                heat = spec["watch"]["heat"]
                arrays[f"{side}/heat/{layer}"] = np.linspace(-1, 1, count * heat * heat).reshape(count, heat, heat)
                arrays[f"{side}/status/{layer}"] = np.arange(count) % len(HEALTH)
                arrays[f"{side}/slopes/{layer}"] = np.full(count, 0.25)
            for layer, (before, after) in enumerate(zip([2, *units], [*units, 1], strict=True)):
                arrays[f"{side}/weights/{layer}"] = np.sin(np.arange(before * after)).reshape(before, after)
                arrays[f"{side}/biases/{layer}"] = np.zeros(after)
            arrays |= {f"{side}/scores/{part}": np.array(SCORES) for part in ("train", "test")}
            heads.append(self.head(spec))
        return pack({"step": self.step, "epoch": self.step, "playing": self.playing, "sides": heads}, arrays)

    def head(self, spec: dict[str, Any]) -> dict[str, Any]:
        counts = [np.bincount(np.arange(each["units"]) % 5, minlength=5) for each in spec["layers"]]
        layers = [{"units": dict(zip(HEALTH, map(int, each), strict=True)), "learned": self.learned} for each in counts]
        return {"loss": {"train": 0.5 / (1 + self.step), "test": 0.6}, "state": "running", "layers": layers}

    def made(self) -> list[dict[str, Any]]:
        return [each for each in self.asked if each["do"] == "make"]
