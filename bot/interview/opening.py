"""Beginning an interview, coming back to one that is open, and asking which of the two it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.errors import UnknownPackError
from bot.interview import replies
from bot.interview.choosing import (
    BadOptionError,
    asks_first,
    fits,
    korean_style,
    read_options,
)
from bot.interview.messages import Action, Inbound, Notice
from bot.interview.ports import Clock, Packs, People, Snapshot, TurnOutcome
from bot.interview.speaking import spoken_anew, spoken_by
from bot.interview.state import InterviewState, Options
from bot.interview.telling import Teller
from bot.interview.transitions import begin
from engine.contract import Mode
from engine.outcomes import Style, style_in
from engine.questions import QuestionPack


class PackChangedError(Exception):
    """The pack of an interview has lost topics or answer points that it asked."""


class Opening:
    """Begins interviews.

    Args:
        people: knows what a person left open elsewhere.
        packs: the question packs at hand.
        clock: the time.
        new_id: makes a fresh interview id from the inbound event's id.
        defaults: what an interview is opened with where the person chose nothing.
        teller: answers with fixed texts.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the service passes each once
        self,
        people: People,
        packs: Packs,
        clock: Clock,
        new_id: Callable[[str], str],
        defaults: Options,
        teller: Teller,
    ) -> None:
        self._people = people
        self._packs = packs
        self._clock = clock
        self._new_id = new_id
        self._defaults = defaults
        self._teller = teller

    async def open(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Begin an interview, or come back to the one that is open.

        Raises:
            UnknownPackError: there is no such pack.
            PackChangedError: the open interview's pack no longer has what it asked.
        """
        state = snapshot.interview
        coming_back = inbound.action is Action.OPEN and state and not state.ended
        try:
            if coming_back and state and fits(state, inbound):
                return self._come_back(snapshot, state, inbound)
            options = read_options(snapshot, inbound, self._defaults, self._packs.ids())
        except BadOptionError as error:
            return self._tell(snapshot, inbound, "notice.bad_option", what=error.value)
        if coming_back and state and asks_first(state, inbound):
            return self._offer(snapshot, state, wanted=options)
        offered = None if coming_back else await self._offer_elsewhere(snapshot, inbound, options)
        return offered or self._begin(snapshot, inbound, options)

    def review(
        self, snapshot: Snapshot, inbound: Inbound, pack: QuestionPack, topics: tuple[str, ...]
    ) -> TurnOutcome:
        """Begin an interview on these topics only; ask first where another one is open.

        Raises:
            PackChangedError: the open interview's pack no longer has what it asked.
        """
        wanted = replace(
            self._defaults,
            locale=self._teller.locale(snapshot, inbound),
            style=style_in("ko", snapshot.chosen.get("style") or self._last_style(snapshot)),
            pack_id=pack.id,
            mode=Mode.COACH,
            start_topic=topics[0],
            topics=topics,
        )
        state = snapshot.interview
        if state is not None and not state.ended and state.turn > 0:
            return self._offer(snapshot, state, wanted)
        return self._begin(snapshot, inbound, wanted)

    def pack_of(self, state: InterviewState) -> QuestionPack:
        """Return the pack that an interview runs on.

        Raises:
            UnknownPackError: it is gone.
            PackChangedError: it no longer has all that the interview asked.
        """
        pack = self._packs.get(state.pack.id)
        for asked in state.topics:
            points = tuple(point_id for point_id, _ in asked.statuses)
            if asked.topic_id not in pack or pack.topic(asked.topic_id).point_ids != points:
                raise PackChangedError
        return pack

    def unpaused(self, state: InterviewState) -> InterviewState:
        """Return an interview going on now; however long it rested does not count as thinking."""
        return replace(state, paused=False, offered=None, wanted=None, asked_at=self._clock.now())

    def as_chosen(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> InterviewState:
        """Return an interview as the person wants to be spoken to by now.

        Raises:
            UnknownPackError, PackChangedError: as for `pack_of`.
        """
        chosen = inbound.options.get("style") or snapshot.chosen.get("style")
        style = style_in("ko", chosen or state.options.style)
        return spoken_anew(state, self.pack_of(state), state.locale, style)

    def _begin(self, snapshot: Snapshot, inbound: Inbound, options: Options) -> TurnOutcome:
        pack = self._packs.get(options.pack_id)
        if options.start_topic is not None and options.start_topic not in pack:
            return self._tell(snapshot, inbound, "notice.unknown_topic", topic=options.start_topic)
        if options.locale not in pack.locales:
            params = {"pack": pack.id, "locale": options.locale}
            return self._tell(snapshot, inbound, "notice.unknown_locale", **params)
        fresh = begin(
            pack,
            spoken_by(pack, options),
            interview_id=self._new_id(inbound.event_id),
            user_id=snapshot.user_id,
            seed=snapshot.earlier_interviews,
            now=self._clock.now(),
        )
        first = replies.opening(fresh, pack)
        return TurnOutcome(snapshot, fresh, None, (first,), standing=first)

    def _come_back(
        self, snapshot: Snapshot, state: InterviewState, inbound: Inbound
    ) -> TurnOutcome:
        """Show the last reply again, or ask whether to go on.

        Raises:
            BadOptionError: a style in which Korean is not spoken was asked for.
        """
        korean_style(inbound.options.get("style", state.options.style))
        pack, spoken = self.pack_of(state), self.as_chosen(snapshot, state, inbound)
        if asks_first(state, inbound):
            return self._offer(snapshot, spoken)
        if spoken.style is not state.style:
            asked = replies.resumed(spoken, pack)
            return TurnOutcome(snapshot, self.unpaused(spoken), None, (asked,), standing=asked)
        last = snapshot.last_reply or replies.opening(state, pack)
        return TurnOutcome(snapshot, self.unpaused(state), None, (last,))

    async def _offer_elsewhere(
        self, snapshot: Snapshot, inbound: Inbound, options: Options
    ) -> TurnOutcome | None:
        """Offer what the person left open in another conversation, on whichever platform."""
        if inbound.action is not Action.OPEN or inbound.options.get("offer") != "yes":
            return None
        left = await self._people.open_elsewhere(inbound.account, inbound.conversation)
        if left is None or left.interview is None or left.interview.turn == 0:
            return None
        try:
            wanted = None if fits(left.interview, inbound) else options
            return self._offer(left, self.as_chosen(snapshot, left.interview, inbound), wanted)
        except (UnknownPackError, PackChangedError):
            return None  # it cannot be gone on with anywhere

    def _offer(
        self, snapshot: Snapshot, state: InterviewState, wanted: Options | None = None
    ) -> TurnOutcome:
        """Ask whether to go on; until the answer the interview rests."""
        offer = replies.resume_offer(state, self.pack_of(state))
        resting = replace(state, paused=True, offered=None, wanted=wanted)
        return TurnOutcome(snapshot, resting, None, (offer,))

    @staticmethod
    def _last_style(snapshot: Snapshot) -> Style | None:
        return snapshot.interview.options.style if snapshot.interview else None

    def _tell(self, snapshot: Snapshot, inbound: Inbound, key: str, **params: str) -> TurnOutcome:
        return self._teller.tell(snapshot, inbound, Notice(key, params))
