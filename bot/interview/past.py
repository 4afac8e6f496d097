"""Looking back: past interviews, their reports, and the topics that are due again."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import UnknownPackError
from bot.interview import replies
from bot.interview.messages import Action, Choice, Inbound, Notice
from bot.interview.opening import Opening
from bot.interview.ports import (
    Clock,
    Packs,
    PastInterview,
    People,
    Snapshot,
    TopicResult,
    TurnOutcome,
)
from bot.interview.report import Report, TurnRecord, build_report
from bot.interview.review import LONGEST_REVIEW, is_complete, returns
from bot.interview.state import InterviewState
from bot.interview.telling import Teller
from engine.contract import Mode
from engine.errors import PackError
from engine.questions import QuestionPack

LISTED = 5  # interviews in the history
_NAMED = 5  # topics that are named one by one


class Past:
    """Shows what was, and brings back what is due.

    Args:
        people: knows past interviews.
        packs: the question packs at hand.
        clock: the time.
        opening: begins reviews.
        teller: answers with fixed texts.
    """

    def __init__(
        self, people: People, packs: Packs, clock: Clock, opening: Opening, teller: Teller
    ) -> None:
        self._people = people
        self._packs = packs
        self._clock = clock
        self._opening = opening
        self._teller = teller

    async def history(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """List the person's latest interviews; picking one shows its report."""
        found = await self._people.history(snapshot.user_id, LISTED)
        if not found:
            return self._tell(snapshot, inbound, "notice.history_empty")
        locale = self._teller.locale(snapshot, inbound)
        lines = [self._line(past, locale) for past in found]
        rows = tuple(
            (Choice(Action.REPORT, {"interview": past.state.id}, self._label(past, locale)),)
            for past in found
            if past.state.ended and self._pack(past.state.pack.id) is not None
        )
        notices = (Notice("notice.history"), *lines)
        return self._teller.tell(snapshot, inbound, *notices, choices=rows)

    async def report(self, snapshot: Snapshot, inbound: Inbound, interview_id: str) -> TurnOutcome:
        """Show the report of one past interview of the person."""
        past = await self._people.interview(snapshot.user_id, interview_id)
        pack = self._pack(past.state.pack.id) if past else None
        if past is None or pack is None:
            return self._tell(snapshot, inbound, "notice.unknown_interview")
        if past.state.options.mode is Mode.EXAM and not past.state.ended:
            return self._tell(snapshot, inbound, "notice.report_after_exam")
        built = report_of(past.state, pack, past.log)
        if not built.topics:
            return self._tell(snapshot, inbound, "notice.report_empty")
        shown = replies.report(past.state, built, asked_for=True)
        return TurnOutcome(snapshot, None, None, (shown,))

    async def review(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Say which topics are due again, or begin with them."""
        results = await self._people.topic_results(snapshot.user_id)
        if "interview" in inbound.options:
            return await self._review_of(snapshot, inbound, results)
        wanted = inbound.options.get("pack")
        packs = [pack for pack in map(self._pack, self._packs.ids()) if pack is not None]
        due = [(pack, self._due(pack, results)) for pack in packs if wanted in (None, pack.id)]
        asked = [(pack, topics) for pack, topics in due if topics]
        if not asked:
            return self._nothing_due(snapshot, inbound, packs, results)
        if inbound.options.get("start") == "yes":
            pack, topics = asked[0]
            return self._opening.review(snapshot, inbound, pack, topics[:LONGEST_REVIEW])
        return self._list_due(snapshot, inbound, asked)

    async def _review_of(
        self, snapshot: Snapshot, inbound: Inbound, results: Sequence[TopicResult]
    ) -> TurnOutcome:
        """Begin with what was missed in one interview, due or not."""
        interview_id = inbound.options["interview"]
        past = await self._people.interview(snapshot.user_id, interview_id)
        pack = self._pack(past.state.pack.id) if past else None
        if past is None or pack is None:
            return self._tell(snapshot, inbound, "notice.unknown_interview")
        asked = {progress.topic_id for progress in past.state.topics}
        latest = {r.topic_id: r for r in results if r.pack_id == pack.id and r.topic_id in pack}
        missed = tuple(t for t, r in latest.items() if t in asked and not is_complete(pack, r))
        if not missed:
            return self._tell(snapshot, inbound, "notice.review_all_known")
        return self._opening.review(snapshot, inbound, pack, missed[:LONGEST_REVIEW])

    def _list_due(
        self,
        snapshot: Snapshot,
        inbound: Inbound,
        due: Sequence[tuple[QuestionPack, tuple[str, ...]]],
    ) -> TurnOutcome:
        locale = self._teller.locale(snapshot, inbound)
        titles = [
            replies.text_in(pack.topic(topic_id).title, locale)
            for pack, topics in due
            for topic_id in topics
        ]
        named = ", ".join(titles[:_NAMED]) + (" …" if len(titles) > _NAMED else "")
        params = {"count": str(len(titles)), "topics": named}
        rows = tuple(
            (
                Choice(
                    Action.REVIEW,
                    {"start": "yes", "pack": pack.id},
                    Notice("choice.review_pack", {"pack": replies.text_in(pack.title, locale)}),
                ),
            )
            for pack, _ in due
        )
        notice = Notice("notice.review_due", params)
        return self._teller.tell(snapshot, inbound, notice, choices=rows)

    def _nothing_due(
        self,
        snapshot: Snapshot,
        inbound: Inbound,
        packs: Sequence[QuestionPack],
        results: Sequence[TopicResult],
    ) -> TurnOutcome:
        """Say when the next topic comes back, if one ever does."""
        coming = [entry.due_at for pack in packs for entry in returns(pack, results)]
        if not coming:
            return self._tell(snapshot, inbound, "notice.review_nothing_yet")
        return self._tell(snapshot, inbound, "notice.review_later", date=f"{min(coming):%Y-%m-%d}")

    def _due(self, pack: QuestionPack, results: Sequence[TopicResult]) -> tuple[str, ...]:
        now = self._clock.now()
        return tuple(entry.topic_id for entry in returns(pack, results) if entry.due_at <= now)

    def _line(self, past: PastInterview, locale: str) -> Notice:
        params = {"date": f"{past.state.started_at:%Y-%m-%d}", "pack": self._title(past, locale)}
        if not past.state.ended:
            return Notice("notice.history_open", params)
        pack = self._pack(past.state.pack.id)
        score = report_of(past.state, pack, past.log).score if pack else None
        if score is None:
            return Notice("notice.history_unjudged", params)
        return Notice("notice.history_line", {**params, "score": str(score)})

    def _label(self, past: PastInterview, locale: str) -> str:
        return f"{past.state.started_at:%m-%d} · {self._title(past, locale)}"

    def _title(self, past: PastInterview, locale: str) -> str:
        pack = self._pack(past.state.pack.id)
        return replies.text_in(pack.title, locale) if pack else past.state.pack.id

    def _pack(self, pack_id: str) -> QuestionPack | None:
        try:
            return self._packs.get(pack_id)
        except (UnknownPackError, PackError):
            return None

    def _tell(self, snapshot: Snapshot, inbound: Inbound, key: str, **params: str) -> TurnOutcome:
        return self._teller.tell(snapshot, inbound, Notice(key, params))


def report_of(state: InterviewState, pack: QuestionPack, log: Sequence[TurnRecord]) -> Report:
    """Return the report of an interview as it stands; its standing question is not given away."""
    standing = None if state.ended else state.topic_id
    return build_report(pack, state.locale, log, finished=state.ended, standing=standing)
