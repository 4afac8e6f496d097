"""The use cases of an interview: answer, hint, skip, pause, resume, stop, report, disagree.

The service decides what one message does and returns it as a `TurnOutcome`; it writes nothing
(the dispatcher commits the outcome in one transaction) and words nothing (see `messages`). What
is no turn of an interview is decided beside it: `opening`, `leaving`, `preferences`, `past`,
`identity`; what typed words ask for, in `typed`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.errors import UnknownPackError
from bot.interview import replies
from bot.interview.cleaning import clean_text
from bot.interview.identity import Identity
from bot.interview.leaving import Leaving
from bot.interview.messages import Action, Inbound, Notice, Reply
from bot.interview.opening import Opening, PackChangedError
from bot.interview.past import Past, report_of
from bot.interview.ports import (
    Clock,
    EngineClient,
    InterviewStore,
    Packs,
    People,
    Previewer,
    Snapshot,
    TurnOutcome,
)
from bot.interview.preferences import Preferences
from bot.interview.records import record_action, record_turn
from bot.interview.state import InterviewState, Options
from bot.interview.telling import Teller
from bot.interview.transitions import advance, turn_request
from bot.interview.typed import Meant, Offer, after_the_end, as_meant
from engine.contract import Intent, Mode
from engine.progress import ObserveTurn, TurnProgress
from engine.questions import QuestionPack

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
        people: knows more about people than the conversation that they are in.
        engine: judges and answers.
        packs: the question packs at hand.
        clock: the time.
        new_id: makes a fresh interview id from the inbound event's id.
        new_code: makes a random code for linking accounts.
        defaults: what an interview is opened with where the person chose nothing.
        previewers: platform → who shows there what is known of a reply before it is ready.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the composition root passes each once
        self,
        store: InterviewStore,
        people: People,
        engine: EngineClient,
        packs: Packs,
        clock: Clock,
        new_id: Callable[[str], str],
        new_code: Callable[[], str],
        defaults: Options,
        previewers: Mapping[str, Previewer],
    ) -> None:
        self._store = store
        self._engine = engine
        self._packs = packs
        self._clock = clock
        self._defaults = defaults
        self._previewers = previewers
        self._teller = Teller(defaults.locale)
        self._opening = Opening(people, packs, clock, new_id, defaults, self._teller)
        self._preferences = Preferences(packs, defaults, self._teller)
        self._past = Past(people, packs, clock, self._opening, self._teller)
        self._leaving = Leaving(store, clock, self._opening, self._teller)
        self._identity = Identity(people, clock, new_code, self._teller)

    async def handle(self, inbound: Inbound) -> TurnOutcome:
        """Return what a message does; nothing is written yet.

        Raises:
            EngineUnavailableError: the engine gave no answer in time; try again later.
            EngineRejectedError: the engine refuses this very request.
        """
        snapshot = await self._store.load(inbound.account, inbound.conversation)
        try:
            return _in_place(await self._decide(snapshot, inbound), inbound)
        except UnknownPackError:
            return self._tell(snapshot, inbound, self._unknown_pack(snapshot, inbound))
        except PackChangedError:
            return self._tell(snapshot, inbound, Notice("notice.pack_changed"))

    async def _decide(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        if inbound.edits is not None:  # one that still waited has been replaced in the inbox
            return self._tell(snapshot, inbound, Notice("notice.edit_ignored"))
        state = snapshot.interview
        if state is None or inbound.action is not None:
            return await self._act(snapshot, inbound)
        if state.ended:
            meant: Meant = after_the_end(state, inbound)
        else:
            meant = as_meant(state, self._opening.pack_of(state), inbound)
        match meant:
            case Notice():
                return self._tell(snapshot, inbound, meant)
            case Offer():
                return self._leaving.offer(snapshot, state, meant.action)
            case Inbound():
                return await self._act(snapshot, meant)

    async def _act(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Do what a message asks for; have the engine read one that asks for nothing."""
        if inbound.action in (Action.OPEN, Action.NEW):
            return await self._opening.open(snapshot, inbound)
        aside = await self._aside(snapshot, inbound)
        if aside is not None:
            return aside
        state = snapshot.interview
        if state is None:
            return self._tell(snapshot, inbound, Notice("notice.no_interview"))
        action = inbound.action
        others = {
            Action.PAUSE: self._leaving.pause,
            Action.RESUME: self._leaving.resume,
            Action.STOP: self._leaving.stop,
            Action.REPORT: self._report,
            Action.DISAGREE: self._disagree,
        }
        handler: Callable[[Snapshot, InterviewState, Inbound], Awaitable[TurnOutcome]]
        handler = others.get(action, self._turn) if action else self._turn
        return await handler(snapshot, state, inbound)

    async def _aside(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome | None:
        """Answer what needs no interview; None where the message is none of that."""
        action = inbound.action
        if action is Action.HELP:
            return self._tell(snapshot, inbound, Notice("notice.help"))
        if action is Action.REPORT and "interview" in inbound.options:
            return await self._past.report(snapshot, inbound, inbound.options["interview"])
        at_once = {
            Action.PACKS: self._preferences.packs,
            Action.LANGUAGE: self._preferences.language,
            Action.SETTINGS: self._preferences.settings,
            Action.PRIVACY: self._identity.privacy,
        }
        looked_up = {
            Action.HISTORY: self._past.history,
            Action.REVIEW: self._past.review,
            Action.LINK: self._identity.link,
            Action.UNLINK: self._identity.unlink,
        }
        if action in at_once:
            return at_once[action](snapshot, inbound)
        return await looked_up[action](snapshot, inbound) if action in looked_up else None

    async def _turn(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Have the engine judge and answer a message."""
        if state.ended:
            return self._tell(snapshot, inbound, Notice("notice.ended"))
        if inbound.options.get("topic", state.topic_id) != state.topic_id:
            # Pressed under a question while its answer was being judged: the next one was not
            # meant, and has perhaps not even been seen.
            return self._tell(snapshot, inbound, Notice("notice.moved_on"))
        pack = self._opening.pack_of(state)
        if state.paused:
            # How long the answer took is not known; the pause must not count.
            state = replace(state, paused=False, wanted=None, asked_at=inbound.received_at)
        text, truncated = clean_text(inbound.text)
        stated = _INTENTS.get(inbound.action) if inbound.action else None
        if stated is None and not text.strip():
            stated = Intent.UNREADABLE
        request = turn_request(state, pack, text, intent=stated, truncated=truncated)
        result = await self._engine.run_turn(request, self._observer(state, pack, inbound))
        after = advance(state, pack, request, result, self._clock.now())
        record = record_turn(state, result, inbound.event_id, text, inbound.received_at)
        reply = replies.turn(state, after, pack, result)
        sent: tuple[Reply, ...] = (reply,)
        if after.ended:
            log = (*await self._store.turn_log(state.id), record)
            sent = (reply, replies.report(after, report_of(after, pack, log), asked_for=False))
        return TurnOutcome(snapshot, after, record, sent, standing=reply)

    def _observer(
        self, state: InterviewState, pack: QuestionPack, inbound: Inbound
    ) -> ObserveTurn | None:
        """Return what shows the reply to a message as it grows; None where nobody watches."""
        previewer = self._previewers.get(inbound.account.platform)
        if previewer is None:
            return None

        def observe(known: TurnProgress) -> None:
            preview = replies.preview(state, pack, known)
            if preview.blocks:
                previewer.preview(inbound.conversation, preview)

        return observe

    async def _report(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Show the report so far; in exam mode only once the exam is over."""
        if state.options.mode is Mode.EXAM and not state.ended:
            return self._tell(snapshot, inbound, Notice("notice.report_after_exam"))
        pack = self._opening.pack_of(state)
        report = report_of(state, pack, await self._store.turn_log(state.id))
        if not report.topics:
            return self._tell(snapshot, inbound, Notice("notice.report_empty"))
        return TurnOutcome(snapshot, None, None, (replies.report(state, report, asked_for=True),))

    async def _disagree(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Note that the person disputes verdicts, and show what to compare with.

        They are those of the turn that the button stood under, else the last ones.
        """
        log = await self._store.turn_log(state.id)
        judged = [record for record in log if record.verdicts]
        hidden = state.options.mode is Mode.EXAM and not state.ended
        if not judged or hidden:
            return self._tell(snapshot, inbound, Notice("notice.nothing_to_disagree"))
        pack = self._opening.pack_of(state)
        meant = [record for record in judged if str(record.turn) == inbound.options.get("turn")]
        disputed = (meant or judged)[-1]
        now = self._clock.now()
        record = replace(
            record_action(state, Action.DISAGREE, inbound.event_id, inbound.text, now),
            topic_id=disputed.topic_id,
            disputes=disputed.turn,
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
        chosen = inbound.options.get("pack", snapshot.chosen.get("pack"))
        pack_id = chosen if opening else running
        known = ", ".join(self._packs.ids())
        params = {"pack": pack_id or running or self._defaults.pack_id, "known": known}
        return Notice("notice.unknown_pack", params)

    def _tell(self, snapshot: Snapshot, inbound: Inbound, notice: Notice) -> TurnOutcome:
        """Answer with a fixed text; nothing changes."""
        return self._teller.tell(snapshot, inbound, notice)


def _in_place(outcome: TurnOutcome, inbound: Inbound) -> TurnOutcome:
    """Have what shows settings anew take the place of the settings that were pressed."""
    under = inbound.options.get("under")
    if under is None:
        return outcome
    first, *others = outcome.replies
    return replace(outcome, replies=(replace(first, replaces=under), *others))
