"""A real HTTP server that speaks as much of OpenAI's chat completions as verifier and voice need.

It refuses what a constrained server would refuse, and says what the test decides on.
"""

from __future__ import annotations

import json
import math
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: bytes, or nothing at all.

    Args:
        body: the bytes.
        status: the HTTP status.
        silent: whether nothing is sent until the server is closed.
        hangs_up: whether the connection is closed instead, or after the pieces.
        pieces: what is sent one after the other in the body's stead.
        held: waited for after the first piece.
    """

    body: bytes = b""
    status: int = 200
    silent: bool = False
    hangs_up: bool = False
    pieces: tuple[bytes, ...] = ()
    held: threading.Event | None = None


SILENCE = Answer(silent=True)
HANGS_UP = Answer(hangs_up=True)
BUSY = Answer(b"busy", status=503)


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object of the user's turn."""
        found: dict[str, Any] = json.loads(self.body["messages"][-1]["content"])
        return found


@dataclass
class ChatServer:
    """The server's side of a test.

    Args:
        url: base address.
        verdict: says what to reply to the fields of a verifier's request.
        utterance: says what to reply to the fields of a voice's request.
        script: answers that come first, one a request.
        received: all requests in order of arrival.
    """

    url: str
    verdict: Callable[[Mapping[str, str]], str] = lambda fields: "missing"
    utterance: Callable[[Mapping[str, Any]], str] = lambda fields: fields["next_question"]
    script: deque[Answer] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: Received) -> Answer:
        """Take the request down and decide what is sent back."""
        self.received.append(request)
        if self.script:
            return self.script.popleft()
        body = request.body
        if body.get("stream"):
            return streams(self.utterance(request.fields).partition(" "))
        if "response_format" not in body:
            return completion(self.utterance(request.fields))
        schema = body["response_format"]["json_schema"]["schema"]
        verdict = self.verdict(request.fields)
        if verdict not in schema["properties"]["verdict"]["enum"]:
            return Answer(b"not in the schema", status=400)
        return says(verdict)


def says(verdict: str, tokens: Sequence[tuple[str, Mapping[str, float]]] = ()) -> Answer:
    """Return a chat completion.

    Args:
        verdict: what its JSON states.
        tokens: its tokens with the probabilities of each one's alternatives; none are told where
            this is empty.
    """
    return completion(json.dumps({"verdict": verdict}), tokens)


def completion(content: Any, tokens: Sequence[tuple[str, Mapping[str, float]]] = ()) -> Answer:
    """Return a chat completion with any content."""
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": content},
        "finish_reason": "stop",
        "logprobs": None,
    }
    if tokens:
        choice["logprobs"] = {"content": [_token(*token) for token in tokens]}
    reply = {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice]}
    return Answer(json.dumps(reply).encode())


def streams(texts: Sequence[str], *, ends: bool = True) -> Answer:
    """Return a chat completion that comes in pieces.

    Args:
        texts: the pieces.
        ends: whether the server gets to the end, or its connection breaks after the last piece.
    """
    events: list[dict[str, Any]] = [{"delta": {"role": "assistant", "content": ""}}]
    events += [{"delta": {"content": text}} for text in texts]
    events += [{"delta": {}, "finish_reason": "stop"}] if ends else []
    pieces = [event({"choices": [{"index": 0, **choice}]}) for choice in events]
    if ends:  # the number of tokens, as some servers tell it, and the end as most do
        pieces += [event({"choices": [], "usage": {"total_tokens": 9}}), b"data: [DONE]\n\n"]
    return Answer(pieces=tuple(pieces), hangs_up=not ends)


def event(content: Any) -> bytes:
    """Return a server-sent event."""
    return b"data: " + json.dumps(content, ensure_ascii=False).encode() + b"\n\n"


def _token(text: str, alternatives: Mapping[str, float]) -> dict[str, Any]:
    top = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in alternatives.items()]
    logprob = math.log(alternatives.get(text, 1.0))
    return {"token": text, "logprob": logprob, "bytes": None, "top_logprobs": top}


class _Listener(ThreadingHTTPServer):
    request_queue_size = 64  # a verifier asks about several points at once
    daemon_threads = True


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Run a server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = server.answer(Received(self.path, dict(self.headers), body))
            if answer.silent:
                server.closing.wait()
            self.close_connection = answer.silent or answer.hangs_up
            if answer.pieces:
                self.send_pieces(answer)
                return
            if self.close_connection:
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def send_pieces(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number, piece in enumerate(answer.pieces):
                if number == 1 and answer.held:
                    answer.held.wait()
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            if not answer.hangs_up:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: object) -> None:
            pass

    with _Listener(("127.0.0.1", 0), Handler) as listening:
        server = ChatServer(f"http://127.0.0.1:{listening.server_port}/v1")
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,), name="chat server")
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            listening.shutdown()
            thread.join()
