"""A reverse proxy before several bots: each request goes to the next one that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

_LONGEST_SECONDS = 20.0


class Balancer:
    """Passes requests on by turns.

    Args:
        ports: where the bots listen on loopback.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._next = 0
        self.passed_on: list[int] = []

    async def serve(self, request: web.Request) -> web.Response:
        """Pass a request on; a bot that cannot be reached is passed over."""
        body = await request.read()
        timeout = aiohttp.ClientTimeout(total=_LONGEST_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, headers=request.headers) as session:
            for _ in self._ports:
                port = self._ports[self._next % len(self._ports)]
                self._next += 1
                try:
                    url = f"http://127.0.0.1:{port}{request.path}"
                    async with session.post(url, data=body) as answer:
                        self.passed_on.append(port)
                        return web.Response(status=answer.status)
                except (aiohttp.ClientError, TimeoutError):
                    continue
        return web.Response(status=502)


@asynccontextmanager
async def balancing(ports: Sequence[int]) -> AsyncIterator[tuple[Balancer, str]]:
    """Have a proxy before these ports; gives it and its address."""
    balancer = Balancer(ports)
    application = web.Application()
    application.router.add_post("/{path:.*}", balancer.serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield balancer, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
