"""Resting, coming back, and leaving an interview for good, which a typed word only asks about."""

from __future__ import annotations

from dataclasses import replace

from bot.interview import replies
from bot.interview.messages import Action, Inbound, Notice
from bot.interview.opening import Opening
from bot.interview.past import report_of
from bot.interview.ports import Clock, InterviewStore, Snapshot, TurnOutcome
from bot.interview.records import record_action
from bot.interview.state import InterviewState
from bot.interview.telling import Teller


class Leaving:
    """Pauses, resumes and ends interviews.

    Args:
        store: has the turn log for the report.
        clock: the time.
        opening: knows how an interview goes on.
        teller: answers with fixed texts.
    """

    def __init__(
        self, store: InterviewStore, clock: Clock, opening: Opening, teller: Teller
    ) -> None:
        self._store = store
        self._clock = clock
        self._opening = opening
        self._teller = teller

    def offer(self, snapshot: Snapshot, state: InterviewState, wanted: Action) -> TurnOutcome:
        """Ask whether the person wants what they wrote: to end the interview, or to begin anew."""
        asked = replace(state, offered=wanted)
        reply = replies.offer(asked, self._opening.pack_of(state), wanted)
        return TurnOutcome(snapshot, asked, None, (reply,))

    async def pause(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Let the interview rest."""
        if state.ended:
            return self._teller.tell(snapshot, inbound, Notice("notice.ended"))
        if state.paused:
            return self._teller.tell(snapshot, inbound, Notice("notice.already_paused"))
        paused = replace(state, paused=True, offered=None)
        reply = replies.notice(paused, Action.PAUSE, Notice("notice.paused"), (Action.RESUME,))
        return TurnOutcome(snapshot, paused, None, (reply,))

    async def resume(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Go on where the interview stands."""
        if state.ended:
            return self._teller.tell(snapshot, inbound, Notice("notice.nothing_to_resume"))
        pack = self._opening.pack_of(state)
        chosen = self._opening.as_chosen(snapshot, state, inbound)
        if state.offered and not state.paused:  # nobody was away
            stays = replace(chosen, offered=None)
            return TurnOutcome(snapshot, stays, None, (replies.going_on(stays, pack),))
        back = self._opening.unpaused(chosen)
        return TurnOutcome(snapshot, back, None, (replies.resumed(back, pack),))

    async def stop(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """End the interview now, with the report."""
        if state.ended:
            return self._teller.tell(snapshot, inbound, Notice("notice.ended"))
        pack = self._opening.pack_of(state)
        now = self._clock.now()
        ended = replace(state, turn=state.turn + 1, ended=True, paused=False, offered=None)
        record = record_action(state, Action.STOP, inbound.event_id, inbound.text, now)
        log = await self._store.turn_log(state.id)
        reply = replies.notice(ended, Action.STOP, Notice("notice.stopped"))
        card = replies.report(ended, report_of(ended, pack, log), asked_for=False)
        return TurnOutcome(snapshot, ended, record, (reply, card), standing=reply)
