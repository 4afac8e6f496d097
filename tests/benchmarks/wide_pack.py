"""Question packs of any width: one topic with so many candidate answers, and topics to go on to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TOPIC = "asked"
_POINTS = ("first", "second")
_WRONG = 3
# As many candidates of stage 1 come to one of stage 2.
_ANSWERS_A_TOPIC = 100
_LEAST_TOPICS = 2
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def pack_id(candidates: int) -> str:
    """Return the name of the pack with so many candidates."""
    return f"wide-{candidates}"


def write_wide_pack(folder: Path, candidates: int) -> None:
    """Write a pack below a folder.

    Args:
        folder: of packs.
        candidates: answers, right and wrong, that a message to its one topic is compared with.
    """
    following = [f"topic-{n}" for n in range(max(_LEAST_TOPICS, candidates // _ANSWERS_A_TOPIC))]
    each = candidates // len(_POINTS)
    topics = [
        _topic(
            TOPIC,
            "question",
            following,
            points=[_point(name, each) for name in _POINTS],
            hints={"en": ["Think.", "Think again.", "It is about numbers."]},
            model_answer={"en": "It says how far off a model is."},
            explanation={"en": "A loss says how wrong a model is."},
            source={"title": "A book", "url": "https://example.org/loss"},
        ),
        *(_topic(name, "break", ["end"]) for name in following),
        _topic("end", "end", []),
    ]
    head = {
        "id": pack_id(candidates),
        "version": "1.0.0",
        "locales": ["en"],
        "title": {"en": "Wide"},
        "description": {"en": "As many candidates as a benchmark asks for."},
        "start": TOPIC,
        "topics": [topic["id"] for topic in topics],
    }
    place = folder / pack_id(candidates)
    (place / "topics").mkdir(parents=True)
    _dump(place / "pack.yaml", head)
    for topic in topics:
        _dump(place / "topics" / f"{topic['id']}.yaml", topic)


def _point(name: str, candidates: int) -> dict[str, Any]:
    right = [f"The {name} loss number {n} falls." for n in range(candidates - _WRONG)]
    wrong = [f"The {name} loss number {n} is money." for n in range(_WRONG)]
    return {"id": name, "name": {"en": name}, "references": {"en": right}, "wrong": {"en": wrong}}


def _topic(topic_id: str, kind: str, following: list[str], **more: Any) -> dict[str, Any]:
    return {
        "id": topic_id,
        "kind": kind,
        "level": 1,
        "next": following,
        "title": {"en": topic_id},
        "question": {"en": [f"What about {topic_id}?", f"Tell me about {topic_id}, will you?"]},
        **more,
    }


def _dump(file: Path, data: dict[str, Any]) -> None:
    file.write_text(yaml.dump(data, Dumper=_DUMPER, sort_keys=False), encoding="utf-8")
