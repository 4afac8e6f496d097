"""Which clauses of a message are about which answer point.

Asked for two things that have names (precision and recall, a low temperature and a high one),
people answer both in one message. Read as a whole, "precision is what was found of all positives,
recall what of the found is right" says the right words about both. A clause speaks of the thing
that it names, and so do those behind it until another one is named; a clause that names several
speaks of all, like one that stands before any name, unless it says what kind of the one the other
is ("deep learning is ML with many layers").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.arrays import FloatArray
from engine.clauses import MAX_CLAUSES, split_clauses, units_of
from engine.questions import Topic

# A clause of this form is about another thing alone: "ML learns from data", "머신러닝은 …", but not
# "AI that learns from data", which is a way to say what ML is.
_BEFORE = (
    r"^\W*(?:(?:and|but|so|while|whereas|um+|uh+|well|ok|okay|then|the|an?|그리고|근데|음+|어+)\W+)*"
    r"(?:"
)
_KOREAN_LINK = r")\s*(?:은|는|이란|란|이라는 건|라는 건)(?![가-힣])"
_ENGLISH_LINK = (
    r")(?![a-z0-9])\s+(?!(?:that|which|who|whose|where|with|without|but|using|based|done|built|by|from|"
    r"of|for|in|model|method|approach|technique|field|branch|system|subfield|program|software|machine|"
    r"algorithm)s?\b)[a-z]"
)
# Whoever says one of these speaks of a thing without its name, or of one thing by another.
_ALLUSION = re.compile(
    r"\b(?:others?|former|latter|counterpart|first\s+one|second\s+one|one\s+and\s+the|compared|"
    r"opposite|reverse|vice\s+versa)\b|다른\s*(?:하나|쪽|건|거)|나머지|전자|후자|"
    r"반대|달리|비해|비하면|대비",
    re.IGNORECASE,
)
# In front of a name that something is told by which is said of another one: "unlike BERT, …".
_TOLD_BY = r"\b(?:unlike|instead\s+of|rather\s+than)\s+(?:\w+\s+){0,2}(?:"
# In front of a name that comes after what is said of it: "…, that's precision".
_CALLED = (
    r"(?:that['’]?s|that\s+is|this\s+is|which\s+is|it['’]?s|is\s+called|call(?:ed)?\s+(?:it|that|this)?|"
    r"(?:그게|이게|그것이|이것이|그걸|이걸|그건|이건|이게\s*바로|그게\s*바로))\s*(?:the\s+|what\s+)?(?:"
)
# What stands around a name of which nothing is said.
_BARE = re.compile(
    r"\b(?:both|either|and|like|the|a|too|if|when|is|it)\b|이랑|랑|하고|와|과|은|는|이|가|너무|면|때|\W+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TextsApart:
    """A message, its clauses, and what it says about each of some points where that differs.

    Args:
        all: every text to encode: the whole message first, then its clauses.
        whole: how many of them these are.
        places: point id → the places of its texts in `all`, what the message says about it first;
            none where it speaks of other points only.
    """

    all: list[str]
    whole: int
    places: Mapping[str, list[int]]

    def units(self, point_id: str, vectors: FloatArray) -> tuple[list[str], FloatArray] | None:
        """Return what a message says about a point and the clauses of that, with their vectors.

        Args:
            point_id: one of the points.
            vectors: of all texts, ``(len(all), d)``.
        """
        places = self.places[point_id]
        return ([self.all[place] for place in places], vectors[places]) if places else None


def read_apart(text: str, topic: Topic, point_ids: Sequence[str]) -> TextsApart:
    """Return the texts that a message is read by.

    Args:
        text: the message.
        topic: the question that it answers.
        point_ids: ids of the points to judge.
    """
    clauses = split_clauses(text)
    texts = units_of(text, clauses)
    whole = list(range(len(texts)))
    places: dict[str, list[int]] = {}
    for point_id in point_ids:
        kept = own_clauses(clauses, topic, point_id, text)
        if kept is None:
            places[point_id] = whole
        elif len(kept) > 1:
            texts.append(" ".join(clauses[index] for index in kept))
            places[point_id] = [len(texts) - 1, *(index + 1 for index in kept)]
        else:
            places[point_id] = [index + 1 for index in kept]
    return TextsApart(texts, len(whole), places)


def own_part(text: str, topic: Topic, point_id: str) -> str:
    """Return what a message says about one answer point.

    Args:
        text: the message.
        topic: the question that it answers.
        point_id: id of one of its answer points.

    Returns:
        The clauses that do not speak of another point, empty where all do; the whole message where
        its clauses cannot be told apart by the names in them.
    """
    clauses = split_clauses(text)
    kept = own_clauses(clauses, topic, point_id, text)
    return text if kept is None else " ".join(clauses[index] for index in kept)


def own_clauses(clauses: Sequence[str], topic: Topic, point_id: str, text: str) -> list[int] | None:
    """Return the places of the clauses that speak of one answer point; None stands for all.

    Args:
        clauses: of a message, in order.
        topic: the question that it answers.
        point_id: id of one of its answer points.
        text: the message.
    """
    subjects = tuple((point.id, point.subject) for point in topic.points if point.subject)
    if point_id not in dict(subjects) or len(subjects) == 1:
        return None
    named = _named(subjects)
    if not _is_told_apart(text, clauses, named):
        return None
    about = _spoken_of(clauses, subjects)
    kept = [index for index, point in enumerate(about) if point in {None, point_id}]
    if len(kept) == len(clauses):
        return None
    others = tuple(name for point, names in subjects if point != point_id for name in names)
    # "… a subset of ML": without a name of its own, another one may only say what kind it is.
    if point_id not in about and not any(map(_as_topic(others).search, clauses)):
        return None
    if not kept:
        return kept
    said = dict(named)[point_id].sub("", " ".join(clauses[index] for index in kept))
    return kept if _BARE.sub("", said) else None


def _is_told_apart(
    text: str, clauses: Sequence[str], named: Sequence[tuple[str, re.Pattern[str]]]
) -> bool:
    """Whether the clauses of a message can be dealt out to the points by the names in them."""
    if len(clauses) >= MAX_CLAUSES or _ALLUSION.search(text):
        return False
    for _, names in named:
        if re.search(f"{_CALLED}{names.pattern})|{_TOLD_BY}{names.pattern})", text, re.IGNORECASE):
            return False
        # A piece too short to be a clause is none, and a name may be gone with it.
        if len(names.findall(text)) > sum(len(names.findall(clause)) for clause in clauses):
            return False
    return True


def _spoken_of(
    clauses: Sequence[str], subjects: tuple[tuple[str, tuple[str, ...]], ...]
) -> list[str | None]:
    """Return the point that each clause speaks of; None where it speaks of all."""
    named = _named(subjects)
    spoken_of: list[str | None] = []
    about = None
    bare: set[str] = set()
    for clause in clauses:
        found = {point_id for point_id, names in named if names.search(clause)}
        if len(found | bare) == 1 and found:
            about = next(iter(found))
        elif found:
            about = None if bare else _explained(clause, subjects)
        # "Both BERT | and GPT are …": a name that nothing is said of goes with the next.
        alone = any(_says_nothing_of(names, clause) for _, names in named)
        bare = found if alone else set()
        spoken_of.append(None if alone else about)
    return spoken_of


def _explained(clause: str, subjects: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    """Return the point whose thing a clause explains as a kind of another one; None if it does not.

    "BERT는 양방향 GPT는 단방향" tells of both.
    """
    for point_id, names in subjects:
        others = tuple(name for other, of in subjects if other != point_id for name in of)
        kind = _as_kind(names, others).search(clause)
        if kind and not any(of.search(clause, kind.end()) for _, of in _named(subjects)):
            return point_id
    return None


def _says_nothing_of(names: re.Pattern[str], clause: str) -> bool:
    return bool(names.search(clause)) and not _BARE.sub("", names.sub("", clause))


@lru_cache(maxsize=1024)  # more than there are topics with such points
def _named(
    subjects: tuple[tuple[str, tuple[str, ...]], ...],
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return what finds the names of each point; a Korean one may carry a particle."""
    return tuple(
        (
            point_id,
            re.compile(
                rf"(?<![a-z0-9가-힣-])(?:{_either(names)})(?:-?\d+)?(?![a-z0-9])",
                re.IGNORECASE,
            ),
        )
        for point_id, names in subjects
    )


@lru_cache(maxsize=1024)
def _as_topic(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds one of the names where a clause begins with it and says more of it."""
    either = _either(names)
    return re.compile(
        f"{_BEFORE}{either}{_KOREAN_LINK}|{_BEFORE}{either}{_ENGLISH_LINK}", re.IGNORECASE
    )


@lru_cache(maxsize=1024)
def _as_kind(names: tuple[str, ...], others: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds "X is (a kind of) Y" where a clause begins with it."""
    return re.compile(
        f"{_BEFORE}{_either(names)})(?:s?\\s+(?:is|are|means)\\s+(?:an?\\s+|the\\s+)?(?:(?:kind|type|form|"
        f"branch|subset|part)\\s+of\\s+)?|\\s*(?:은|는|이란|란)\\s+)(?:{_either(others)})(?![a-z0-9])",
        re.IGNORECASE,
    )


def _either(names: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
