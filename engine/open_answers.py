"""Whether an utterance gives away an answer to what it asks.

What it states is compared, by letter trigrams, with the right answers to the open points of the
next topic. What the question itself, the user or the pack's question says gives nothing away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.outcomes import Outcome
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack, Topic
from engine.sentences import asks, letter_trigrams, sentences

# The share of a right answer's own letters that a statement may repeat. Fitted on the validation
# split of the labelled utterances.
MOST_SHARED = 0.3
# A right answer with fewer letters of its own cannot be told from the words of its question.
_LEAST_OWN = 16

# Here the user is told something, which is bound to be near the answer.
_EXPLAINED = frozenset({Outcome.TERM_QUESTION, Outcome.HINT})


class OpenAnswers:
    """Implements `Secrets`.

    Args:
        packs: whose answers are kept.
    """

    def __init__(self, packs: Collection[QuestionPack]) -> None:
        self._topics = {
            (locale, topic.title[locale]): topic
            for pack in packs
            for locale in pack.locales
            for topic in pack
            if topic.kind.judged
        }
        self._leads = {
            (locale, pack.topic(then).title[locale]): _leads_to(then, pack, locale)
            for pack in packs
            for locale in pack.locales
            for topic in pack
            for then in topic.next
        }

    def given_away(self, turn: SpokenTurn, text: str) -> bool:
        """Whether a text states an answer to what it asks."""
        return self.shared(turn, text) > MOST_SHARED

    def shared(self, turn: SpokenTurn, text: str) -> float:
        """Return the largest share of a right answer that a text states, 0 to 1."""
        topic = self._topics.get((turn.locale, turn.next_title))
        if topic is None or turn.outcome in _EXPLAINED:
            return 0.0
        stated = letter_trigrams(part for part in sentences(text) if not asks(part))
        leads = self._leads.get((turn.locale, turn.next_title), ())
        asked = _asked_with(topic, turn.locale)
        known = letter_trigrams((turn.question, turn.answer, *asked, *leads))
        shares = [
            len((own := letter_trigrams([answer]) - known) & stated) / max(len(own), _LEAST_OWN)
            for answer in _open_answers(topic, turn)
        ]
        return max(shares, default=0.0)


def _open_answers(topic: Topic, turn: SpokenTurn) -> Iterable[str]:
    """Yield right answers to the points of the next topic that are open.

    Where the interview stays on the topic, only some may be.
    """
    names = {point.name[turn.locale] for point in topic.points}
    stays = bool(turn.still_open) and names.issuperset(turn.still_open)
    for point in topic.points:
        if not stays or point.name[turn.locale] in turn.still_open:
            yield from point.references[turn.locale]


def _leads_to(topic_id: str, pack: QuestionPack, locale: str) -> tuple[str, ...]:
    """Return what the pack says on the way to a topic, wherever it comes from."""
    return tuple(line for topic in pack for line in topic.leads.get(topic_id, {}).get(locale, ()))


def _asked_with(topic: Topic, locale: str) -> Iterable[str]:
    """Yield what the pack itself says when it asks about a topic."""
    yield from topic.title.values()
    yield from topic.question[locale]
    yield topic.clarification.get(locale, "")
    for point in topic.points:
        yield point.name[locale]
        yield from point.ask.get(locale, ())
