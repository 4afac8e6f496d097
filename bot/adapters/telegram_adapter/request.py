"""Carries the library's calls over aiohttp.

The library's own transport (httpx) looks through every connection at every call: with two hundred
people speaking at once it computes several times as long, and they wait for it.
"""

from __future__ import annotations

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_CONNECT_SECONDS = 5.0


class AiohttpRequest(BaseRequest):
    """One pool of connections; it is opened with the first call.

    Args:
        connections: how many there may be; further calls wait for one.
        answer_seconds: how long an answer may take where a call does not say.
    """

    def __init__(self, connections: int, answer_seconds: float) -> None:
        self._connections = connections
        self._answer_seconds = answer_seconds
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def read_timeout(self) -> float:
        """How long an answer may take."""
        return self._answer_seconds

    async def initialize(self) -> None:
        """Take calls again where it was shut down."""
        self._closed = False

    async def shutdown(self) -> None:
        """Close every connection; calls fail until `initialize`."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0913, PLR0917 - the signature is the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - waited for as an answer is
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the same for all
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - connections are many
    ) -> tuple[int, bytes]:
        """Make a call and return the status and what was answered.

        Raises:
            TimedOut: no answer came in time; what was asked for may have been done.
            NetworkError: the connection failed; likewise. The address, which holds the token, is
                left out.
        """
        session = self._open()
        seconds = read_timeout if isinstance(read_timeout, int | float) else self._answer_seconds
        timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=seconds)
        body = _body(request_data) if request_data is not None else None
        try:
            async with session.request(
                method, url, data=body, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__qualname__) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise NetworkError("not connected")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=True,  # proxies, as the library's own transport heeds them
            )
        return self._session


def _body(given: RequestData) -> dict[str, str] | aiohttp.FormData:
    """Return the parameters of a call as a form, with the files that it carries."""
    files = given.multipart_data
    if not files:
        return given.json_parameters
    # Names of files are shown to people as they are sent: not with %-signs.
    form = aiohttp.FormData(given.json_parameters, quote_fields=False)
    for name, (file, content, kind) in files.items():
        form.add_field(name, content, filename=file, content_type=kind)
    return form
