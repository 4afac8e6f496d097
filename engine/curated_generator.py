"""Stage 3 without a language model: utterances written by hand for the transition at hand.

An utterance is a first sentence that reacts to the outcome and, where there is something to ask, a
question. Both are chosen among lines written for the topic (its reactions, follow-ups, leads and
phrasings), with generic lines (`engine.curated_lines`) where a pack has none. A line is not said
twice in an interview while another is left.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.contract import Intent, Mode, PointVerdict, TurnRequest, Utterance, VerdictStatus
from engine.glossary import asks_after_the_question, find_term
from engine.ports import Evaluation, ShowText
from engine.questions import QuestionPack, Topic, TopicKind

_BY_INTENT = {
    Intent.SKIP: "skip",
    Intent.REPEAT: "repeat",
    Intent.SMALL_TALK: "small_talk",
    Intent.INSULT: "insult",
    Intent.MANIPULATION: "manipulation",
    Intent.OTHER_LANGUAGE: "other_language",
    Intent.UNREADABLE: "empty",
}
# Verdicts that call for another word on the same point, most pressing first.
_TOUCHED = (VerdictStatus.WRONG, VerdictStatus.UNSURE, VerdictStatus.PARTIAL)
# After these a question about what is open follows; after any other, the same one in other words.
_FOLLOWED_UP = frozenset(
    {Intent.ANSWER, Intent.HINT, Intent.TERM_QUESTION, Intent.UNREADABLE, Intent.REPEAT}
)
_AND = {"ko": ", ", "en": " and "}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class CuratedGenerator:
    """Chooses utterances among written lines; deterministic for a given request.

    Args:
        reactions: generic lines, as `engine.curated_lines.load_reactions` returns them.
    """

    def __init__(self, reactions: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._reactions = reactions

    def generate(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        next_topic: str,
        show: ShowText | None = None,  # noqa: ARG002 - written lines are there at once
    ) -> Utterance:
        """Return the utterance that reacts to the message and asks about `next_topic`."""
        turn = _Turn(request, pack, evaluation, next_topic, self._reactions[request.wording])
        said = turn.react()
        asked = turn.ask(said)
        return Utterance(
            text=" ".join((*said, asked.text) if asked.text else said),
            # A nudge, a hint or a clarification asks by itself; the question stands as it was.
            question=asked.question or request.question,
            lines=tuple(turn.lines),
        )


@dataclass(frozen=True)
class _Asked:
    """The end of an utterance: its words, and the question in them that stands from then on.

    The question is kept without the words around it, which would pile up when it is asked again.
    """

    text: str
    question: str


@dataclass
class _Turn:
    """One turn being phrased; collects the ids of the lines that it uses."""

    request: TurnRequest
    pack: QuestionPack
    evaluation: Evaluation
    next_topic: str
    generic: Mapping[str, Sequence[str]]
    lines: list[str] = field(default_factory=list)

    @property
    def topic(self) -> Topic:
        return self.pack.topic(self.request.topic_id)

    @property
    def stays(self) -> bool:
        return self.next_topic == self.request.topic_id

    @property
    def ends(self) -> bool:
        return self.pack.topic(self.next_topic).kind is TopicKind.END

    def react(self) -> tuple[str, ...]:
        """Return what is said before the question."""
        parts = self._reaction()
        if self.request.truncated:
            parts = (self._generic("too_long"), *parts)
        return parts

    def ask(self, said: tuple[str, ...]) -> _Asked:
        """Return the question to end with; no words where what was said already asks."""
        if not self.stays:
            return self._lead()
        if said and said[-1].endswith("?"):
            return _Asked("", "")
        question = self._standing()
        if any(question in part for part in said):
            return _Asked("", question)
        return _Asked(question, question)

    def _standing(self) -> str:
        """Return the question for somebody who is still on the topic."""
        intent = self.evaluation.intent
        if intent is Intent.REPEAT:
            return self.request.question
        return self._follow_up() if intent in _FOLLOWED_UP else self._rephrased()

    def _reaction(self) -> tuple[str, ...]:
        intent = self.evaluation.intent
        if not self.topic.kind.judged:
            return self._chat()
        if intent is Intent.ANSWER:
            return self._answered()
        if intent is Intent.DONT_KNOW:
            again = self.request.dont_know_streak >= 2
            return (self._generic("dont_know_again" if again else "dont_know"),)
        if intent is Intent.HINT:
            return self._hint()
        if intent is Intent.TERM_QUESTION:
            return self._explanation()
        return (self._generic(_BY_INTENT[intent]),)

    def _chat(self) -> tuple[str, ...]:
        """React where nothing is judged: greeting, break, last words."""
        intent = self.evaluation.intent
        # Any other line for what is no answer asks to come back, while the interview goes on.
        if intent is Intent.REPEAT or (self.stays and intent in _BY_INTENT):
            return (self._generic(_BY_INTENT[intent]),)
        own = self.topic.reactions.get("small_talk", {}).get(self.request.wording, ())
        if own:
            return (self._choose(f"{self.topic.id}/small_talk", own),)
        begins = self.topic.kind is TopicKind.GREETING
        return (self._generic("closing" if self.ends else "begin" if begins else "noted"),)

    def _answered(self) -> tuple[str, ...]:
        if self.request.mode is Mode.EXAM:
            return (self._generic("noted"),)
        points = self.evaluation.points
        covered, wrong = points(VerdictStatus.COVERED), self._wrong_verdicts()
        if covered and wrong:
            return (self._generic("mixed"), *self._nudge(wrong))
        if covered:
            return self._credited(covered)
        if not self.stays:
            # Once the topic is left there is no use in asking for one more sentence.
            told = (self._generic("wrong_left"),) if wrong else ()
            return (*told, self._generic("move_on"))
        if wrong:
            return self._nudge(wrong) or (self._own("wrong"),)
        outcomes = (VerdictStatus.UNSURE, VerdictStatus.PARTIAL, VerdictStatus.MISSING)
        return (self._own(next(o for o in outcomes if o is outcomes[-1] or points(o))),)

    def _credited(self, covered: tuple[str, ...]) -> tuple[str, ...]:
        if self.evaluation.hedge:
            line = self._generic("hedged")
            return (self._fill(line, hedge=self.evaluation.hedge),)
        if len(covered) > 1:
            names = [self.topic.point(p).name[self.request.locale] for p in covered]
            return (self._fill(self._generic("several"), points=self._listed(names)),)
        return (self._own("covered"),)

    def _listed(self, names: Sequence[str]) -> str:
        *first, last = map(_within, names) if self.request.locale == "en" else names
        return ", ".join(first) + _AND[self.request.locale] + last

    def _wrong_verdicts(self) -> tuple[PointVerdict, ...]:
        return tuple(v for v in self.evaluation.verdicts if v.status is VerdictStatus.WRONG)

    def _nudge(self, wrong: tuple[PointVerdict, ...]) -> tuple[str, ...]:
        """Return what is off about the misconception, if it is a known one and not said yet."""
        for verdict in wrong:
            if verdict.misconception is None or not self.stays:
                continue
            known = self.topic.point(verdict.point_id).wrong[self.request.wording]
            if verdict.misconception >= len(known):
                continue
            nudge = known[verdict.misconception].nudge
            line = f"{self.topic.id}/{verdict.point_id}/nudge/{verdict.misconception}"
            if nudge and line not in self.request.spoken:
                self.lines.append(line)
                return (nudge,)
        return ()

    def _hint(self) -> tuple[str, ...]:
        hints = self.topic.hints.get(self.request.wording, ())
        if self.request.hints_given >= len(hints):
            return (self._generic("hint_exhausted"),)
        return (self._generic("hint"), hints[self.request.hints_given])

    def _explanation(self) -> tuple[str, ...]:
        """Explain the term asked about, unless that would give the answer away."""
        wording = self.request.wording
        term = find_term(self.request.answer, self.pack.terms)
        if term is not None and self.topic.id not in term.spoils:
            return (self._generic("term_question"), term.explanation[wording])
        clarification = self.topic.clarification.get(wording)
        clear = (clarification,) if clarification else ()
        if asks_after_the_question(self.request.answer):
            return clear or (self._generic("repeat"),)
        return (self._generic("term_spoiled" if term else "term_unknown"), *clear)

    def _follow_up(self) -> str:
        """Return a question about an open point: one that was touched, else the first."""
        covered = self.evaluation.points(VerdictStatus.COVERED)
        touched = [p for status in _TOUCHED for p in self.evaluation.points(status)]
        still_open = [*touched, *(p for p in self.request.open_points if p not in covered)]
        asks = self.topic.point(still_open[0]).ask if still_open else {}
        if asks:
            return self._choose(f"{self.topic.id}/{still_open[0]}/ask", asks[self.request.wording])
        return self._rephrased()

    def _lead(self) -> _Asked:
        """Return the sentence that bridges to the next topic and asks its question."""
        following = self.pack.topic(self.next_topic)
        leads = self.topic.leads.get(self.next_topic, {}).get(self.request.wording, ())
        # After a failure a lead written for success would ring false; they are neutral by rule.
        if leads and not self.ends:
            lead = self._choose(f"{self.topic.id}/lead/{self.next_topic}", leads)
            return _Asked(lead, lead)
        question = self._choose(f"{self.next_topic}/question", self._texts(self.next_topic))
        if not following.kind.judged:
            # A farewell or a break is no "next question".
            return _Asked(question, question)
        framed = self._fill(self._generic("fallback_question"), question=question)
        return _Asked(framed, question)

    def _rephrased(self) -> str:
        return self._choose(f"{self.topic.id}/question", self._texts(self.topic.id))

    def _texts(self, topic_id: str) -> tuple[str, ...]:
        return self.pack.topic(topic_id).question[self.request.wording]

    def _own(self, outcome: str) -> str:
        """Return a reaction written for this topic, else a generic one."""
        own = self.topic.reactions.get(outcome, {}).get(self.request.wording, ())
        return self._choose(f"{self.topic.id}/{outcome}", own) if own else self._generic(outcome)

    def _generic(self, key: str) -> str:
        return self._choose(f"curated/{key}", self.generic[key])

    def _choose(self, pool: str, variants: Sequence[str]) -> str:
        """Choose a variant by the request's seed; when all were said, the one said longest ago."""
        last_said = {line: n for n, line in enumerate((*self.request.spoken, *self.lines))}
        fresh = [i for i in range(len(variants)) if f"{pool}/{i}" not in last_said]
        oldest = min(range(len(variants)), key=lambda i: last_said.get(f"{pool}/{i}", -1))
        among = fresh or [oldest]
        digest = hashlib.sha256(f"{self.request.seed}|{pool}".encode()).digest()
        chosen = among[int.from_bytes(digest[:8], "big") % len(among)]
        self.lines.append(f"{pool}/{chosen}")
        return variants[chosen]

    @staticmethod
    def _fill(line: str, **facts: str) -> str:
        """Fill placeholders in one pass, so that braces in a user's words stay what they are."""
        return _PLACEHOLDER.sub(lambda match: facts.get(match[1], match[0]), line)


def _within(name: str) -> str:
    """Return an English name as it stands within a sentence: "what MSE is", but "MSE"."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
