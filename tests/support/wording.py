"""The rules that every written line of the interviewer keeps, as checks that return what is off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.korean_politeness import politeness, speaks_casually
from engine.questions import QuestionPack, Topic

POLITE = "ko@jondaetmal"
WORDINGS = ("ko", POLITE, "en")

_BAD_START = re.compile(r"[\d\[\](){}<>#*•·\-–—_=|/\\]|[①-⑳㉠-㉻]|[A-Za-z가-하][.)]\s")
_LINK = re.compile(r"https?:|www\.|\]\(|\b[\w-]+\.(?:com|org|io|net|kr)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{\w*\}")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|\"[^\"]*\"|'[^']*'")
_YO = re.compile(r"(?<![필중주수긴])(?:요|죠)(?=[.?!,~…\s]|$)")
_NIDA = re.compile(r"(.)(?:니다|니까)(?=[.?!,~…\s]|$)")
# A hint may leave the end of its sentence to the person.
_UNENDED = re.compile(r"[^.?!]*…")
_FINAL_B = 17  # ㅂ among the 28 final consonants of a Hangul syllable


@dataclass(frozen=True)
class Line:
    """A line that the interviewer may say, with the place it is written at."""

    place: str
    locale: str
    text: str


def format_faults(text: str) -> Iterator[str]:
    """Yield what keeps a line from being an utterance."""
    if _BAD_START.match(text):
        yield "starts with a number, list mark, date or bracket"
    if _LINK.search(text):
        yield "carries a link"
    if _PLACEHOLDER.search(text):
        yield "holds a placeholder"
    if len(_EMOJI.findall(text)) > 1:
        yield "has more than one emoji"
    if "\n" in text:
        yield "breaks into several lines"


def polite_endings(text: str) -> list[str]:
    """Return the 존댓말 endings of a Korean text; quoted words do not count."""
    plain = _QUOTED.sub("", text)
    found = [match[0] for match in _YO.finditer(plain)]
    for match in _NIDA.finditer(plain):
        is_syllable = "가" <= match[1] <= "힣"
        if is_syllable and (ord(match[1]) - ord("가")) % 28 == _FINAL_B:
            found.append(match[0])
    return found


def keeps_its_style(wording: str, text: str) -> bool:
    """Whether Korean is 존댓말 throughout, or not at all."""
    if wording == POLITE:
        whole = _UNENDED.sub("", text).replace("…", " ")
        return all(politeness(whole)) and not speaks_casually(whole)
    return wording != "ko" or not polite_endings(text)


def spoken_lines(pack: QuestionPack) -> Iterator[Line]:
    """Yield every line of a pack that the interviewer may say."""
    for topic in pack:
        yield from _topic_lines(topic)
    for term in pack.terms:
        for locale, text in term.explanation.items():
            yield Line(f"glossary {term.id}", locale, text)


def _topic_lines(topic: Topic) -> Iterator[Line]:
    pools = {
        "question": topic.question,
        "hints": topic.hints,
        "clarification": {locale: (text,) for locale, text in topic.clarification.items()},
        **{f"reactions {outcome}": texts for outcome, texts in topic.reactions.items()},
        **{f"leads {following}": texts for following, texts in topic.leads.items()},
        **{f"ask {point.id}": point.ask for point in topic.points},
    }
    for pool, by_locale in pools.items():
        for locale, texts in by_locale.items():
            yield from (Line(f"{topic.id} {pool}", locale, text) for text in texts)
    for point in topic.points:
        for locale, answers in point.wrong.items():
            yield from (
                Line(f"{topic.id} nudge {point.id}", locale, answer.nudge)
                for answer in answers
                if answer.nudge
            )
