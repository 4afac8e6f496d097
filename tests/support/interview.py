"""An interview in memory: a store, an engine and packs without disk, socket or model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.errors import UnknownPackError
from bot.interview.messages import Account, Action, Inbound, Notice, Reply
from bot.interview.ports import PastInterview, Previewer, Snapshot, TopicResult, TurnOutcome
from bot.interview.report import TurnRecord
from bot.interview.service import InterviewService
from bot.interview.state import InterviewState, Options
from engine.contract import TurnRequest, TurnResult
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.fakes import FakeEvaluator, FakeSelector
from engine.pipeline import Pipeline
from engine.progress import ObserveTurn
from engine.questions import QuestionPack
from tests.support.clock import FakeClock

ACCOUNT = Account("test", "ada")


class MemoryStore:
    """Keeps one person's interviews; `commit` does what the dispatcher's transaction does."""

    def __init__(self) -> None:
        self.snapshot = Snapshot("user-1", None, 0, None, 0)
        self.logs: dict[str, list[TurnRecord]] = {}

    async def load(self, account: Account, conversation: str) -> Snapshot:
        return self.snapshot

    async def turn_log(self, interview_id: str) -> Sequence[TurnRecord]:
        return tuple(self.logs.get(interview_id, ()))

    def commit(self, outcome: TurnOutcome) -> None:
        before, after = self.snapshot, outcome.interview
        current = after or before.interview
        begun = after is not None and (before.interview is None or after.id != before.interview.id)
        if outcome.record is not None and current is not None:
            self.logs.setdefault(current.id, []).append(outcome.record)
        self.snapshot = Snapshot(
            before.user_id,
            current,
            before.version + (after is not None),
            outcome.standing or before.last_reply,
            before.earlier_interviews + begun,
            {**before.chosen, **outcome.chosen},
        )


class MemoryPeople:
    """Knows about people what a test tells it."""

    def __init__(self) -> None:
        self.elsewhere: Snapshot | None = None
        self.past: list[PastInterview] = []
        self.results: list[TopicResult] = []
        self.codes: dict[str, str] = {}
        self.known: list[Account] = [ACCOUNT]

    async def open_elsewhere(self, account: Account, conversation: str) -> Snapshot | None:
        return self.elsewhere

    async def history(self, user_id: str, limit: int) -> Sequence[PastInterview]:
        return self.past[:limit]

    async def interview(self, user_id: str, interview_id: str) -> PastInterview | None:
        return next((past for past in self.past if past.state.id == interview_id), None)

    async def topic_results(self, user_id: str) -> Sequence[TopicResult]:
        return self.results

    async def code_owner(self, code: str) -> str | None:
        return self.codes.get(code)

    async def accounts(self, user_id: str) -> Sequence[Account]:
        return self.known


class LocalEngine:
    """Runs the pipeline in place, and keeps what it was asked."""

    def __init__(self, run: Callable[[TurnRequest, ObserveTurn | None], TurnResult]) -> None:
        self.run = run
        self.requests: list[TurnRequest] = []

    async def run_turn(
        self, request: TurnRequest, observe: ObserveTurn | None = None
    ) -> TurnResult:
        self.requests.append(request)
        return self.run(request, observe)


class Screen:
    """Keeps what it was given to show of replies before they were ready."""

    def __init__(self) -> None:
        self.shown: list[Reply] = []

    def preview(self, conversation: str, reply: Reply) -> None:
        self.shown.append(reply)


class FixedPacks:
    """The packs that it is given."""

    def __init__(self, *packs: QuestionPack) -> None:
        self.packs = {pack.id: pack for pack in packs}

    def get(self, pack_id: str) -> QuestionPack:
        if pack_id not in self.packs:
            raise UnknownPackError(pack_id)
        return self.packs[pack_id]

    def ids(self) -> tuple[str, ...]:
        return tuple(self.packs)


def fake_pipeline(pack: QuestionPack) -> Pipeline:
    """Return the pipeline that ``python -m engine --fake`` runs."""
    generator = CuratedGenerator(load_reactions())
    return Pipeline({pack.id: pack}, FakeEvaluator(), FakeSelector(), generator)


class Conversation:
    """One person talking to the service; every message is committed as it is answered."""

    def __init__(self, pack: QuestionPack, *, locale: str = "en") -> None:
        self.pack = pack
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.people = MemoryPeople()
        self.engine = LocalEngine(fake_pipeline(pack).run)
        self.packs = FixedPacks(pack)
        self.screen = Screen()
        self.previewers: dict[str, Previewer] = {ACCOUNT.platform: self.screen}
        self.service = InterviewService(
            self.store,
            self.people,
            self.engine,
            self.packs,
            self.clock,
            new_id=lambda event_id: f"interview-{event_id}",
            new_code=lambda: "AB23CD",
            defaults=Options(locale=locale, pack_id=pack.id),
            previewers=self.previewers,
        )
        self.outcomes: list[TurnOutcome] = []

    @property
    def state(self) -> InterviewState:
        """The interview as it stands."""
        assert self.store.snapshot.interview is not None
        return self.store.snapshot.interview

    @property
    def log(self) -> tuple[TurnRecord, ...]:
        """The turn log of the interview as it stands."""
        return tuple(self.store.logs.get(self.state.id, ()))

    @property
    def reply(self) -> Reply:
        """The first reply to the last message."""
        return self.outcomes[-1].replies[0]

    async def send(
        self,
        text: str = "",
        action: Action | None = None,
        options: Mapping[str, str] | None = None,
        *,
        seconds: float = 10,
    ) -> Reply:
        """Send a message after some seconds, commit what comes of it, and return its reply."""
        self.clock.advance(seconds)
        event_id = f"e{len(self.outcomes)}"
        inbound = Inbound(event_id, ACCOUNT, "room", text, self.clock.now(), action, options or {})
        outcome = await self.service.handle(inbound)
        self.store.commit(outcome)
        self.outcomes.append(outcome)
        return outcome.replies[0]

    async def open(self, **options: str) -> Reply:
        """Open an interview."""
        return await self.send("", Action.OPEN, options)

    def right_answer(self) -> str:
        """Return an answer that covers everything that is open."""
        topic = self.pack.topic(self.state.topic_id)
        open_points = self.state.current.open_points
        return ". ".join(topic.point(p).references[self.state.locale][0] for p in open_points)

    def wrong_answer(self) -> str:
        """Return an answer that is wrong on the first open point."""
        point = self.pack.topic(self.state.topic_id).point(self.state.current.open_points[0])
        return point.wrong[self.state.locale][1].answer


def notice_of(reply: Reply) -> Notice:
    """Return the fixed text that a reply begins with."""
    block = reply.blocks[0]
    assert isinstance(block, Notice)
    return block
