"""Reads a question pack from its folder and validates all of it before anything is used.

A pack is a folder with ``pack.yaml``, ``topics/<id>.yaml`` for each topic that it lists and,
optionally, ``glossary.yaml`` and ``jondaetmal/``. The format is described in ``dataset/README.md``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.contrast_reader import with_contrasts
from engine.errors import PackError
from engine.outcomes import Style
from engine.questions import (
    AnswerPoint,
    QuestionPack,
    Source,
    Term,
    Text,
    Texts,
    Topic,
    TopicKind,
    WrongAnswer,
)
from engine.style_reader import has_styles, note_strays, terms_with_style, with_style
from engine.yaml_nodes import Faults, Node, read_yaml

KNOWN_LOCALES = ("ko", "en")
REACTION_OUTCOMES = ("covered", "partial", "wrong", "unsure", "missing", "small_talk")
MIN_REFERENCES = 5
MIN_WRONG = 3
HINTS = 3

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def find_packs(folder: Path) -> dict[str, Path]:
    """Return the packs below `folder`: folder name → path, sorted by name."""
    return {p.parent.name: p.parent for p in sorted(folder.glob("*/pack.yaml"))}


def read_pack(folder: Path, *, contrasts: bool = False) -> QuestionPack:
    """Read and validate one pack.

    Args:
        folder: the folder that holds ``pack.yaml``.
        contrasts: whether to read ``contrasts/`` too, which training and validation want.

    Raises:
        PackError: with every fault of the pack, each naming file, line and field.
    """
    faults = Faults(folder)
    head = read_yaml(folder / "pack.yaml", faults)
    pack = _Reader(folder, faults, contrasts=contrasts).pack(head) if head else None
    if faults.found or pack is None:
        raise PackError(tuple(faults.found))
    return pack


class _Reader:
    """Turns the nodes of one pack into values, noting faults on the way."""

    def __init__(self, folder: Path, faults: Faults, *, contrasts: bool) -> None:
        self.folder = folder
        self.faults = faults
        self.contrasts = contrasts
        self.locales: tuple[str, ...] = ()
        self.styled = False
        self.unclear: set[str] = set()

    def pack(self, head: Node) -> QuestionPack:
        fields = head.fields(
            ("id", "version", "locales", "title", "description", "start", "topics"), ()
        )
        self.locales = self._locales(fields["locales"]) if "locales" in fields else ()
        self.styled = has_styles(self.folder, self.locales)
        listed = self._listed_topics(fields["topics"]) if "topics" in fields else {}
        if self.styled:
            note_strays(self.folder, listed, self.faults)
        topics: dict[str, tuple[Topic, Node]] = {}
        for topic_id, entry in listed.items():
            node = read_yaml(self.folder / "topics" / f"{topic_id}.yaml", self.faults)
            if node is not None:
                topic = self._topic(node, topic_id)
                if self.styled:
                    topic = with_style(topic, self.folder, self.faults)
                if self.contrasts:
                    topic = with_contrasts(topic, self.folder, self.locales, self.faults)
                topics[topic_id] = (topic, node)
            else:
                entry.fault(f"topic {topic_id!r} is listed but cannot be read")
        pack_id = self._id(fields.get("id"))
        if _ID.fullmatch(pack_id) and pack_id != self.folder.resolve().name:
            # An interview knows its pack by id alone and would not find it again.
            fields["id"].fault(f"pack {pack_id!r} needs a folder of that name")
        start = self._id(fields.get("start"))
        if "start" in fields and start not in listed:
            fields["start"].fault(f"{start!r} is none of the topics listed")
        self._check_flow(topics, listed, start)
        return QuestionPack(
            id=pack_id,
            version=self._version(fields.get("version")),
            locales=self.locales,
            title=self._text(fields.get("title")),
            description=self._text(fields.get("description")),
            start=start,
            topics=tuple(topic for topic, _ in topics.values()),
            terms=self._terms(listed),
            digest=_digest(self.folder),
            styles=(Style.JONDAETMAL,) if self.styled else (),
        )

    def _locales(self, node: Node) -> tuple[str, ...]:
        found = []
        for item in node.items(at_least=1):
            locale = item.text()
            if locale not in KNOWN_LOCALES:
                item.fault(f"{locale!r} is none of {', '.join(KNOWN_LOCALES)}")
            else:
                found.append(locale)
        return tuple(dict.fromkeys(found))

    def _listed_topics(self, node: Node) -> dict[str, Node]:
        listed: dict[str, Node] = {}
        for item in node.items(at_least=1):
            topic_id = self._id(item)
            if topic_id in listed:
                item.fault(f"topic {topic_id!r} is listed twice")
            elif _ID.fullmatch(topic_id):
                # Anything else must not become a path.
                listed[topic_id] = item
        on_disk = {path.stem: path for path in sorted((self.folder / "topics").glob("*.yaml"))}
        for topic_id in on_disk.keys() - listed.keys():
            self.faults.add(on_disk[topic_id], 1, "", "is not listed under 'topics' of pack.yaml")
        return listed

    def _topic(self, node: Node, expected_id: str) -> Topic:
        common = ("id", "kind", "level", "next", "title", "question")
        judged_only = ("points", "hints", "model_answer", "explanation", "source")
        optional = ("clarification", "subject", "tags", "reactions", "leads")
        fields = node.fields(common, (*judged_only, *optional))
        kind = self._kind(fields.get("kind"))
        if kind is None or "next" not in fields:
            # What the topic lacks, and where ways lead, depends on these.
            self.unclear.add(expected_id)
        kind = kind or TopicKind.BREAK
        if kind.judged:
            for key in judged_only:
                if key not in fields:
                    node.fault(f"field {key!r} is missing")
        topic_id = self._id(fields.get("id"))
        if "id" in fields and topic_id != expected_id:
            fields["id"].fault(f"is {topic_id!r}, but the file is named {expected_id}.yaml")
        following = tuple(self._id(n) for n in fields["next"].items()) if "next" in fields else ()
        return Topic(
            id=expected_id,
            kind=kind,
            level=fields["level"].whole_number(1, 3) if "level" in fields else 1,
            next=following,
            title=self._text(fields.get("title")),
            question=self._texts(fields.get("question"), at_least=2),
            points=self._points(fields.get("points"), at_least=1 if kind.judged else 0),
            hints=self._texts(fields.get("hints"), exactly=HINTS),
            model_answer=self._text(fields.get("model_answer")),
            explanation=self._text(fields.get("explanation")),
            source=self._source(fields.get("source")),
            clarification=self._text(fields.get("clarification")),
            subject=fields["subject"].texts(0) if "subject" in fields else (),
            tags=fields["tags"].texts(0) if "tags" in fields else (),
            reactions=self._lines(fields.get("reactions"), REACTION_OUTCOMES),
            leads=self._lines(fields.get("leads"), following),
        )

    def _kind(self, node: Node | None) -> TopicKind | None:
        """Return the kind of a topic; None where it is not known, which is a fault."""
        value = node.text() if node else ""
        if value in set(TopicKind):
            return TopicKind(value)
        if node:
            node.fault(f"{value!r} is none of {', '.join(TopicKind)}")
        return None

    def _points(self, node: Node | None, at_least: int) -> tuple[AnswerPoint, ...]:
        if node is None:
            return ()
        points: dict[str, AnswerPoint] = {}
        owners: dict[str, str] = {}
        for item in node.items(at_least):
            fields = item.fields(("id", "name", "references", "wrong"), ("ask", "subject"))
            point_id = self._id(fields.get("id"))
            if point_id in points:
                item.fault(f"answer point {point_id!r} is given twice")
            points[point_id] = AnswerPoint(
                id=point_id,
                name=self._text(fields.get("name")),
                references=self._texts(fields.get("references"), at_least=MIN_REFERENCES),
                wrong=self._wrong(fields.get("wrong")),
                ask=self._texts(fields.get("ask")),
                subject=fields["subject"].texts(1) if "subject" in fields else (),
            )
            for name in points[point_id].subject:
                if owners.setdefault(name.casefold(), point_id) != point_id:
                    fields["subject"].fault(f"{name!r} names another point of this topic already")
        return tuple(points.values())

    def _wrong(self, node: Node | None) -> dict[str, tuple[WrongAnswer, ...]]:
        if node is None:
            return {}
        found = {}
        for locale, entry in node.by_locale(self.locales):
            answers: dict[str, WrongAnswer] = {}
            for item in entry.items(at_least=MIN_WRONG):
                wrong = self._wrong_answer(item)
                if wrong.answer in answers:
                    item.fault("the same wrong answer stands in this list twice")
                answers[wrong.answer] = wrong
            found[locale] = tuple(answers.values())
        return found

    def _wrong_answer(self, item: Node) -> WrongAnswer:
        if not item.is_mapping:
            return WrongAnswer(item.text())
        fields = item.fields(("answer",), ("nudge",))
        return WrongAnswer(
            answer=fields["answer"].text() if "answer" in fields else "",
            nudge=fields["nudge"].text() if "nudge" in fields else None,
        )

    def _source(self, node: Node | None) -> Source | None:
        if node is None:
            return None
        fields = node.fields(("title", "url"), ())
        url = fields["url"].text() if "url" in fields else ""
        if "url" in fields and not url.startswith(("https://", "http://")):
            fields["url"].fault(f"{url!r} is not a web address")
        return Source(fields["title"].text() if "title" in fields else "", url)

    def _lines(self, node: Node | None, keys: Sequence[str]) -> dict[str, Texts]:
        if node is None:
            return {}
        return {key: self._texts(n) for key, n in node.fields((), keys).items()}

    def _terms(self, topics: dict[str, Node]) -> tuple[Term, ...]:
        file = self.folder / "glossary.yaml"
        head = read_yaml(file, self.faults) if file.exists() else None
        entries = head.fields(("terms",), ()) if head else {}
        terms: dict[str, Term] = {}
        for item in entries["terms"].items() if "terms" in entries else ():
            fields = item.fields(("id", "names", "explanation"), ("spoils",))
            term_id = self._id(fields.get("id"))
            if term_id in terms:
                item.fault(f"term {term_id!r} is given twice")
            spoils = fields["spoils"].items() if "spoils" in fields else []
            for spoiled in spoils:
                if spoiled.text() not in topics:
                    spoiled.fault(f"{spoiled.text()!r} is none of the topics listed")
            terms[term_id] = Term(
                id=term_id,
                names=self._texts(fields.get("names")),
                explanation=self._text(fields.get("explanation")),
                spoils=frozenset(n.text() for n in spoils),
            )
        found = tuple(terms.values())
        return terms_with_style(found, self.folder, self.faults) if self.styled else found

    def _check_flow(
        self, topics: dict[str, tuple[Topic, Node]], listed: dict[str, Node], start: str
    ) -> None:
        """Every next topic exists, every topic can be reached, and every way can end.

        Where ways lead is only known once every topic is read and leads to others that exist.
        """
        clear = topics.keys() == listed.keys() and start in topics and not self.unclear
        for topic, node in topics.values():
            for following in topic.next:
                if following not in listed:
                    clear = False
                    node.fault(f"next: {following!r} is none of the topics listed")
            if topic.id in self.unclear:
                continue
            if topic.kind is not TopicKind.END and not topic.next:
                node.fault("next: only a topic of kind 'end' may have no next topic")
            if topic.kind is TopicKind.END and topic.next:
                node.fault("next: a topic of kind 'end' has no next topic")
        if not clear:
            return
        after = {topic_id: topic.next for topic_id, (topic, _) in topics.items()}
        reached = _reachable([start], after)
        for topic_id in topics.keys() - reached:
            topics[topic_id][1].fault(f"topic {topic_id!r} cannot be reached from {start!r}")
        ends = [t for t in reached if topics[t][0].kind is TopicKind.END]
        if not ends:
            self.faults.add(self.folder / "pack.yaml", 1, "topics", "no topic of kind 'end'")
            return
        before = {t: [p for p in after if t in after[p]] for t in topics}
        for topic_id in reached - _reachable(ends, before):
            topics[topic_id][1].fault(f"no topic of kind 'end' can be reached from {topic_id!r}")

    def _id(self, node: Node | None) -> str:
        value = node.text() if node else ""
        if node and value and not _ID.fullmatch(value):
            node.fault(f"{value!r} is no id: lower-case letters, digits and single hyphens")
        return value

    def _version(self, node: Node | None) -> str:
        value = node.text() if node else ""
        if node and value and not _VERSION.fullmatch(value):
            node.fault(f"{value!r} is no version of the form 1.2.3")
        return value

    def _text(self, node: Node | None) -> Text:
        return {locale: n.text() for locale, n in node.by_locale(self.locales)} if node else {}

    def _texts(self, node: Node | None, at_least: int = 1, exactly: int | None = None) -> Texts:
        if node is None:
            return {}
        entries = node.by_locale(self.locales)
        return {locale: n.texts(at_least, exactly) for locale, n in entries}


def _reachable(start: Sequence[str], following: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the topics at hand that can be reached from any of `start`, these included."""
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        current = waiting.pop()
        if current in following and current not in reached:
            reached.add(current)
            waiting.extend(following[current])
    return reached


def _digest(folder: Path) -> str:
    """Return the sha256 of all files of a pack, names included."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.yaml")):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
