"""What a person chooses for good: which pack, which language, how interviews are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.errors import UnknownPackError
from bot.interview import replies
from bot.interview.choosing import (
    LANGUAGES,
    BadOptionError,
    korean_style,
    member,
    read_options,
)
from bot.interview.flow import Length, Level
from bot.interview.messages import Action, Choice, Inbound, Notice, Reply, Say
from bot.interview.ports import Packs, Snapshot, TurnOutcome
from bot.interview.speaking import spoken_anew
from bot.interview.state import InterviewState, Options
from bot.interview.telling import Teller
from engine.contract import Mode
from engine.errors import PackError
from engine.outcomes import STYLES, style_in, wording
from engine.questions import QuestionPack

_CHECKS: Mapping[str, Callable[[str], object]] = {
    "mode": lambda value: member(Mode, value),
    "level": lambda value: member(Level, value),
    "length": lambda value: member(Length, value),
    "style": korean_style,
}
_LABELS: Mapping[str, Mapping[str, str]] = {
    "mode": {"coach": "choice.coach", "exam": "choice.exam"},
    "level": {"junior": "choice.junior", "mid": "choice.mid", "senior": "choice.senior"},
    "length": {"short": "choice.short", "standard": "choice.standard", "full": "choice.full"},
    "locale": {"ko": "choice.korean", "en": "choice.english"},
    "style": {"banmal": "choice.banmal", "jondaetmal": "choice.jondaetmal"},
}
_CHOSEN_MARK = "✔ "


class Preferences:
    """Shows and keeps choices.

    Args:
        packs: the question packs at hand.
        defaults: what counts where the person chose nothing.
        teller: answers with fixed texts.
    """

    def __init__(self, packs: Packs, defaults: Options, teller: Teller) -> None:
        self._packs = packs
        self._defaults = defaults
        self._teller = teller

    def packs(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """List the packs; picking one opens an interview on it."""
        locale = self._teller.locale(snapshot, inbound)
        found = self._readable()
        lines = [
            Notice(
                "notice.pack_line",
                {
                    "title": replies.text_in(pack.title, locale),
                    "description": replies.text_in(pack.description, locale),
                    "count": str(sum(topic.kind.judged for topic in pack)),
                },
            )
            for pack in found
        ]
        rows = tuple(
            (Choice(Action.OPEN, {"pack": p.id, "offer": "yes"}, replies.text_in(p.title, locale)),)
            for p in found
        )
        notices = (Notice("notice.packs"), *lines)
        return self._teller.tell(snapshot, inbound, *notices, choices=rows)

    def language(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Show the languages, or take one on; a running interview goes on in it."""
        if "style" in inbound.options:
            return self._keep(snapshot, inbound, Notice("notice.style_set"))
        if "locale" in inbound.options:
            return self._keep(snapshot, inbound, Notice("notice.language_set"))
        now = self._teller.locale(snapshot, inbound)
        choices = (_row("locale", LANGUAGES, now, Action.LANGUAGE),)
        return self._teller.tell(snapshot, inbound, Notice("notice.language"), choices=choices)

    def settings(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Show the settings, or take on those that came with the message."""
        return self._keep(snapshot, inbound, Notice("notice.settings"))

    def _keep(self, snapshot: Snapshot, inbound: Inbound, notice: Notice) -> TurnOutcome:
        """Keep the choices of a message and show where the settings stand now."""
        kept = {k: v for k, v in inbound.options.items() if k in (*_LABELS, "pack")}
        try:
            self._check(kept)
        except BadOptionError as error:
            told = Notice("notice.bad_option", {"what": error.value})
            return self._teller.tell(snapshot, inbound, told)
        chosen = replace(snapshot, chosen={**snapshot.chosen, **kept})
        switched = self._switched(snapshot.interview, kept)
        shown = replace(chosen, interview=switched or snapshot.interview)
        by_rows = inbound.action is Action.SETTINGS
        choices = self._rows(shown, inbound) if by_rows else ()
        reply = self._teller.reply(shown, inbound, notice, choices=choices)
        if switched is None:
            return TurnOutcome(snapshot, None, None, (reply,), chosen=kept)
        asked = replies.resumed(switched, self._packs.get(switched.pack.id))
        asked = replace(asked, blocks=(Say(switched.question),))
        sent: tuple[Reply, ...] = (reply, asked)
        if "under" not in inbound.options:  # else the settings stay where they were pressed
            sent = (replace(asked, blocks=(notice, *asked.blocks), choices=choices),)
        return TurnOutcome(snapshot, switched, None, sent, standing=asked, chosen=kept)

    def _check(self, kept: Mapping[str, str]) -> None:
        """Refuse what there is not.

        Raises:
            BadOptionError: an unknown mode, level, length, language, style or pack.
        """
        for name, value in kept.items():
            if name in _CHECKS:
                _CHECKS[name](value)
        if kept.get("locale", LANGUAGES[0]) not in LANGUAGES:
            raise BadOptionError(kept["locale"])
        if "pack" in kept and kept["pack"] not in self._packs.ids():
            raise BadOptionError(kept["pack"])

    def _switched(
        self, state: InterviewState | None, kept: Mapping[str, str]
    ) -> InterviewState | None:
        """Return a running interview in another language or style; None where it stays as it is."""
        if state is None or state.ended:
            return None
        locale = kept.get("locale", state.locale)
        style = style_in("ko", kept.get("style", state.options.style))
        try:
            switched = spoken_anew(state, self._packs.get(state.pack.id), locale, style)
        except UnknownPackError:
            return None
        return None if switched == state else switched

    def _rows(self, snapshot: Snapshot, inbound: Inbound) -> tuple[tuple[Choice, ...], ...]:
        """Return one row a setting, the choice that counts marked; packs come one a row."""
        current = read_options(
            replace(snapshot, interview=None),
            replace(inbound, options=_suggested(inbound.options)),
            self._defaults,
            self._packs.ids(),
        )
        locale = self._teller.locale(snapshot, inbound)
        rows = [
            _row("mode", list(Mode), current.mode, Action.SETTINGS),
            _row("level", list(Level), current.level, Action.SETTINGS),
            _row("length", list(Length), current.length, Action.SETTINGS),
            _row("locale", LANGUAGES, locale, Action.SETTINGS),
        ]
        if locale == "ko":
            spoken = self._teller.wording(snapshot, inbound)
            style = next(style for style in STYLES[locale] if wording(locale, style) == spoken)
            rows.append(_row("style", STYLES[locale], style, Action.SETTINGS))
        packs = self._readable()
        for pack in packs if len(packs) > 1 else ():
            mark = _CHOSEN_MARK if pack.id == current.pack_id else ""
            label = mark + replies.text_in(pack.title, locale)
            rows.append((Choice(Action.SETTINGS, {"pack": pack.id}, label),))
        return tuple(rows)

    def _readable(self) -> tuple[QuestionPack, ...]:
        found = []
        for pack_id in self._packs.ids():
            try:
                found.append(self._packs.get(pack_id))
            except PackError:
                continue  # an operator learns of its faults from doctor; nobody can be asked it
        return tuple(found)


def _row(name: str, values: Sequence[str], current: str, action: Action) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            action,
            {name: str(value)},
            Notice(_LABELS[name][value], {"mark": _CHOSEN_MARK if value == current else ""}),
        )
        for value in values
    )


def _suggested(options: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in options.items() if k.startswith("default_")}
