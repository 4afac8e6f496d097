"""A port that tells how the bot is: ``/healthz`` and, for Prometheus, ``/metrics``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from bot.errors import ConfigError
from bot.metrics import Metrics

Health = Callable[[], Awaitable[Mapping[str, str]]]
"""Returns part → what is wrong with it; an empty text where nothing is."""


@asynccontextmanager
async def monitoring(host: str, port: int, metrics: Metrics, health: Health) -> AsyncIterator[int]:
    """Answer ``/healthz`` and ``/metrics``; gives the port.

    Args:
        host: the address to listen on; nobody is asked who they are.
        port: where to listen; 0 for any that is free.
        metrics: what ``/metrics`` shows.
        health: what ``/healthz`` shows; it answers 503 where something is wrong.

    Raises:
        ConfigError: the port cannot be used.
    """

    async def show_health(_: web.Request) -> web.Response:
        parts = await health()
        ill = any(parts.values())
        shown = {part: wrong or "ok" for part, wrong in parts.items()}
        return web.json_response(shown, status=503 if ill else 200)

    async def show_metrics(_: web.Request) -> web.Response:
        # Asking the parts how they are also brings in what the engine counts.
        await health()
        headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=metrics.exposition(), headers=headers)

    application = web.Application()
    application.add_routes([web.get("/healthz", show_health), web.get("/metrics", show_metrics)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError(
                f"port {port} on {host} cannot be used ({error.strerror}); set "
                "AURORA_MONITOR_PORT to a free one or to off, AURORA_MONITOR_HOST to an address "
                "of this machine"
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
