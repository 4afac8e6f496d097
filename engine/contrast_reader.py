"""Reads ``contrasts/<topic>.yaml`` of a pack: rewordings and distortions of its right answers.

They are optional. Where a pack has them, the verifier can be trained to tell its right answers from
near-misses; serving does without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.questions import AnswerPoint, Contrast, Topic
from engine.yaml_nodes import Faults, Node, read_yaml

MIN_REWORDINGS = 2
MIN_DISTORTIONS = 3


def with_contrasts(topic: Topic, folder: Path, locales: Sequence[str], faults: Faults) -> Topic:
    """Return the topic with its contrasts, or as it is where there are none.

    Args:
        topic: as read from its own file.
        folder: the pack's folder.
        locales: languages that every text must be written in.
        faults: takes what is wrong with the file.
    """
    file = folder / "contrasts" / f"{topic.id}.yaml"
    head = read_yaml(file, faults) if file.exists() else None
    if head is None:
        return topic
    fields = head.fields(("topic", "points"), ())
    if "topic" in fields and fields["topic"].text() != topic.id:
        fields["topic"].fault(f"the file is named {topic.id}.yaml")
    points = fields["points"].fields((), topic.point_ids) if "points" in fields else {}
    return replace(
        topic,
        points=tuple(
            replace(point, contrasts=_of_point(points[point.id], point, locales))
            if point.id in points
            else point
            for point in topic.points
        ),
    )


def _of_point(
    node: Node, point: AnswerPoint, locales: Sequence[str]
) -> dict[str, tuple[Contrast, ...]]:
    return {
        locale: tuple(_contrast(item, point.references.get(locale, ())) for item in entry.items(1))
        for locale, entry in node.by_locale(locales)
    }


def _contrast(item: Node, references: Sequence[str]) -> Contrast:
    fields = item.fields(("reference", "rewordings", "distortions"), ())
    reference = fields["reference"].text() if "reference" in fields else ""
    if "reference" in fields and reference not in references:
        fields["reference"].fault("is none of the point's references")
    return Contrast(
        reference=reference,
        rewordings=fields["rewordings"].texts(MIN_REWORDINGS) if "rewordings" in fields else (),
        distortions=fields["distortions"].texts(MIN_DISTORTIONS) if "distortions" in fields else (),
    )
