"""What the bot's requests to the tests' Discord say, and what is to go wrong with them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.discord_world import Payload

NEVER = -1

_BODY: web.RequestKey[Payload] = web.RequestKey("body", dict)


@dataclass(frozen=True)
class Call:
    """One request that the bot made."""

    method: str
    path: str
    body: Payload


@dataclass
class Fault:
    """What goes wrong with the next calls of one kind.

    Args:
        method, path: which calls; the path is a regular expression.
        status: what is answered; 0 resets the connection, `NEVER` leaves the caller waiting.
        body: the answer.
        headers: what comes with it.
        after_effect: whether the call has its effect all the same.
        times: how many calls.
    """

    method: str
    path: str
    status: int
    body: Payload
    headers: dict[str, str] = field(default_factory=dict)
    after_effect: bool = False
    times: int = 1

    def meets(self, request: web.Request) -> bool:
        matched = request.method == self.method and re.search(self.path, request.path)
        return bool(self.times and matched)


async def body_of(request: web.Request) -> Payload:
    """Return the JSON of a request, or of the part beside its files; each file by its name."""
    if _BODY not in request:
        request[_BODY] = await _read(request)
    found: Payload = request[_BODY]
    return dict(found)


async def _read(request: web.Request) -> Payload:
    if not request.can_read_body:
        return {}
    if request.content_type != "multipart/form-data":
        data = json.loads(await request.text() or "{}")
        return data if isinstance(data, dict) else {"items": data}
    form = await request.post()
    found: Payload = json.loads(str(form["payload_json"]))
    contents = {k: f.file.read() for k, f in form.items() if isinstance(f, web.FileField)}
    found["files"] = {
        item["filename"]: contents[f"files[{number}]"].decode()
        for number, item in enumerate(found.get("attachments") or [])
    }
    return found


def path_of(request: web.Request) -> str:
    """Return the path of a request below the version of the API."""
    return request.path.removeprefix("/api/v10")
