"""What an adapter of a platform leans on: durable intake, cursors, and the settings of places.

`submit` says whether the event was new, so that an adapter shows no typing for a duplicate.

Options that the interview understands (`Inbound.options`):

- ``OPEN``, ``NEW``: ``pack``, ``locale``, ``style``, ``mode``, ``level``, ``length``,
  ``start_topic``; with ``offer=yes`` an open interview, here or in another conversation of the
  person, is offered first.
- any action: ``default_locale`` and ``default_pack`` stand in where the person has chosen nothing
  (the language of their client, the settings of the place).
- ``LANGUAGE``: ``locale``. ``SETTINGS``: ``locale``, ``style`` (of Korean), ``pack``, ``mode``,
  ``level``, ``length``.
  Both: ``under``, the message whose choice was pressed; it is shown anew in its place.
- ``HINT``, ``SKIP``, ``DONT_KNOW``, ``REPEAT``: ``topic``, the one that the button stood under, so
  that it never hits the next. ``DISAGREE``: ``turn``, the one whose verdicts it stood under.
- ``REPORT``: ``interview`` (an id, from the history). ``REVIEW``: ``start=yes`` and ``pack``.
- ``LINK``: ``code``; without one a code is made. It must only ever be shown to the person: submit
  ``LINK`` and ``PRIVACY`` with their direct conversation, never with a public one.
- ``PRIVACY``: ``delete=ask``, ``delete=yes``.

`DiscordAdapter(settings, intake, words, clock, packs)` also takes the `Packs` port (a
`PackLibrary`): Discord completes the names of packs and topics as they are typed. Its clock is a
`WakingClock`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from bot.interview.messages import Account, Inbound


class Intake(Protocol):
    """Takes in what a platform sends, and remembers what the platform's side needs remembered."""

    async def submit(self, inbound: Inbound) -> bool:
        """Store a message durably; returns after the commit. It is answered in turn.

        Returns:
            False when the event is known already and nothing was added.

        Raises:
            StorageError: the database cannot be used; the platform must send it again.
        """

    def taking(self) -> AbstractContextManager[None]:
        """Count as a message that is being taken in until this is left.

        To be held from when something arrives until the person has been shown that it did. When
        many speak in the same instant the turns wait until all but a few have seen that.
        """

    async def is_waiting(self, platform: str, conversation: str) -> bool:
        """Return whether a message of a conversation has not been answered yet."""

    async def cursor(self, name: str) -> str | None:
        """Return where a stream of the platform was left, None before the first `keep_cursor`.

        Args:
            name: the stream, for example ``telegram:updates`` or ``discord:channel:42``. That of a
                conversation ends with its number, and goes when its person is forgotten.
        """

    async def keep_cursor(self, name: str, value: str) -> None:
        """Remember where a stream was left."""

    async def settings(self, scope: str) -> Mapping[str, str]:
        """Return the settings of a place; empty where nothing was ever set.

        Args:
            scope: the place, for example ``discord:guild:42``. Where it is somebody's own, their
                account is its setting ``owner``, and it goes with them.
        """

    async def keep_settings(self, scope: str, values: Mapping[str, str]) -> None:
        """Set the settings named in `values`; the others of the place stay as they are."""

    async def chosen(self, account: Account) -> Mapping[str, str]:
        """Return what a person chose for good, by option name; empty for somebody unknown."""

    async def open_conversations(self, platform: str) -> Sequence[str]:
        """Return the conversations whose interview has not ended, for catching up."""
