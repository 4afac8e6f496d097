"""A real HTTP server that speaks as much of OpenAI's chat completions as the verifier needs.

It refuses what a constrained server would refuse, and says the verdicts that the test decides on.
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
        hangs_up: whether the connection is closed instead.
    """

    body: bytes = b""
    status: int = 200
    silent: bool = False
    hangs_up: bool = False


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
    def fields(self) -> dict[str, str]:
        """The JSON object of the user's turn."""
        found: dict[str, str] = json.loads(self.body["messages"][-1]["content"])
        return found


@dataclass
class ChatServer:
    """The server's side of a test.

    Args:
        url: base address.
        verdict: says what to reply to the fields of a request.
        script: answers that come first, one a request.
        received: all requests in order of arrival.
    """

    url: str
    verdict: Callable[[Mapping[str, str]], str] = lambda fields: "missing"
    script: deque[Answer] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: Received) -> Answer:
        """Take the request down and decide what is sent back."""
        self.received.append(request)
        if self.script:
            return self.script.popleft()
        body = request.body
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


def _token(text: str, alternatives: Mapping[str, float]) -> dict[str, Any]:
    top = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in alternatives.items()]
    logprob = math.log(alternatives.get(text, 1.0))
    return {"token": text, "logprob": logprob, "bytes": None, "top_logprobs": top}


class _Listener(ThreadingHTTPServer):
    request_queue_size = 64  # a verifier asks about several points at once


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Run a server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = server.answer(Received(self.path, dict(self.headers), body))
            if answer.silent:
                server.closing.wait()
            if answer.silent or answer.hangs_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

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
