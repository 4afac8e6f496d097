"""The bot's error tree.

BotError                        anything the bot raises on purpose
├── ConfigError                 a setting is missing or unusable
├── UnknownPackError            no question pack of this name
├── StorageError                the database cannot be used
│   ├── DatabaseOutdatedError   its schema is older (or newer) than this program
│   ├── InUseError              another program works with it already
│   └── VersionConflictError    somebody else changed the interview first
├── EngineUnavailableError      the engine gave no answer in time
│   └── EngineStartError        the engine worker cannot start at all
├── EngineRejectedError         the engine refused a request; asking again will not help
└── DeliveryError               a reply could not be delivered
    └── RecipientGoneError      nobody is there to read it now

Each message says what is wrong and what to do about it: an operator reads it. What a user reads
comes from the message catalogues.
"""

from __future__ import annotations


class BotError(Exception):
    """Root of everything that the bot raises on purpose."""


class ConfigError(BotError):
    """A setting is missing or unusable."""


class UnknownPackError(BotError):
    """There is no question pack of this name."""


class StorageError(BotError):
    """The database cannot be used."""


class DatabaseOutdatedError(StorageError):
    """The database's schema does not match this program."""


class InUseError(StorageError):
    """Another program holds the database for the same purpose."""


class VersionConflictError(StorageError):
    """The interview was changed by somebody else since it was read."""


class EngineUnavailableError(BotError):
    """The engine gave no answer in time; asking again later may help."""


class EngineStartError(EngineUnavailableError):
    """The engine worker cannot start: what it printed is in the message."""


class EngineRejectedError(BotError):
    """The engine refused a request; the same request will be refused again."""


class DeliveryError(BotError):
    """A reply could not be delivered.

    Args:
        message: what went wrong.
        permanent: whether trying again is pointless.
        retry_after: seconds that the platform asks to wait, if it does.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class RecipientGoneError(DeliveryError):
    """Nobody is there to read a reply now; it is kept until somebody is.

    Args:
        message: what went wrong.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=1.0)
