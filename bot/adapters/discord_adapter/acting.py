"""Does what commands, presses and forms ask for: keeps it, and acknowledges it as soon as it is.

The reply itself is no answer to the interaction: it is sent to the channel when it is there,
however late, and after a restart too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import discord
import structlog

from bot.adapters.discord_adapter.buttons import ANSWER, Press, options_of
from bot.adapters.discord_adapter.faults import NETWORK
from bot.adapters.discord_adapter.forms import answer_form
from bot.adapters.discord_adapter.markdown import plain
from bot.adapters.discord_adapter.places import Places
from bot.adapters.discord_adapter.promises import Promises
from bot.adapters.discord_adapter.reading import Reader
from bot.adapters.discord_adapter.sending import buttons_of
from bot.adapters.discord_adapter.splitting import LONGEST_MESSAGE, split
from bot.adapters.discord_adapter.taking import Take, Taking
from bot.adapters.discord_adapter.words import language_of
from bot.adapters.intake import Intake
from bot.adapters.spoken import Spoken
from bot.i18n import Translator
from bot.interview.messages import Action
from bot.presentation import Presenter

log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")

_PATIENCE_SECONDS = 1.0
"""How long an acknowledgement waits until what was asked for is kept. Discord waits for 3 s."""

# What concerns only the person is answered where only the person reads it.
_PRIVATE = (Action.LINK, Action.UNLINK, Action.PRIVACY, Action.HISTORY)
# What needs no interview is answered directly where none is held.
_ANYWHERE = (*_PRIVATE, Action.HELP, Action.PACKS, Action.LANGUAGE, Action.SETTINGS, Action.REVIEW)
# Presses that mean the question that they stand under.
_OF_A_QUESTION = (Action.HINT, Action.SKIP, Action.DONT_KNOW, Action.DISAGREE)


class Acting:
    """Acts.

    Args:
        taking: takes in what is asked for.
        take: takes in a message that was missed.
        places: knows the threads.
        intake: remembers which buttons count.
        promises: told who waits for an answer in a direct message.
        reader: translates.
        presenter: words what only Discord has to say.
        words: tells which languages there are.
        spoken: knows how people want to be spoken to.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        taking: Taking,
        take: Take,
        places: Places,
        intake: Intake,
        promises: Promises,
        reader: Reader,
        presenter: Presenter,
        words: Translator,
        spoken: Spoken,
    ) -> None:
        self._taking = taking
        self._take = take
        self._places = places
        self._intake = intake
        self._promises = promises
        self._reader = reader
        self._presenter = presenter
        self._words = words
        self._spoken = spoken

    async def command(
        self, interaction: discord.Interaction[Any], action: Action, options: Mapping[str, str]
    ) -> None:
        """Do what a slash command asks for."""
        place = await self._place(interaction)
        private = action in _PRIVATE and interaction.guild_id is not None
        if place is not None and not private:
            keeping = self.submit(interaction, place, action, options)
            await self.acknowledged(interaction, keeping, ephemeral=True)
            await self.done(interaction)
        elif action in _ANYWHERE:
            keeping = self._answer_directly(interaction, action, options)
            if not await self.acknowledged(interaction, keeping, ephemeral=True):
                await self.tell(interaction, "discord.direct_closed")
        else:
            await interaction.response.defer(ephemeral=True)
            await self.tell(interaction, "discord.wrong_place")

    async def press(self, interaction: discord.Interaction[Any], press: Press) -> None:
        """Do what a button or a menu asks for."""
        if press.what == ANSWER:
            await self.open_form(interaction)
            return
        told = await self.acknowledged(interaction, self._pressed(interaction, press))
        if told is not None:
            await self.whisper(interaction, told)

    async def open_form(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form to answer in."""
        spoken = await self._spoken_to(interaction)
        if await self._place(interaction) is None:
            text = self._presenter.text(spoken, await self._places.refusal(interaction.channel_id))
            await interaction.response.send_message(text, ephemeral=True)
            return
        await interaction.response.send_modal(answer_form(self._words, spoken))

    async def form(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Take in an answer that was written in the form, and show it in the thread."""
        place = await self._place(interaction)
        if place is None:
            await interaction.response.defer(thinking=True, ephemeral=True)
            await self.tell(interaction, await self._places.refusal(interaction.channel_id))
            return
        keeping = self.submit(interaction, place, None, {}, text=text)
        await self.acknowledged(interaction, keeping, thinking=True)
        quoted = "\n".join(f"> {line}" for line in plain(text).split("\n"))
        first, *more = split(quoted, LONGEST_MESSAGE - 1)
        await self._show(interaction, f"{first}…" if more else first)

    async def acknowledged(
        self,
        interaction: discord.Interaction[Any],
        keeping: Coroutine[Any, Any, _Result],
        **how: bool,
    ) -> _Result:
        """Acknowledge an interaction as soon as what it asks for is kept, and return what came.

        Whoever sees an acknowledgement may rely on it, whatever happens to this program next.
        Only where keeping takes long does the acknowledgement come first: Discord would tell the
        person that the bot does not answer.

        Args:
            interaction: the interaction.
            keeping: keeps it.
            how: of `discord.InteractionResponse.defer`.

        Raises:
            StorageError: it cannot be kept.
        """
        task = asyncio.create_task(keeping)
        with self._intake.taking():
            await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)
            if task.done():
                task.result()
            try:
                await interaction.response.defer(**how)
            except (discord.HTTPException, *NETWORK) as error:
                # It is kept, or soon will be: that this cannot be shown changes nothing about it.
                log.info("gateway.not_acknowledged", error=type(error).__qualname__)
        return await task

    async def submit(  # noqa: PLR0913 - what an interaction is made of
        self,
        interaction: discord.Interaction[Any],
        channel_id: int,
        action: Action | None,
        options: Mapping[str, str],
        *,
        text: str = "",
        event_id: str | None = None,
    ) -> bool:
        """Take in what an interaction asks for.

        Args:
            interaction: the interaction.
            channel_id: the thread or direct channel to answer in.
            action: what is asked for; None where `text` is simply an answer.
            options: what comes with it.
            text: what was written.
            event_id: what identifies it, where that is not the interaction alone.

        Returns:
            False when it was asked for before.

        Raises:
            StorageError: it cannot be kept.
        """
        suggested = await self.suggested(interaction)
        inbound = self._reader.asked(
            interaction,
            channel_id,
            action,
            {**suggested, **options},
            text=text,
            event_id=event_id,
        )
        thread = await self._places.thread(channel_id)
        guild_id = thread.guild_id if thread else None
        channel = interaction.client.get_partial_messageable(channel_id, guild_id=guild_id)
        async with self._taking.in_order(channel, channel_id, self._take):
            return await self._taking.submit(inbound, channel, since=interaction.id)

    async def suggested(self, interaction: discord.Interaction[Any]) -> dict[str, str]:
        """Return what the server and the person's client suggest where nothing was chosen."""
        if interaction.guild_id is None:
            return {"default_locale": self.language(interaction)}
        rules = await self._places.rules(interaction.guild_id)
        pack = {"default_pack": rules.pack} if rules.pack else {}
        return {"default_locale": rules.locale or self.language(interaction), **pack}

    def language(self, interaction: discord.Interaction[Any]) -> str:
        """Return the language of the person's client."""
        return language_of(interaction.locale, self._words.locales)

    async def _spoken_to(self, interaction: discord.Interaction[Any]) -> str:
        """Return how the person wants to be spoken to, in the language of their client."""
        return await self._spoken.to(interaction.user.id, self.language(interaction))

    async def tell(self, interaction: discord.Interaction[Any], key: str, **params: str) -> None:
        """Answer a deferred interaction with a fixed text."""
        spoken = await self._spoken_to(interaction)
        await self._show(interaction, self._presenter.text(spoken, key, **params))

    async def whisper(self, interaction: discord.Interaction[Any], key: str, **params: str) -> None:
        """Tell only the person something about what they pressed."""
        text = self._presenter.text(await self._spoken_to(interaction), key, **params)
        await interaction.followup.send(text, ephemeral=True)

    async def done(self, interaction: discord.Interaction[Any]) -> None:
        """Take the answer of a deferred interaction away: the reply comes by itself."""
        with suppress(discord.HTTPException, *NETWORK):
            await interaction.delete_original_response()

    async def apologise(self, interaction: discord.Interaction[Any]) -> None:
        """Tell somebody that what they asked for was not done."""
        if interaction.response.is_done():
            await self.whisper(interaction, "discord.failed")
            return
        text = self._presenter.text(await self._spoken_to(interaction), "discord.failed")
        await interaction.response.send_message(text, ephemeral=True)

    async def _place(self, interaction: discord.Interaction[Any]) -> int | None:
        """Return the channel of the person's interview; None where it is held elsewhere."""
        channel_id = interaction.channel_id
        if channel_id is None or interaction.guild_id is None:
            return channel_id
        thread = await self._places.thread(channel_id)
        return channel_id if thread and thread.owner_id == interaction.user.id else None

    async def _refusal(
        self, interaction: discord.Interaction[Any], place: int | None, press: Press
    ) -> str | None:
        """Return the id of the text that says why a press does nothing; None where it does."""
        if press.what is None:
            return "press.unknown"
        if place is None:
            return await self._places.refusal(interaction.channel_id)
        if press.what not in _OF_A_QUESTION or interaction.message is None:
            return None
        latest = await self._intake.cursor(buttons_of(place))
        return "press.old" if latest and interaction.message.id < int(latest) else None

    async def _pressed(self, interaction: discord.Interaction[Any], press: Press) -> str | None:
        """Take in a press; return the id of the text to tell the person, if there is something."""
        place = await self._place(interaction)
        refusal = await self._refusal(interaction, place, press)
        if refusal is not None or place is None or not isinstance(press.what, Action):
            return refusal
        # What means the question is asked once, however often the button is tapped.
        message_id = interaction.message.id if interaction.message else interaction.id
        once = f"press:{message_id}:{press.what.value}"
        event_id = once if press.what in _OF_A_QUESTION else None
        options = options_of(press, interaction.message)
        fresh = await self.submit(interaction, place, press.what, options, event_id=event_id)
        return None if fresh else "press.again"

    async def _answer_directly(
        self, interaction: discord.Interaction[Any], action: Action, options: Mapping[str, str]
    ) -> bool:
        """Have the answer come in a direct message; False where the person can have none."""
        try:
            channel = await interaction.user.create_dm()
        except discord.Forbidden as error:
            log.info("gateway.person_unreachable", code=error.code)
            return False
        self._promises.made(channel.id, interaction)
        await self.submit(interaction, channel.id, action, options)
        return True

    async def _show(self, interaction: discord.Interaction[Any], text: str) -> None:
        # What was asked for is kept by now; that this cannot be shown changes nothing about it.
        with suppress(discord.HTTPException, *NETWORK):
            none = discord.AllowedMentions.none()
            await interaction.edit_original_response(content=text, allowed_mentions=none)
