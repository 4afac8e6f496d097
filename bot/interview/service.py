"""The use cases of an interview: open, answer, hint, skip, pause, resume, stop, report, disagree.

The service decides what one message does and returns it as a `TurnOutcome`; it writes nothing
(the dispatcher commits the outcome in one transaction) and words nothing (see `messages`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from bot.errors import UnknownPackError
from bot.interview import replies
from bot.interview.cleaning import clean_text
from bot.interview.flow import Length, Level
from bot.interview.going_on import read_going_on
from bot.interview.messages import Action, Inbound, Notice, Reply
from bot.interview.ports import Clock, EngineClient, InterviewStore, Packs, Snapshot, TurnOutcome
from bot.interview.report import Report, TurnRecord, build_report
from bot.interview.state import (
    InterviewState,
    Options,
    advance,
    begin,
    record_action,
    record_turn,
    turn_request,
)
from engine.contract import Intent, Mode
from engine.questions import QuestionPack

_Choice = TypeVar("_Choice", bound=StrEnum)

# Commands and buttons that are turns of the interview, with the intent that they state.
_INTENTS = {
    Action.HINT: Intent.HINT,
    Action.SKIP: Intent.SKIP,
    Action.DONT_KNOW: Intent.DONT_KNOW,
    Action.REPEAT: Intent.REPEAT,
}


class InterviewService:
    """Decides what messages do.

    Args:
        store: reads what is stored.
        engine: judges and answers.
        packs: the question packs at hand.
        clock: the time.
        new_id: makes a fresh interview id from the inbound event's id.
        defaults: what an interview is opened with where the person chose nothing.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the composition root passes each once
        self,
        store: InterviewStore,
        engine: EngineClient,
        packs: Packs,
        clock: Clock,
        new_id: Callable[[str], str],
        defaults: Options,
    ) -> None:
        self._store = store
        self._engine = engine
        self._packs = packs
        self._clock = clock
        self._new_id = new_id
        self._defaults = defaults

    async def handle(self, inbound: Inbound) -> TurnOutcome:
        """Return what a message does; nothing is written yet.

        Raises:
            EngineUnavailableError: the engine gave no answer in time; try again later.
            EngineRejectedError: the engine refuses this very request.
        """
        snapshot = await self._store.load(inbound.account, inbound.conversation)
        try:
            return await self._decide(snapshot, inbound)
        except UnknownPackError:
            return self._tell(snapshot, inbound, self._unknown_pack(snapshot, inbound))
        except _PackChangedError:
            return self._tell(snapshot, inbound, Notice("notice.pack_changed"))

    async def _decide(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        action = inbound.action
        if action in (Action.OPEN, Action.NEW):
            return self._open(snapshot, inbound)
        if action is Action.HELP:
            return self._tell(snapshot, inbound, Notice("notice.help"))
        state = snapshot.interview
        if state is None:
            return self._tell(snapshot, inbound, Notice("notice.no_interview"))
        if action is None and state.paused:
            action = read_going_on(inbound.text)
            if action is Action.NEW:
                return self._open(snapshot, replace(inbound, action=action))
        others = {
            Action.PAUSE: self._pause,
            Action.RESUME: self._resume,
            Action.STOP: self._stop,
            Action.REPORT: self._report,
            Action.DISAGREE: self._disagree,
        }
        handler: Callable[[Snapshot, InterviewState, Inbound], Awaitable[TurnOutcome]]
        handler = others.get(action, self._turn) if action else self._turn
        return await handler(snapshot, state, inbound)

    def _open(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Begin an interview, or come back to the one that is open."""
        state = snapshot.interview
        coming_back = inbound.action is Action.OPEN and state and not state.ended
        if coming_back and state and _fits(state, inbound):
            return self._come_back(snapshot, state, inbound)
        try:
            options = self._options(inbound, state)
        except _BadOptionError as error:
            return self._tell(snapshot, inbound, Notice("notice.bad_option", {"what": error.value}))
        if coming_back and state and _asks_first(state, inbound):
            return self._offer(snapshot, state, wanted=options)
        pack = self._packs.get(options.pack_id)
        if options.start_topic is not None and options.start_topic not in pack:
            params = {"topic": options.start_topic}
            return self._tell(snapshot, inbound, Notice("notice.unknown_topic", params))
        if options.locale not in pack.locales:
            params = {"pack": pack.id, "locale": options.locale}
            return self._tell(snapshot, inbound, Notice("notice.unknown_locale", params))
        fresh = begin(
            pack,
            options,
            interview_id=self._new_id(inbound.event_id),
            user_id=snapshot.user_id,
            seed=snapshot.earlier_interviews,
            now=self._clock.now(),
        )
        first = replies.opening(fresh, pack)
        return TurnOutcome(snapshot, fresh, None, (first,), standing=first)

    def _options(self, inbound: Inbound, earlier: InterviewState | None) -> Options:
        """Return what was chosen; the rest is as in the interview before, or by default.

        Raises:
            _BadOptionError: an unknown mode, level or length.
        """
        base, given = self._defaults, inbound.options
        if inbound.action is Action.NEW and earlier and earlier.pack.id in self._packs.ids():
            base = earlier.wanted or replace(earlier.options, start_topic=None)
        return Options(
            locale=given.get("locale", base.locale),
            pack_id=given.get("pack", base.pack_id),
            mode=_member(Mode, given.get("mode", base.mode)),
            level=_member(Level, given.get("level", base.level)),
            length=_member(Length, given.get("length", base.length)),
            start_topic=given.get("start_topic") or base.start_topic,
        )

    def _come_back(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Show the last reply again, or ask whether to go on."""
        if _asks_first(state, inbound):
            return self._offer(snapshot, state)
        pack = self._pack_of(state)
        last = snapshot.last_reply or replies.opening(state, pack)
        # However long the person was away, paused or cut off, does not count as thinking.
        return TurnOutcome(snapshot, self._unpaused(state), None, (last,))

    def _offer(
        self, snapshot: Snapshot, state: InterviewState, wanted: Options | None = None
    ) -> TurnOutcome:
        """Ask whether to go on; until the answer the interview rests."""
        offer = replies.resume_offer(state, self._pack_of(state))
        resting = replace(state, paused=True, wanted=wanted)
        return TurnOutcome(snapshot, resting, None, (offer,))

    async def _turn(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Have the engine judge and answer a message."""
        if state.ended:
            return self._tell(snapshot, inbound, Notice("notice.ended"))
        pack = self._pack_of(state)
        if state.paused:
            # How long the answer took is not known; the pause must not count.
            state = replace(state, paused=False, wanted=None, asked_at=inbound.received_at)
        text, truncated = clean_text(inbound.text)
        stated = _INTENTS.get(inbound.action) if inbound.action else None
        if stated is None and not text.strip():
            stated = Intent.UNREADABLE
        request = turn_request(state, pack, text, intent=stated, truncated=truncated)
        result = await self._engine.run_turn(request)
        after = advance(state, pack, request, result, self._clock.now())
        record = record_turn(state, result, inbound.event_id, text, inbound.received_at)
        reply = replies.turn(state, after, pack, result)
        sent: tuple[Reply, ...] = (reply,)
        if after.ended:
            log = (*await self._store.turn_log(state.id), record)
            sent = (reply, replies.report(after, _report(after, pack, log), asked_for=False))
        return TurnOutcome(snapshot, after, record, sent, standing=reply)

    async def _pause(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        if state.ended:
            return self._tell(snapshot, inbound, Notice("notice.ended"))
        if state.paused:
            return self._tell(snapshot, inbound, Notice("notice.already_paused"))
        paused = replace(state, paused=True)
        reply = replies.notice(paused, Action.PAUSE, Notice("notice.paused"), (Action.RESUME,))
        return TurnOutcome(snapshot, paused, None, (reply,))

    async def _resume(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        if state.ended:
            return self._tell(snapshot, inbound, Notice("notice.nothing_to_resume"))
        back = self._unpaused(state)
        pack = self._pack_of(state)
        return TurnOutcome(snapshot, back, None, (replies.resumed(back, pack),))

    async def _stop(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """End the interview now, with the report."""
        if state.ended:
            return self._tell(snapshot, inbound, Notice("notice.ended"))
        pack = self._pack_of(state)
        now = self._clock.now()
        ended = replace(state, turn=state.turn + 1, ended=True, paused=False)
        record = record_action(state, Action.STOP, inbound.event_id, inbound.text, now)
        log = await self._store.turn_log(state.id)
        reply = replies.notice(ended, Action.STOP, Notice("notice.stopped"))
        card = replies.report(ended, _report(ended, pack, log), asked_for=False)
        return TurnOutcome(snapshot, ended, record, (reply, card), standing=reply)

    async def _report(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Show the report so far; in exam mode only once the exam is over."""
        if state.options.mode is Mode.EXAM and not state.ended:
            return self._tell(snapshot, inbound, Notice("notice.report_after_exam"))
        pack = self._pack_of(state)
        report = _report(state, pack, await self._store.turn_log(state.id))
        if not report.topics:
            return self._tell(snapshot, inbound, Notice("notice.report_empty"))
        return TurnOutcome(snapshot, None, None, (replies.report(state, report, asked_for=True),))

    async def _disagree(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Note that the person disputes the last verdicts, and show what to compare with."""
        log = await self._store.turn_log(state.id)
        judged = [record for record in log if record.verdicts]
        hidden = state.options.mode is Mode.EXAM and not state.ended
        if not judged or hidden:
            return self._tell(snapshot, inbound, Notice("notice.nothing_to_disagree"))
        pack = self._pack_of(state)
        disputed = judged[-1]
        now = self._clock.now()
        record = replace(
            record_action(state, Action.DISAGREE, inbound.event_id, inbound.text, now),
            topic_id=disputed.topic_id,
        )
        noted = replace(state, turn=state.turn + 1)
        reply = replies.disagreement(noted, pack, disputed)
        # Whoever comes back needs the question that stands, and the number of this turn.
        asked = snapshot.last_reply
        standing = replace(asked, facts=reply.facts) if asked else reply
        return TurnOutcome(snapshot, noted, record, (reply,), standing=standing)

    def _unknown_pack(self, snapshot: Snapshot, inbound: Inbound) -> Notice:
        opening = inbound.action in (Action.OPEN, Action.NEW)
        running = snapshot.interview.options.pack_id if snapshot.interview else None
        pack_id = inbound.options.get("pack") if opening else running
        known = ", ".join(self._packs.ids())
        params = {"pack": pack_id or running or self._defaults.pack_id, "known": known}
        return Notice("notice.unknown_pack", params)

    def _pack_of(self, state: InterviewState) -> QuestionPack:
        """Return the pack that an interview runs on.

        Raises:
            UnknownPackError: it is gone.
            _PackChangedError: it no longer has all that the interview asked.
        """
        pack = self._packs.get(state.pack.id)
        for asked in state.topics:
            points = tuple(point_id for point_id, _ in asked.statuses)
            if asked.topic_id not in pack or pack.topic(asked.topic_id).point_ids != points:
                raise _PackChangedError
        return pack

    def _unpaused(self, state: InterviewState) -> InterviewState:
        return replace(state, paused=False, wanted=None, asked_at=self._clock.now())

    def _tell(self, snapshot: Snapshot, inbound: Inbound, notice: Notice) -> TurnOutcome:
        """Answer with a fixed text; nothing changes."""
        # What somebody typed must not reach the terminal as it is.
        notice = replace(notice, params={k: clean_text(v)[0] for k, v in notice.params.items()})
        action = inbound.action.value if inbound.action else "none"
        state = snapshot.interview
        if state is None:
            locale = inbound.options.get("locale", self._defaults.locale)
            reply = replies.stray(locale, action, notice)
        else:
            reply = replies.notice(state, action, notice)
        return TurnOutcome(snapshot, None, None, (reply,))


class _PackChangedError(Exception):
    """The pack of an interview has lost topics or answer points that it asked."""


class _BadOptionError(Exception):
    """An option has a value that there is not."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


def _member(kind: type[_Choice], value: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        raise _BadOptionError(value) from None


def _report(state: InterviewState, pack: QuestionPack, log: Sequence[TurnRecord]) -> Report:
    standing = None if state.ended else state.topic_id
    return build_report(pack, state.locale, log, finished=state.ended, standing=standing)


def _fits(state: InterviewState, inbound: Inbound) -> bool:
    """Whether an open interview is what was asked for: nothing that was chosen differs."""
    chosen = _options_of(state.options)
    return all(chosen.get(k) == v for k, v in inbound.options.items() if k in chosen)


def _asks_first(state: InterviewState, inbound: Inbound) -> bool:
    """Whether the person is asked before anything goes on; what has no answer yet needs none."""
    return inbound.options.get("offer") == "yes" and state.turn > 0


def _options_of(options: Options) -> dict[str, str]:
    """Return the options by the names that they are chosen with."""
    return {
        "locale": options.locale,
        "pack": options.pack_id,
        "mode": options.mode.value,
        "level": options.level.value,
        "length": options.length.value,
        "start_topic": options.start_topic or "",
    }
