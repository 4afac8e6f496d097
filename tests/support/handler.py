"""A turn handler without an engine: it answers every message with what it says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace

from bot.interview.messages import Inbound, Reply, Say
from bot.interview.ports import InterviewStore, Snapshot, TurnOutcome
from bot.interview.report import TurnRecord
from bot.interview.state import InterviewState, Options, TopicProgress
from engine.contract import Intent, PackRef, PointVerdict, VerdictStatus


class EchoHandler:
    """Begins an interview with the first message and logs a turn for every later one.

    Its outcome follows from the message and the stored state alone, so that two runs over the same
    messages end the same. `failures` lists what to raise for an event, once each; an event in
    `gates` is held back until its gate is set; `begun` is set as soon as an event is taken up, and
    `handled` tells the events in that order.
    """

    def __init__(self, store: InterviewStore) -> None:
        self._store = store
        self.failures: dict[str, list[Exception]] = defaultdict(list)
        self.gates: dict[str, asyncio.Event] = {}
        self.begun: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.handled: list[str] = []

    async def handle(self, inbound: Inbound) -> TurnOutcome:
        self.handled.append(inbound.event_id)
        self.begun[inbound.event_id].set()
        if inbound.event_id in self.gates:
            await self.gates[inbound.event_id].wait()
        if self.failures[inbound.event_id]:
            raise self.failures[inbound.event_id].pop(0)
        snapshot = await self._store.load(inbound.account, inbound.conversation)
        return echo(snapshot, inbound)


def echo(snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
    """Return the outcome of one message."""
    state = snapshot.interview
    reply = Reply("en", (Say(f"You said {inbound.text}"),))
    if state is None:
        return TurnOutcome(snapshot, opened(snapshot, inbound), None, (reply,), standing=reply)
    record = record_of(state, inbound)
    after = replace(
        state,
        turn=state.turn + 1,
        question=f"And then, after {inbound.text}?",
        spoken=(*state.spoken, inbound.event_id),
        asked_at=inbound.received_at,
    )
    return TurnOutcome(snapshot, after, record, (reply,), standing=reply)


def opened(snapshot: Snapshot, inbound: Inbound, name: str = "") -> InterviewState:
    """Return a fresh interview of this conversation."""
    return InterviewState(
        id=f"interview of {inbound.conversation}{name}",
        user_id=snapshot.user_id,
        seed=snapshot.earlier_interviews,
        options=Options(locale="en", pack_id="ml-core"),
        pack=PackRef("ml-core", "1"),
        turn=0,
        question="What is a loss function?",
        topics=(TopicProgress("loss", (("definition", VerdictStatus.MISSING),)),),
        started_at=inbound.received_at,
        asked_at=inbound.received_at,
    )


def record_of(state: InterviewState, inbound: Inbound) -> TurnRecord:
    """Return the log line of a message."""
    verdict = PointVerdict("definition", VerdictStatus.COVERED, inbound.text, 0.75, 0.5)
    return TurnRecord(
        turn=state.turn + 1,
        event_id=inbound.event_id,
        topic_id="loss",
        question=state.question,
        text=inbound.text,
        intent=Intent.ANSWER.value,
        verdicts=(verdict,),
        hedge=None,
        next_topic="loss",
        utterance=f"You said {inbound.text}",
        asked_at=state.asked_at,
        answered_at=inbound.received_at,
        timings_ms={"total": 1.5},
    )
