"""Discord as a platform: puts the pieces together, holds the connection, delivers replies.

```
gateway ─ client ┬─ hearing   messages, edits, threads      ┐     ↓
                 ├─ acting    commands, buttons, forms      ├─ taking
                 ├─ opening   /interview start → a thread   ┘   intake
                 └─ sharing   one line at the end → the channel
deliver ─ sending ─ drawing → REST
```
"""

from __future__ import annotations

import discord

from bot.adapters.discord_adapter.acting import Acting
from bot.adapters.discord_adapter.client import AuroraClient
from bot.adapters.discord_adapter.commands import Commands
from bot.adapters.discord_adapter.drawing import Drawing
from bot.adapters.discord_adapter.hearing import Hearing
from bot.adapters.discord_adapter.helpline import Helpline
from bot.adapters.discord_adapter.opening import Opening
from bot.adapters.discord_adapter.places import Places
from bot.adapters.discord_adapter.pointing import Pointing
from bot.adapters.discord_adapter.promises import Promises
from bot.adapters.discord_adapter.reading import Reader
from bot.adapters.discord_adapter.rules import Rules
from bot.adapters.discord_adapter.sending import Sending
from bot.adapters.discord_adapter.settings import PLATFORM, DiscordSettings
from bot.adapters.discord_adapter.sharing import Sharing
from bot.adapters.discord_adapter.starts import Starts
from bot.adapters.discord_adapter.taking import Taking
from bot.adapters.discord_adapter.threads import Threads
from bot.adapters.discord_adapter.typing_signs import TypingSigns
from bot.adapters.discord_adapter.words import SlashWords
from bot.adapters.intake import Intake
from bot.adapters.spoken import Spoken
from bot.clock import WakingClock
from bot.errors import ConfigError, DeliveryError
from bot.i18n import Translator
from bot.interview.messages import Reply
from bot.interview.ports import Packs
from bot.presentation import Presenter

_CONNECTING_SECONDS = 2.0


class DiscordAdapter:
    """Receives from Discord while it runs, and delivers there.

    Args:
        settings: how Discord is reached.
        intake: where messages are kept.
        words: the texts.
        clock: the time.
        packs: what can be asked, for completing names.
    """

    PLATFORM = PLATFORM

    def __init__(
        self,
        settings: DiscordSettings,
        intake: Intake,
        words: Translator,
        clock: WakingClock,
        packs: Packs,
    ) -> None:
        self._settings = settings
        self._words = words
        self._clock = clock
        self._client: AuroraClient | None = None
        self._slash = SlashWords(words)
        self._signs = TypingSigns(intake)
        presenter = Presenter(words, self._slash)
        spoken = Spoken(PLATFORM, intake)
        places, reader = Places(intake), Reader(clock, self._own_id)
        promises = Promises(presenter, words, spoken)
        helpline = Helpline(presenter, self._connected, spoken)
        readable = settings.message_content
        self._taking = Taking(intake, self._signs)
        pointing = Pointing(presenter, words, spoken)
        starts = Starts(intake)
        self._hearing = Hearing(self._taking, places, reader, pointing, helpline, starts, readable)
        self._acting = Acting(
            self._taking,
            self._hearing.take,
            places,
            intake,
            promises,
            reader,
            presenter,
            words,
            spoken,
        )
        self._threads = Threads(starts, places, self._taking, clock)
        opening = Opening(self._acting, starts, self._threads, places, packs, presenter)
        self._sharing = Sharing(self._acting, places, intake, presenter, spoken)
        rules = Rules(self._acting, places, packs, words)
        self._commands = Commands(self._acting, opening, rules, packs, words)
        self._sending = Sending(
            Drawing(presenter, Presenter(words, SlashWords(words))),
            places,
            intake,
            helpline,
            promises,
            self._connected,
            readable,
        )

    async def run(self) -> None:
        """Receive until cancelled.

        Raises:
            ConfigError: Discord refuses the token or an intent.
            Exception: the connection ended in a way that the library does not mend, such as an
                event that makes no sense; a new adapter may be started at once.
        """
        client = AuroraClient(
            self._settings,
            self._hearing,
            self._acting,
            self._sharing,
            self._taking,
            self._threads,
            self._commands,
            self._slash,
            self._words,
            self._clock,
        )
        self._client = client
        try:
            async with client:
                await client.start(self._settings.token)
        except discord.LoginFailure:
            raise ConfigError(
                "Discord refuses the token in AURORA_DISCORD_TOKEN: copy it again from the "
                "developer portal, Bot, Reset Token"
            ) from None
        except discord.PrivilegedIntentsRequired:
            raise ConfigError(
                "Discord refuses the Message Content Intent: switch it on in the developer portal "
                "under Bot, or unset AURORA_DISCORD_MESSAGE_CONTENT"
            ) from None
        finally:
            self._client = None
            await self._signs.close()

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Send a reply, and take the typing sign away.

        Raises:
            DeliveryError: it could not be sent.
        """
        try:
            await self._sending.send(conversation, key, reply)
        finally:
            if reply.replaces is None:  # else it had no sign
                self._signs.end(conversation)

    def preview(self, conversation: str, reply: Reply) -> None:
        """Show no more than the typing sign.

        Discord has no drafts, and a message that is edited until it is the reply would be a second
        reply for ever if the bot ended before.
        """

    def _own_id(self) -> int:
        """Return the id of the bot's own account; 0 before it is logged in."""
        user = self._client.user if self._client is not None else None
        return user.id if user is not None else 0

    def _connected(self) -> discord.Client:
        """Return the client that is logged in.

        Raises:
            DeliveryError: there is none just now.
        """
        if self._client is None or self._client.is_closed() or self._client.user is None:
            raise DeliveryError("not connected to Discord", retry_after=_CONNECTING_SECONDS)
        return self._client
