"""What an utterance says of the answer: that it is right, partly right, wrong, or nothing of it.

The wordings are those of people and of language models at large, one list a language
(`engine.stance_korean`, `engine.stance_english`). A question never says anything of the answer, nor
does what is quoted from the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from engine.sentences import asks, quotations, sentences


class Claim(Enum):
    """What can be said of an answer."""

    RIGHT = auto()
    """It is right, or good."""
    AGREED = auto()
    """The user is right, in the answer or in what was said beside it."""
    WELCOMED = auto()
    """A lone "Great!", which praises if nothing else follows."""
    WHOLE = auto()
    """All of it is right."""
    POINTED = auto()
    """Something that is named is right, such as a word of it."""
    PARTLY = auto()
    """Part of it is right."""
    NEAR = auto()
    """Its direction is right, or it is nearly there."""
    WRONG = auto()
    """It is wrong."""
    DOUBTED = auto()
    """Something is off or lacking."""
    WHOLLY_WRONG = auto()
    """It is wrong, and no more is said; or all of it is."""
    LACKING = auto()
    """A part of it is missing."""


@dataclass(frozen=True, slots=True)
class Wordings:
    """How a language words what is said of an answer.

    Args:
        claims: what is said by which wordings.
        denied_before, denied_after: turn a wording of approval around in the same clause.
        spared: in a clause with these words, approval is of the effort and not of the answer.
        no_fault: wordings such as "not wrong" that hold words of rejection and are none.
        pointed: before a wording of approval, names the one thing that is approved of.
        turns: parts a sentence into clauses; a question keeps only what stands before its last one.
        asked: how a clause begins that belongs to a question.
    """

    claims: Mapping[Claim, re.Pattern[str]]
    denied_before: re.Pattern[str]
    denied_after: re.Pattern[str]
    spared: re.Pattern[str]
    no_fault: re.Pattern[str]
    pointed: re.Pattern[str]
    turns: re.Pattern[str]
    asked: re.Pattern[str]


_APPROVING = frozenset({Claim.RIGHT, Claim.AGREED, Claim.WELCOMED, Claim.WHOLE})


def claims(text: str, said: Iterable[str], wordings: Wordings) -> frozenset[Claim]:
    """Return what an utterance says of the answer.

    Args:
        text: the utterance.
        said: the user's texts; what is quoted from them is left out.
        wordings: those of its language.
    """
    found: set[Claim] = set()
    for clause, follows in _clauses(_without_words_of(text, tuple(said)), wordings):
        found |= _of_clause(clause, wordings, follows=follows)
    return frozenset(found)


def _of_clause(clause: str, wordings: Wordings, *, follows: bool) -> set[Claim]:
    """Return what a clause says; `follows` tells that another one stands before it."""
    plain = wordings.no_fault.sub(" ", clause)
    found: set[Claim] = set()
    for claim, pattern in wordings.claims.items():
        if claim in _APPROVING:
            found |= _approvals(claim, pattern, clause, wordings)
        elif pattern.search(clause if claim in (Claim.PARTLY, Claim.NEAR) else plain):
            found.add(claim)
    if found & {Claim.PARTLY, Claim.NEAR}:
        return found - _APPROVING
    if follows and Claim.AGREED in found:
        # "The logarithm, yes." takes up what was named before.
        return found - _APPROVING | {Claim.POINTED}
    return found


def _approvals(
    claim: Claim, pattern: re.Pattern[str], clause: str, wordings: Wordings
) -> set[Claim]:
    """Return what the wordings of one kind of approval come to in a clause."""
    standing = [match for match in pattern.finditer(clause) if _stands(match, clause, wordings)]
    if not standing or (claim is not Claim.AGREED and wordings.spared.search(clause)):
        return set()
    named = all(wordings.pointed.search(clause[: match.start()]) for match in standing)
    return {Claim.POINTED if named else claim}


def _stands(match: re.Match[str], clause: str, wordings: Wordings) -> bool:
    """Whether words of approval are not denied within their clause."""
    return not (
        wordings.denied_before.search(clause[: match.start()])
        or wordings.denied_after.search(clause[match.start() :])
    )


def _clauses(text: str, wordings: Wordings) -> Iterator[tuple[str, bool]]:
    """Yield the clauses that may say something of the answer, and whether each follows another."""
    for sentence in sentences(text):
        parts = [part.strip() for part in wordings.turns.split(sentence) if part and part.strip()]
        if asks(sentence):
            parts = [part for part in parts[:-1] if not wordings.asked.match(part)]
        yield from ((part, bool(number)) for number, part in enumerate(parts))


def _without_words_of(text: str, said: tuple[str, ...]) -> str:
    bare = "".join("".join(filter(str.isalnum, part)).casefold() for part in said)
    for quoted in quotations(text):
        if "".join(filter(str.isalnum, quoted)).casefold() in bare:
            text = text.replace(quoted, " ")
    return text
