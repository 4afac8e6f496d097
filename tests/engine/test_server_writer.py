"""A voice on a server: what it is sent, how its words come, and when it is left alone."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import pytest

from engine.chat_completions import ChatCompletions, Retries, ServerKey
from engine.circuit_breaker import CircuitBreaker
from engine.errors import WriterUnavailableError
from engine.generator_spec import KEY_VARIABLE
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn, messages
from engine.server_writer import ServerWriter
from engine.utterance_writer import Sampling
from tests.support.chat_server import (
    BUSY,
    HANGS_UP,
    SILENCE,
    Answer,
    ChatServer,
    chat_server,
    completion,
    event,
    streams,
)

KEY = "sk-quite-secret"
PATIENCE = 20.0
TURN = SpokenTurn(
    locale="ko",
    style=Style.BANMAL,
    outcome=Outcome.COVERED,
    question="손실 함수가 뭐야?",
    answer="모델이 얼마나 틀렸는지를 재는 함수",
    credited=("정의",),
    still_open=(),
    next_title="과적합",
    next_question="과적합이 뭘까?",
)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def writer(
    server: ChatServer, *, patience: float = PATIENCE, breaker: CircuitBreaker | None = None
) -> ServerWriter:
    retries = Retries(attempts=3, first_pause=0.0)
    client = ChatCompletions(server.url, ServerKey(KEY_VARIABLE, KEY), patience, retries)
    return ServerWriter("m", client, Sampling(0.6, 0.95, 120), breaker)


# What is sent


def test_the_server_is_told_the_turn_and_how_to_draw(server: ChatServer) -> None:
    assert writer(server).name == "openai:m"
    assert writer(server).write([TURN], [2**62 + 5]) == [TURN.next_question]
    (request,) = server.received
    assert request.path == "/v1/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body["messages"] == messages(TURN)
    said = {name: request.body[name] for name in ("model", "temperature", "top_p", "max_tokens")}
    assert said == {"model": "m", "temperature": 0.6, "top_p": 0.95, "max_tokens": 120}
    assert request.body["seed"] == 5  # more than 31 bits is more than servers take


def test_each_turn_gets_its_own_utterance_and_seed(server: ChatServer) -> None:
    turns = [replace(TURN, next_question=f"{number}번은?") for number in range(20)]
    said = writer(server).write(turns, range(20))
    assert said == [turn.next_question for turn in turns]
    seeds = {r.body["seed"]: r.fields["next_question"] for r in server.received}
    assert seeds == {number: turn.next_question for number, turn in enumerate(turns)}


# How it comes


def test_words_are_there_before_the_reply_has_ended(server: ChatServer) -> None:
    held = threading.Event()
    whole = streams(["맞아! ", "그럼\u2028과적합이\n뭘까? "])
    first, second, *rest = whole.pieces
    server.script.append(replace(whole, pieces=(first + second, *rest), held=held))
    said = writer(server).stream(TURN, 1)
    assert next(said) == "맞아! "  # the server still waits to say more
    held.set()
    assert list(said) == ["맞아! 그럼\u2028과적합이\n뭘까? ", "맞아! 그럼\u2028과적합이\n뭘까?"]
    assert server.received[0].body["stream"] is True


def test_pieces_may_be_cut_anywhere(server: ChatServer) -> None:
    whole = b"".join(streams(["맞아! ", "뭘까?"]).pieces)
    cut = b": still here\r\n\r\n" + whole.replace(b"\n\n", b"\r\n\r\n")
    server.script.append(Answer(pieces=tuple(cut[i : i + 3] for i in range(0, len(cut), 3))))
    assert list(writer(server).stream(TURN, 1))[-1] == "맞아! 뭘까?"


def test_whoever_stops_reading_hangs_up_and_nothing_is_held_against_the_server(
    server: ChatServer, recwarn: pytest.WarningsRecorder
) -> None:
    breaker = CircuitBreaker(failures=1)
    said = writer(server, breaker=breaker).stream(TURN, 1)
    assert isinstance(said, Generator)
    next(said)
    said.close()
    assert not breaker.is_open
    assert not recwarn.list


# When it does not answer


@pytest.mark.parametrize("trouble", [BUSY, HANGS_UP, Answer(b"slow down", status=429)])
def test_what_a_busy_server_lets_fall_is_sent_again(server: ChatServer, trouble: Answer) -> None:
    server.script.extend([trouble, trouble])
    assert writer(server).write([TURN], [1]) == [TURN.next_question]
    server.script.extend([trouble, trouble])
    assert list(writer(server).stream(TURN, 1))[-1] == TURN.next_question


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>hello</html>"),
        Answer(b"[]"),
        Answer(b'{"choices": []}'),
        completion(None),
        completion(["a", "list"]),
    ],
)
def test_a_reply_without_text_is_none(server: ChatServer, answer: Answer) -> None:
    server.script.append(answer)
    with pytest.raises(WriterUnavailableError):
        writer(server).write([TURN], [1])


@pytest.mark.parametrize(
    "answer",
    [
        streams(["맞아! ", "그"], ends=False),
        replace(streams(["맞아! ", "그"], ends=False), hangs_up=False),
        Answer(pieces=(*streams(["맞아!"], ends=False).pieces, event({"error": "no memory"}))),
        Answer(pieces=(*streams(["맞아!"], ends=False).pieces, b'data: {"error": "a "b""}\n\n')),
        Answer(pieces=(*streams(["맞아!"], ends=False).pieces, event(["what?"]))),
    ],
)
def test_a_server_that_stops_in_the_middle_has_not_answered(
    server: ChatServer, answer: Answer
) -> None:
    server.script.append(answer)
    said = writer(server).stream(TURN, 1)
    assert next(said).startswith("맞아!")
    with pytest.raises(WriterUnavailableError):
        list(said)
    assert len(server.received) == 1  # what was shown is not begun anew


@pytest.mark.parametrize(("status", "advice"), [(401, KEY_VARIABLE), (404, "name"), (400, "chats")])
def test_a_refusal_says_what_to_do_and_neither_key_nor_answer(
    server: ChatServer, status: int, advice: str
) -> None:
    server.script.extend([Answer(KEY.encode(), status=status)] * 2)
    calls: tuple[Callable[[], object], ...] = (
        lambda: writer(server).write([TURN], [1]),
        lambda: list(writer(server).stream(TURN, 1)),
    )
    for call in calls:
        with pytest.raises(WriterUnavailableError, match=advice) as refused:
            call()
        assert KEY not in str(refused.value)
        assert TURN.answer not in str(refused.value)
    assert len(server.received) == 2


def test_a_silent_server_costs_no_more_than_the_patience(server: ChatServer) -> None:
    server.script.extend([SILENCE, SILENCE])
    impatient = writer(server, patience=0.1)
    with pytest.raises(WriterUnavailableError, match=r"within 0\.1 s"):
        impatient.write([TURN], [1])
    with pytest.raises(WriterUnavailableError, match=r"within 0\.1 s"):
        list(impatient.stream(TURN, 1))


def test_nor_does_one_that_falls_silent_in_the_middle(server: ChatServer) -> None:
    server.script.append(replace(streams(["맞아!"]), held=server.closing))
    with pytest.raises(WriterUnavailableError, match=r"within 0\.1 s"):
        list(writer(server, patience=0.1).stream(TURN, 1))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_failures_in_a_row_the_server_rests_and_is_then_tried_once(
    server: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    voice = writer(server, breaker=CircuitBreaker(2, rest=30.0, clock=clock))
    refused = Answer(status=404)
    server.script.extend([refused] * 2)
    with pytest.raises(WriterUnavailableError):
        voice.write([TURN], [1])
    with pytest.raises(WriterUnavailableError):
        list(voice.stream(TURN, 1))
    with pytest.raises(WriterUnavailableError, match="left alone"):
        voice.write([TURN], [1])
    with pytest.raises(WriterUnavailableError, match="left alone"):
        list(voice.stream(TURN, 1))
    assert len(server.received) == 2
    clock.now = 30.0
    assert list(voice.stream(TURN, 1))[-1] == TURN.next_question
    assert voice.write([TURN], [1]) == [TURN.next_question]
    assert "openai:m answers again" in caplog.messages
    assert KEY not in caplog.text
    assert json.dumps(TURN.answer, ensure_ascii=False) not in caplog.text
