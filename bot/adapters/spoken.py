"""Tells how somebody wants to be spoken to, for what an adapter says of its own accord."""

from __future__ import annotations

import structlog

from bot.adapters.intake import Intake
from bot.errors import StorageError
from bot.interview.messages import Account
from engine.outcomes import language_of, style_in, wording

log = structlog.get_logger(__name__)


class Spoken:
    """Looks up the style that people of one platform chose.

    Args:
        platform: the platform.
        intake: knows what they chose.
    """

    def __init__(self, platform: str, intake: Intake) -> None:
        self._platform = platform
        self._intake = intake

    async def to(self, person_id: int, locale: str) -> str:
        """Return the wording for a person (`engine.outcomes.wording`).

        Args:
            person_id: the person's number on the platform.
            locale: the language to speak.
        """
        language = language_of(locale)
        try:
            chosen = await self._intake.chosen(Account(self._platform, str(person_id)))
        except StorageError as error:  # better said in the usual style than not at all
            log.info("style.unknown", error=type(error).__qualname__)
            return language
        return wording(language, style_in(language, chosen.get("style")))
