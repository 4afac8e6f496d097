"""The shipped question pack, and a small one as data that tests can spoil before it is written."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.pack_reader import read_pack
from engine.questions import QuestionPack

SHIPPED = Path(__file__).parents[2] / "dataset" / "packs"


@cache
def ml_core() -> QuestionPack:
    """Return the pack that is shipped, read once for all tests."""
    return read_pack(SHIPPED / "ml-core")


def _both(text: str) -> dict[str, str]:
    return {"ko": f"{text} 한국어", "en": f"{text} English"}


def _lines(text: str, count: int) -> dict[str, list[str]]:
    return {locale: [f"{text} {locale} {i}" for i in range(count)] for locale in ("ko", "en")}


def _point(point_id: str) -> dict[str, Any]:
    wrong = {
        locale: [
            {"answer": f"wrong {point_id} {locale} 0", "nudge": f"nudge {point_id} {locale}?"},
            f"wrong {point_id} {locale} 1",
            f"wrong {point_id} {locale} 2",
        ]
        for locale in ("ko", "en")
    }
    return {
        "id": point_id,
        "name": _both(point_id),
        "references": _lines(f"right {point_id}", 5),
        "wrong": wrong,
        "ask": _lines(f"ask {point_id}", 2),
    }


def _topic(topic_id: str, kind: str, following: list[str], **more: Any) -> dict[str, Any]:
    return {
        "id": topic_id,
        "kind": kind,
        "level": 1,
        "next": following,
        "title": _both(topic_id),
        "question": _lines(f"question {topic_id}", 2),
        **more,
    }


def _judged(topic_id: str, following: list[str], points: list[str], level: int) -> dict[str, Any]:
    topic = _topic(topic_id, "question", following)
    topic["level"] = level
    topic["points"] = [_point(point) for point in points]
    topic["hints"] = _lines(f"hint {topic_id}", 3)
    topic["model_answer"] = _both(f"model {topic_id}")
    topic["explanation"] = _both(f"explanation {topic_id}")
    topic["source"] = {"title": f"book on {topic_id}", "url": "https://example.org/book"}
    return topic


def small_pack() -> dict[str, Any]:
    """Return a valid pack: relative file name → content."""
    topics = [
        _topic("hello", "greeting", ["apples", "pears"]),
        _judged("apples", ["pears"], ["colour", "taste"], 1),
        _judged("pears", ["rest", "plums"], ["shape"], 1),
        _topic("rest", "break", ["plums"]),
        _judged("plums", ["bye"], ["stone"], 2),
        _topic("bye", "closing", ["end"]),
        _topic("end", "end", []),
    ]
    head = {
        "id": "fruit",
        "version": "1.0.0",
        "locales": ["ko", "en"],
        "title": _both("Fruit"),
        "description": _both("About fruit"),
        "start": "hello",
        "topics": [topic["id"] for topic in topics],
    }
    term = {
        "id": "peel",
        "names": {"ko": ["껍질"], "en": ["peel"]},
        "explanation": _both("what is around a fruit"),
        "spoils": ["plums"],
    }
    files: dict[str, Any] = {"pack.yaml": head, "glossary.yaml": {"terms": [term]}}
    files |= {f"topics/{topic['id']}.yaml": topic for topic in topics}
    return copy.deepcopy(files)


def garden_pack() -> dict[str, Any]:
    """Return another valid pack, which greets in its own way: relative file name → content."""
    files = small_pack()
    files["pack.yaml"] |= {"id": "garden", "title": _both("Garden")}
    files["topics/hello.yaml"]["question"] = _lines("question garden", 2)
    return files


def polite_files(files: dict[str, Any]) -> dict[str, Any]:
    """Return what a pack needs beside its files to be spoken in 존댓말, too."""
    topics = {name: content for name, content in files.items() if name.startswith("topics/")}
    found = {f"jondaetmal/{name}": _polite_topic(content) for name, content in topics.items()}
    said = {
        term["id"]: _polite(term["explanation"]["ko"]) for term in files["glossary.yaml"]["terms"]
    }
    return found | {"jondaetmal/glossary.yaml": {"terms": said}}


def _polite(text: str) -> str:
    return f"{text}, 맞죠?"


def _polite_topic(topic: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"topic": topic["id"]}
    said["question"] = [_polite(text) for text in topic["question"]["ko"]]
    if "points" in topic:
        said["hints"] = [_polite(text) for text in topic["hints"]["ko"]]
        said["points"] = {
            point["id"]: {
                "ask": [_polite(text) for text in point["ask"]["ko"]],
                "nudges": [_polite(point["wrong"]["ko"][0]["nudge"])],
            }
            for point in topic["points"]
        }
    return said


def write_pack(folder: Path, files: dict[str, Any]) -> Path:
    """Write a pack's files into a folder, which must bear its id to be read, and return it."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    return folder


def read_small_pack(folder: Path) -> QuestionPack:
    """Write the small pack below a folder and return it as the program reads it."""
    return read_pack(write_pack(folder / "fruit", small_pack()))


def line_of(file: Path, text: str) -> int:
    """Return the number of the first line that holds a text, counted from 1."""
    lines = file.read_text(encoding="utf-8").split("\n")
    return next(i for i, line in enumerate(lines, 1) if text in line)
