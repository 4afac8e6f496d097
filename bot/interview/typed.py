"""What a typed message asks for where its words alone say so, as if its button had been pressed.

Nobody's interview ends or begins anew by a typed word: that is asked about first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.interview.going_on import declines, read_ending, read_going_on
from bot.interview.messages import Action, Inbound, Notice
from bot.interview.replies import progress
from bot.interview.state import InterviewState
from bot.interview.wish_words import Wish
from bot.interview.wishes import read_wish
from engine.questions import QuestionPack, TopicKind

_ASK_FIRST = {"offer": "yes"}
_ACTIONS: Mapping[Wish, tuple[Action, Mapping[str, str]]] = {
    Wish.STOP: (Action.STOP, _ASK_FIRST),
    Wish.ANEW: (Action.OPEN, _ASK_FIRST),
    Wish.PAUSE: (Action.PAUSE, {}),
    Wish.REPORT: (Action.REPORT, {}),
    Wish.DISAGREE: (Action.DISAGREE, {}),
    Wish.HELP: (Action.HELP, {}),
    Wish.PRIVACY: (Action.PRIVACY, {}),
    Wish.KOREAN: (Action.LANGUAGE, {"locale": "ko"}),
    Wish.ENGLISH: (Action.LANGUAGE, {"locale": "en"}),
    Wish.POLITE: (Action.SETTINGS, {"style": "jondaetmal"}),
    Wish.CASUAL: (Action.SETTINGS, {"style": "banmal"}),
}
_PLAIN_NOTICES: Mapping[Wish, str] = {
    Wish.WAIT: "notice.wait",
    Wish.WHY: "notice.why",
}


def as_meant(state: InterviewState, pack: QuestionPack, inbound: Inbound) -> Inbound | Notice:
    """Return a typed message with the action that it asks for, or the text that answers it.

    What asks for nothing of the kind comes back as it is, for the engine to judge.

    Args:
        state: the interview that it was typed in.
        pack: its pack.
        inbound: the message, which has no action.
    """
    answered = _answer_to_what_was_asked(state, inbound.text)
    if answered is not None:
        return replace(inbound, action=answered)
    wish, kind = read_wish(inbound.text), pack.topic(state.topic_id).kind
    if kind is TopicKind.GREETING and declines(inbound.text):
        return Notice("notice.wait")
    if wish is None or not _is_heard(wish, kind, state):
        return inbound
    if wish in _ACTIONS:
        action, options = _ACTIONS[wish]
        return replace(inbound, action=action, options={**inbound.options, **options})
    return _told(wish, state, pack)


def after_the_end(inbound: Inbound) -> Inbound | Notice:
    """Return the text that answers a message typed after the end, where there is one."""
    thanked = read_wish(inbound.text) is Wish.THANKS
    return Notice("notice.thanks_ended") if thanked else inbound


def _answer_to_what_was_asked(state: InterviewState, text: str) -> Action | None:
    """Return what a message says to "Shall we end here?" or "Shall we carry on?"."""
    if state.ending:
        return read_ending(text)
    if not state.paused:
        return None
    return Action.PAUSE if declines(text) else read_going_on(text)


def _is_heard(wish: Wish, kind: TopicKind, state: InterviewState) -> bool:
    """Whether a wish is taken for one where the interview stands."""
    if kind is TopicKind.CLOSING:  # the last words end the interview anyway, whatever they are
        return wish is Wish.WAIT
    if wish is Wish.THANKS:
        return kind.judged or state.paused
    return True


def _told(wish: Wish, state: InterviewState, pack: QuestionPack) -> Notice:
    """Return the text that answers a wish for which nothing needs to be done."""
    if wish is Wish.COUNT:
        now = progress(state, pack)
        return Notice("notice.count", {"asked": str(now.asked), "total": str(now.total)})
    if wish is Wish.THANKS:
        return Notice("notice.thanks")
    return Notice(_PLAIN_NOTICES[wish])
