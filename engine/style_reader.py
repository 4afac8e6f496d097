"""Reads ``jondaetmal/`` of a pack: what the interviewer says in 반말, written in 존댓말, too.

The folder is optional, but it holds everything or does not count: ``topics/<id>.yaml`` for every
topic and, where there is a glossary, ``glossary.yaml``. Each text stands at the place of the one
that it rewords, so that an interview that changes its style repeats no line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.korean_politeness import politeness, speaks_casually
from engine.outcomes import Style, wording
from engine.questions import AnswerPoint, Term, Text, Texts, Topic, WrongAnswer
from engine.yaml_nodes import Faults, Node, read_yaml

LOCALE = "ko"
FOLDER = Style.JONDAETMAL.value
WORDING = wording(LOCALE, Style.JONDAETMAL)
_UNENDED = re.compile(r"[^.?!]*…$")


def has_styles(folder: Path, locales: Sequence[str]) -> bool:
    """Whether a pack has anything to say in 존댓말."""
    return LOCALE in locales and (folder / FOLDER).is_dir()


def note_strays(folder: Path, listed: Collection[str], faults: Faults) -> None:
    """Note files of topics that the pack does not list."""
    for file in sorted((folder / FOLDER / "topics").glob("*.yaml")):
        if file.stem not in listed:
            faults.add(file, 1, "", "is not listed under 'topics' of pack.yaml")


def with_style(topic: Topic, folder: Path, faults: Faults) -> Topic:
    """Return the topic with what is said about it in 존댓말.

    Args:
        topic: as read from its own file.
        folder: the pack's folder.
        faults: takes what is wrong with the file.
    """
    head = read_yaml(folder / FOLDER / "topics" / f"{topic.id}.yaml", faults)
    if head is None:
        return topic
    spoken = {
        "clarification": LOCALE in topic.clarification,
        "points": any(_speaks(point) for point in topic.points),
        "hints": LOCALE in topic.hints,
        "reactions": _has_pools(topic.reactions),
        "leads": _has_pools(topic.leads),
    }
    needed = ("topic", "question", *(key for key, is_spoken in spoken.items() if is_spoken))
    fields = head.fields(needed, ())
    if "topic" in fields and fields["topic"].text() != topic.id:
        fields["topic"].fault(f"the file is named {topic.id}.yaml")
    return replace(
        topic,
        question=_reworded(fields.get("question"), topic.question),
        clarification=_one_reworded(fields.get("clarification"), topic.clarification),
        points=_points(fields.get("points"), topic.points),
        hints=_reworded(fields.get("hints"), topic.hints),
        reactions=_pools(fields.get("reactions"), topic.reactions),
        leads=_pools(fields.get("leads"), topic.leads),
    )


def terms_with_style(terms: Sequence[Term], folder: Path, faults: Faults) -> tuple[Term, ...]:
    """Return a glossary with its explanations in 존댓말, too.

    Args:
        terms: as read from the glossary.
        folder: the pack's folder.
        faults: takes what is wrong with the file.
    """
    head = read_yaml(folder / FOLDER / "glossary.yaml", faults) if terms else None
    if head is None:
        return tuple(terms)
    fields = head.fields(("terms",), ())
    said = fields["terms"].fields([term.id for term in terms], ()) if "terms" in fields else {}
    return tuple(
        replace(term, explanation=_one_reworded(said.get(term.id), term.explanation))
        for term in terms
    )


def _speaks(point: AnswerPoint) -> bool:
    return LOCALE in point.ask or bool(_nudging(point))


def _nudging(point: AnswerPoint) -> tuple[WrongAnswer, ...]:
    return tuple(wrong for wrong in point.wrong.get(LOCALE, ()) if wrong.nudge)


def _has_pools(pools: Mapping[str, Texts]) -> bool:
    return any(LOCALE in texts for texts in pools.values())


def _points(node: Node | None, points: Sequence[AnswerPoint]) -> tuple[AnswerPoint, ...]:
    said = node.fields([point.id for point in points if _speaks(point)], ()) if node else {}
    return tuple(_point(said.get(point.id), point) for point in points)


def _point(node: Node | None, point: AnswerPoint) -> AnswerPoint:
    if node is None:
        return replace(point, wrong={**point.wrong, WORDING: point.wrong.get(LOCALE, ())})
    nudging = _nudging(point)
    has_ask = LOCALE in point.ask
    needed = (*(("ask",) if has_ask else ()), *(("nudges",) if nudging else ()))
    fields = node.fields(needed, ())
    nudges = iter(_texts(fields.get("nudges"), len(nudging)))
    wrong = tuple(
        replace(answer, nudge=next(nudges, None)) if answer.nudge else answer
        for answer in point.wrong.get(LOCALE, ())
    )
    ask = _reworded(fields.get("ask"), point.ask)
    return replace(point, ask=ask, wrong={**point.wrong, WORDING: wrong})


def _pools(node: Node | None, pools: Mapping[str, Texts]) -> dict[str, Texts]:
    """Return pools of lines by outcome or next topic with those of a node added."""
    if node is None:
        return dict(pools)
    said = node.fields([key for key, texts in pools.items() if LOCALE in texts], ())
    return {key: _reworded(said.get(key), texts) for key, texts in pools.items()}


def _reworded(node: Node | None, texts: Texts) -> Texts:
    if node is None or LOCALE not in texts:
        return texts
    return {**texts, WORDING: _texts(node, len(texts[LOCALE]))}


def _one_reworded(node: Node | None, text: Text) -> Text:
    if node is None or LOCALE not in text:
        return text
    return {**text, WORDING: _polite(node)}


def _texts(node: Node | None, count: int) -> tuple[str, ...]:
    """Return as many texts as there are in 반말, each other than the rest."""
    if node is None:
        return ()
    texts = tuple(_polite(item) for item in node.items(exactly=count))
    if len(set(texts)) < len(texts):
        node.fault("the same text stands in this list twice")
    return texts


def _polite(node: Node) -> str:
    """Return a text, noting where it is not polite.

    An omission (“…”) ends no sentence, and one that is left for the person to end has no style.
    """
    text = node.text()
    whole = _UNENDED.sub("", text).replace("…", " ")
    if not all(politeness(whole)) or speaks_casually(whole):
        node.fault(f"is not 존댓말 throughout: {text!r}")
    return text
