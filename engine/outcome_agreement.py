"""An utterance agrees with what came of the message.

It never calls an answer right that was not credited, never rejects one that was, and ascribes to
the user only what the user said. Praise of the effort goes with every outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.outcomes import Outcome
from engine.prompts import SpokenTurn
from engine.stance import Claim, claims
from engine.stance_english import ENGLISH
from engine.stance_korean import KOREAN

_WORDINGS = {"ko": KOREAN, "en": ENGLISH}
_PRAISE = frozenset({Claim.RIGHT, Claim.AGREED, Claim.WHOLE})
_REJECTION = frozenset({Claim.WRONG, Claim.WHOLLY_WRONG})
_CREDITED = frozenset({Outcome.COVERED, Outcome.SEVERAL, Outcome.HEDGED})
# What an utterance must not say, by outcome, whatever else it says.
_NEVER: Mapping[Outcome, frozenset[Claim]] = {
    Outcome.COVERED: _REJECTION,
    Outcome.SEVERAL: _REJECTION,
    Outcome.HEDGED: _REJECTION,
    Outcome.MIXED: frozenset({Claim.WHOLE, Claim.WHOLLY_WRONG}),
    Outcome.PARTIAL: frozenset({Claim.WHOLE, Claim.WHOLLY_WRONG}),
    Outcome.WRONG: _PRAISE | {Claim.PARTLY},
    Outcome.UNSURE: _PRAISE | _REJECTION,
    Outcome.MISSING: _PRAISE | {Claim.PARTLY},
    Outcome.DONT_KNOW: frozenset({Claim.RIGHT, Claim.WHOLE}) | _REJECTION,
}
# Nothing was answered, so there is nothing to praise; one may agree about the weather.
_UNANSWERED = frozenset({Claim.RIGHT, Claim.WHOLE})
# What an utterance must not say without a word that takes some of it back.
_UNQUALIFIED: Mapping[Outcome, frozenset[Claim]] = {
    Outcome.MIXED: _PRAISE | _REJECTION,
    Outcome.PARTIAL: _PRAISE | _REJECTION,
    Outcome.WRONG: frozenset({Claim.WELCOMED, Claim.POINTED, Claim.NEAR}),
    Outcome.MISSING: frozenset({Claim.WELCOMED, Claim.POINTED, Claim.NEAR}),
    Outcome.UNSURE: frozenset({Claim.POINTED}),
}
_QUALIFYING = frozenset({Claim.PARTLY, Claim.NEAR, Claim.POINTED, Claim.WRONG, Claim.DOUBTED})


def disagreements(turn: SpokenTurn, text: str) -> Iterator[str]:
    """Yield what in an utterance contradicts the outcome."""
    if turn.outcome is Outcome.CLOSING:
        return
    found = _claims(turn, text)
    never = found & _NEVER.get(turn.outcome, _UNANSWERED)
    unqualified = {
        claim
        for claim in found & _UNQUALIFIED.get(turn.outcome, frozenset())
        if not (found - {claim}) & _QUALIFYING
    }
    if turn.outcome in _CREDITED and not turn.still_open:
        never |= found & {Claim.LACKING}
    for claim in sorted(never | unqualified, key=lambda claim: claim.value):
        yield f"says {claim.name.lower()} of an answer that is {turn.outcome}"


def agrees_outright(turn: SpokenTurn, text: str) -> bool:
    """Whether an utterance says in plain words what came of the answer."""
    plain = _PRAISE if turn.outcome in _CREDITED else _REJECTION
    return bool(_claims(turn, text) & plain)


def _claims(turn: SpokenTurn, text: str) -> frozenset[Claim]:
    return claims(text, (turn.answer,), _WORDINGS[turn.locale])
