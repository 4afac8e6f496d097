"""Lets Telegram send updates here: each is answered only when it has been committed.

Telegram sends again what was not answered with success. TLS ends at a reverse proxy in front.
"""

from __future__ import annotations

import asyncio
import hmac
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.adapters.telegram_adapter.polling import Take
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.errors import ConfigError

log = structlog.get_logger(__name__)

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name, no secret
_LARGEST_UPDATE = 2**20  # bytes; Telegram's are far smaller


class Webhook:
    """An HTTP server for one address.

    Args:
        settings: where to listen, and the secret that Telegram must send along.
        take: commits updates; what it cannot read it skips.
    """

    def __init__(self, settings: TelegramSettings, take: Take) -> None:
        self._settings = settings
        self._take = take
        # One after the other, as Telegram numbered them: two answers must not change places.
        self._one = asyncio.Lock()

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            ConfigError: the port cannot be listened on.
        """
        application = web.Application(client_max_size=_LARGEST_UPDATE)
        path = urlsplit(self._settings.webhook_url).path or "/"
        application.router.add_post(path, self._receive)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await self._listen(runner)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self._settings.webhook_host, self._settings.webhook_port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}:{port} ({error.strerror}); set "
                "AURORA_TELEGRAM_WEBHOOK_PORT to a free port, AURORA_TELEGRAM_WEBHOOK_HOST to an "
                "address of this machine"
            ) from error

    async def _receive(self, request: web.Request) -> web.Response:
        sent = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(sent.encode(), self._settings.webhook_secret.encode()):
            log.warning("webhook.refused", peer=request.remote)
            return web.Response(status=403)
        try:
            update = await request.json()
        except ValueError:
            update = None
        if not isinstance(update, dict):
            log.warning("update.unreadable", update_id=None)
            return web.Response()  # it will not become readable by being sent again
        async with self._one:
            done = await self._take([update])
        return web.Response(status=200 if done else 503)
