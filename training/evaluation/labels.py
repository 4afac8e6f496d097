"""What the reference layout calls the topics and answer points of a question pack.

The layout names everything in words: a question by its topic's title, an answer by the name of the
point that it covers. A title of several parts ("MBTI / …") is also known by each part. Names count
in any language of the pack; where one is shown, it is the Korean one if there is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.questions import QuestionPack, Text, Topic, TopicKind

# What the layout calls an answer that covers nothing, a question about a word, and nothing left.
FAILED = "답변 실패"
TERM = "용어 질문"
ALL_DONE = "모든 질문 해결 완료"


class PackLabels:
    """Looks up names of a pack.

    Args:
        pack: the pack.
    """

    def __init__(self, pack: QuestionPack) -> None:
        self._topics = {
            name: topic
            for topic in reversed(pack.topics)
            for title in topic.title.values()
            for name in (*title.split(" / "), title)
        }
        self.titles = tuple(dict.fromkeys(shown(topic.title) for topic in pack))
        points = [shown(point.name) for topic in pack for point in topic.points]
        spoken = [name for topic in pack if _is_talk(topic) for name in talk_labels(topic)]
        self.answers = tuple(dict.fromkeys((*points, *spoken, FAILED, TERM)))
        self._names = {
            name: shown(point.name)
            for topic in reversed(pack.topics)
            for point in topic.points
            for name in point.name.values()
        }
        self._names |= {
            name: talk_labels(topic)[0]
            for topic in pack
            if _is_talk(topic)
            for name in topic.title.values()
        }

    def topic(self, name: str) -> Topic | None:
        """Return the topic of this title; None where there is none."""
        return self._topics.get(name)

    def answer(self, name: str, topic: Topic) -> str | None:
        """Return what a label of stage 1 is shown as; None where it is none.

        Args:
            name: the label.
            topic: the topic that was asked about; its points come first.
        """
        point_id = point_named(topic, name)
        if point_id is not None:
            return shown(topic.point(point_id).name)
        return name if name in self.answers else self._names.get(name)

    def question(self, name: str) -> str | None:
        """Return what a label of stage 2 is shown as; None where it is none."""
        topic = self._topics.get(name)
        return shown(topic.title) if topic else None


def shown(text: Text) -> str:
    """Return the Korean text, or the first where there is no Korean one."""
    return text.get("ko") or next(iter(text.values()))


def talk_labels(topic: Topic) -> tuple[str, ...]:
    """Return the labels of replies to a topic that is not judged: the parts of its title."""
    return tuple(shown(topic.title).split(" / "))


def point_named(topic: Topic, name: str) -> str | None:
    """Return the id of a topic's point of this name, in any language; None where there is none."""
    return next((p.id for p in topic.points if name in p.name.values()), None)


def points_listed(topic: Topic, text: str) -> tuple[str, ...] | None:
    """Return the ids of points that a list names, joined by commas; None where one is unknown.

    Args:
        topic: whose points they are.
        text: the list; empty or `ALL_DONE` for none, and a title stands for a topic without points.
    """
    if text in ("", ALL_DONE) or not topic.points:
        return ()
    found = tuple(_points_listed(topic, text))
    return None if "" in found else found


def _points_listed(topic: Topic, text: str) -> Iterator[str]:
    """Yield ids, and an empty one where a name is unknown; a name may itself have commas."""
    names = {name: point.id for point in topic.points for name in point.name.values()}
    rest = text
    while rest:
        name = next((n for n in sorted(names, key=len, reverse=True) if _begins(rest, n)), None)
        if name is None:
            yield ""
            return
        yield names[name]
        rest = rest[len(name) :].lstrip(" ,")


def _begins(text: str, name: str) -> bool:
    return text == name or text.startswith((f"{name},", f"{name} ,"))


def _is_talk(topic: Topic) -> bool:
    return not topic.kind.judged and topic.kind is not TopicKind.END
