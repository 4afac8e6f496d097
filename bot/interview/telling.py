"""Answers with fixed texts, in the language of the person; nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.interview import replies
from bot.interview.cleaning import clean_text
from bot.interview.messages import Action, Choice, Inbound, Notice, Reply
from bot.interview.ports import Snapshot, TurnOutcome
from engine.outcomes import style_in, wording

# What a text tells people to do next can be done with one press.
_NEXT_STEPS: Mapping[str, tuple[Action, ...]] = {
    "notice.no_interview": (Action.OPEN,),
    "notice.history_empty": (Action.OPEN,),
    "notice.forgotten": (Action.OPEN,),
    "notice.ended": (Action.REPORT, Action.NEW),
    "notice.nothing_to_resume": (Action.NEW,),
    "notice.pack_changed": (Action.NEW,),
    "notice.already_paused": (Action.RESUME,),
    "notice.paused": (Action.RESUME, Action.NEW),
}


def language(snapshot: Snapshot, inbound: Inbound, fallback: str) -> str:
    """Return the language to answer a message in.

    A running interview has its own; otherwise what was asked for counts, then what the person
    chose for good, then their last interview, then what their client or the place suggests.

    Args:
        snapshot: the person and their interview.
        inbound: the message.
        fallback: the language where nothing says otherwise.
    """
    state = snapshot.interview
    if state is not None and not state.ended:
        return state.locale
    asked = inbound.options.get("locale") or snapshot.chosen.get("locale")
    last = state.locale if state is not None else inbound.options.get("default_locale")
    return asked or last or fallback


def wording_of(snapshot: Snapshot, inbound: Inbound, fallback: str) -> str:
    """Return the wording to answer a message in: its language, in the style that was chosen.

    Args:
        snapshot, inbound, fallback: as for `language`.
    """
    state = snapshot.interview
    if state is not None and not state.ended:
        return state.wording
    locale = language(snapshot, inbound, fallback)
    last = state.options.style if state is not None else None
    chosen = inbound.options.get("style") or snapshot.chosen.get("style") or last
    return wording(locale, style_in(locale, chosen))


class Teller:
    """Answers with fixed texts.

    Args:
        fallback: the language where nothing says otherwise.
    """

    def __init__(self, fallback: str) -> None:
        self._fallback = fallback

    def locale(self, snapshot: Snapshot, inbound: Inbound) -> str:
        """Return the language to answer a message in."""
        return language(snapshot, inbound, self._fallback)

    def wording(self, snapshot: Snapshot, inbound: Inbound) -> str:
        """Return the language to answer a message in, with its style."""
        return wording_of(snapshot, inbound, self._fallback)

    def tell(
        self,
        snapshot: Snapshot,
        inbound: Inbound,
        *notices: Notice,
        choices: tuple[tuple[Choice, ...], ...] = (),
    ) -> TurnOutcome:
        """Return the outcome that shows fixed texts, and what can be picked below them."""
        reply = self.reply(snapshot, inbound, *notices, choices=choices)
        return TurnOutcome(snapshot, None, None, (reply,))

    def reply(
        self,
        snapshot: Snapshot,
        inbound: Inbound,
        *notices: Notice,
        choices: tuple[tuple[Choice, ...], ...] = (),
    ) -> Reply:
        """Return the reply of `tell`."""
        action = inbound.action.value if inbound.action else "none"
        spoken, state = self.wording(snapshot, inbound), snapshot.interview
        shown = tuple(_cleaned(notice) for notice in notices)
        if state is None:
            first = replies.stray(spoken, action, shown[0])
        else:
            first = replies.notice(state, action, shown[0])
        offered = choices or _next_steps(notices[0])
        return replace(first, locale=spoken, blocks=shown, choices=offered)


def _next_steps(notice: Notice) -> tuple[tuple[Choice, ...], ...]:
    """Return the choices under a text, in one row; none where it names nothing to do."""
    steps = _NEXT_STEPS.get(notice.key, ())
    row = tuple(Choice(action, {}, Notice(f"button.{action.value}")) for action in steps)
    return (row,) if row else ()


def _cleaned(notice: Notice) -> Notice:
    """Return a notice without what must not reach a terminal as it was typed."""
    return replace(notice, params={k: clean_text(v)[0] for k, v in notice.params.items()})
