"""What a typed message asks for where its words alone say so, as if its button had been pressed.

Nobody's interview ends or begins anew by a typed word: that is asked about first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.interview.going_on import declines, read_consent, read_going_on
from bot.interview.messages import Action, Inbound, Notice
from bot.interview.replies import progress
from bot.interview.state import InterviewState
from bot.interview.wish_words import Wish
from bot.interview.wishes import read_wish
from engine.contract import Mode
from engine.questions import QuestionPack, TopicKind

_OFFERS: Mapping[Wish, Action] = {Wish.STOP: Action.STOP, Wish.ANEW: Action.NEW}
_ACTIONS: Mapping[Wish, tuple[Action, Mapping[str, str]]] = {
    Wish.PAUSE: (Action.PAUSE, {}),
    Wish.REPORT: (Action.REPORT, {}),
    Wish.REVIEW: (Action.REVIEW, {}),
    Wish.DISAGREE: (Action.DISAGREE, {}),
    Wish.HELP: (Action.HELP, {}),
    Wish.PRIVACY: (Action.PRIVACY, {}),
    Wish.KOREAN: (Action.LANGUAGE, {"locale": "ko"}),
    Wish.ENGLISH: (Action.LANGUAGE, {"locale": "en"}),
    Wish.POLITE: (Action.LANGUAGE, {"locale": "ko", "style": "jondaetmal"}),
    Wish.CASUAL: (Action.LANGUAGE, {"locale": "ko", "style": "banmal"}),
}
_PLAIN_NOTICES: Mapping[Wish, str] = {
    Wish.WAIT: "notice.wait",
    Wish.WHY: "notice.why",
    Wish.RIGHT: "notice.report_after_exam",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the person is to be asked whether they want it."""

    action: Action


Meant = Inbound | Offer | Notice
"""What a typed message comes to: a message, a question to ask back, or the text that answers it."""


def as_meant(state: InterviewState, pack: QuestionPack, inbound: Inbound) -> Meant:
    """Return a typed message with the action that it asks for, what to ask back, or the answer.

    What asks for nothing of the kind comes back as it is, for the engine to judge.

    Args:
        state: the interview that it was typed in.
        pack: its pack.
        inbound: the message, which has no action.
    """
    if state.paused and not state.offered and declines(inbound.text):
        return Notice("notice.paused")
    answered = _answer_to_what_was_asked(state, inbound.text)
    if answered is not None:
        return replace(inbound, action=answered)
    wish, kind = read_wish(inbound.text), pack.topic(state.topic_id).kind
    if kind is TopicKind.GREETING and declines(inbound.text):
        return Notice("notice.wait")
    if wish is None or not _is_heard(wish, kind, state):
        return inbound
    if wish in _OFFERS:
        wanted = _OFFERS[wish]
        return replace(inbound, action=wanted) if state.offered is wanted else Offer(wanted)
    return _acting(wish, inbound) if wish in _ACTIONS else _told(wish, state, pack)


def after_the_end(state: InterviewState, inbound: Inbound) -> Inbound | Notice:
    """Return a message typed after the end with what it asks for, or the text that answers it.

    Args:
        state: the interview that is over.
        inbound: the message, which has no action.
    """
    wish = read_wish(inbound.text)
    if wish is Wish.ANEW or read_going_on(inbound.text) is Action.NEW:
        return replace(inbound, action=Action.NEW)
    if wish is Wish.REVIEW:
        return replace(inbound, action=Action.REVIEW, options={"interview": state.id})
    if wish in (Wish.THANKS, Wish.PAUSE):
        return Notice("notice.thanks_ended")
    return _acting(wish, inbound) if wish is not None and wish in _ACTIONS else inbound


def _answer_to_what_was_asked(state: InterviewState, text: str) -> Action | None:
    """Return what a message says to "Shall we end here?" or "Shall we carry on?"."""
    if state.offered:
        return read_consent(text, state.offered)
    return read_going_on(text) if state.paused else None


def _acting(wish: Wish, inbound: Inbound) -> Inbound:
    """Return a message with the action that it wishes for."""
    action, options = _ACTIONS[wish]
    return replace(inbound, action=action, options={**inbound.options, **options})


def _is_heard(wish: Wish, kind: TopicKind, state: InterviewState) -> bool:
    """Whether a wish is taken for one where the interview stands."""
    if kind is TopicKind.CLOSING:  # the last words end the interview anyway, whatever they are
        return wish is Wish.WAIT
    if wish is Wish.THANKS:
        return kind.judged or state.paused
    if wish is Wish.RIGHT:  # a coach has said so already; "맞아" alone may be half an answer
        return state.options.mode is Mode.EXAM
    return True


def _told(wish: Wish, state: InterviewState, pack: QuestionPack) -> Notice:
    """Return the text that answers a wish for which nothing needs to be done."""
    if wish is Wish.COUNT:
        now = progress(state, pack)
        return Notice("notice.count", {"asked": str(now.asked), "total": str(now.total)})
    if wish is Wish.THANKS:
        return Notice("notice.thanks")
    return Notice(_PLAIN_NOTICES[wish])
