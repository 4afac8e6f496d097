"""A question pack of four topics, quick to read, and a script of turns on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from engine.contract import Intent, Mode, PackRef, TurnRequest
from engine.pack_reader import read_pack
from engine.questions import QuestionPack

PACK = PackRef("small", "1.2.3")

_TWO_POINTS: list[dict[str, Any]] = [
    {
        "id": "distance",
        "name": {"en": "Distance to the truth"},
        "references": {
            "en": [
                "It measures how far predictions are from the truth.",
                "It says how wrong the model is, as one number.",
                "It is the gap between prediction and label.",
                "It puts a number on the error of a prediction.",
                "The further the prediction is off, the larger it gets.",
            ]
        },
        "wrong": {
            "en": [
                {"answer": "It is the money the model lost.", "nudge": "No money is involved."},
                "It counts the layers of the network.",
                "It stores the training data.",
            ]
        },
    },
    {
        "id": "goal",
        "name": {"en": "What training lowers"},
        "references": {
            "en": [
                "Training tries to make it as small as possible.",
                "The optimiser lowers it step by step.",
                "We minimise it by gradient descent.",
                "Learning means bringing that number down.",
                "Its gradient tells the weights where to go.",
            ]
        },
        "wrong": {
            "en": [
                "Training tries to make it as large as possible.",
                "It stays the same during training.",
                "Only the test set changes it.",
            ]
        },
    },
]


def _topic(topic_id: str, kind: str, following: list[str], **more: Any) -> dict[str, Any]:
    return {
        "id": topic_id,
        "kind": kind,
        "level": 1,
        "next": following,
        "title": {"en": topic_id.title()},
        "question": {"en": [f"What about {topic_id}?", f"Tell me about {topic_id}, will you?"]},
        **more,
    }


def _judged(topic_id: str, following: list[str]) -> dict[str, Any]:
    return _topic(
        topic_id,
        "question",
        following,
        points=_TWO_POINTS,
        hints={"en": ["Think of a ruler.", "Think of an error.", "Prediction against label."]},
        model_answer={"en": "It measures the error, and training lowers it."},
        explanation={"en": "A loss says how wrong a model is; training makes it small."},
        source={"title": "A book", "url": "https://example.org/loss"},
    )


def write_small_pack(folder: Path) -> Path:
    """Write the pack below `folder` and return `folder`, which is a folder of packs now."""
    topics = [
        _topic("greeting", "greeting", ["loss"]),
        _judged("loss", ["risk", "end"]),
        _judged("risk", ["end"]),
        _topic("end", "end", []),
    ]
    head = {
        "id": PACK.id,
        "version": PACK.version,
        "locales": ["en"],
        "title": {"en": "Small"},
        "description": {"en": "Enough for a test."},
        "start": "greeting",
        "topics": [topic["id"] for topic in topics],
    }
    (folder / PACK.id / "topics").mkdir(parents=True)
    _dump(folder / PACK.id / "pack.yaml", head)
    for topic in topics:
        _dump(folder / PACK.id / "topics" / f"{topic['id']}.yaml", topic)
    return folder


def _dump(file: Path, data: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def read_small_pack(folder: Path) -> QuestionPack:
    """Write the pack below `folder` and read it."""
    return read_pack(write_small_pack(folder) / PACK.id)


def turn(number: int = 0, **changes: Any) -> TurnRequest:
    """Return one request; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "request_id": f"request-{number}",
        "seed": f"seed-{number}",
        "pack": PACK,
        "locale": "en",
        "mode": Mode.COACH,
        "topic_id": "loss",
        "question": "What about loss?",
        "answer": "It measures how far predictions are from the truth.",
        "open_points": ("distance", "goal"),
        "next_topics": ("risk", "end"),
        "may_retry": True,
    }
    return TurnRequest(**{**fields, **changes})


def script() -> list[TurnRequest]:
    """Return an interview's worth of different turns."""
    return [
        turn(0, topic_id="greeting", answer="Hello!", open_points=(), next_topics=("loss",)),
        turn(1),
        turn(2, answer="It is the money the model lost."),
        turn(3, answer="The optimiser lowers it step by step.", open_points=("goal",)),
        turn(4, answer="Pineapple on pizza", may_retry=False),
        turn(5, answer="", intent=Intent.DONT_KNOW),
        turn(6, answer="", intent=Intent.HINT, hints_given=1),
        turn(7, answer="I don't know", dont_know_streak=2),
        turn(8, topic_id="risk", next_topics=("end",), mode=Mode.EXAM),
        turn(9, topic_id="risk", next_topics=(), answer="손실은 오차야 🙂\u2028 \x00"),
    ]
