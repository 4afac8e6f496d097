"""What the Discord side needs to be told."""

from __future__ import annotations

from dataclasses import dataclass, field

PLATFORM = "discord"
BASE_URL = "https://discord.com/api/v10"


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """How the bot is reached on Discord.

    Args:
        token: the bot's token from the developer portal; never shown.
        base_url: the REST API up to its version, with or without a slash behind it; it names the
            gateway.
        message_content: whether the portal's Message Content Intent is on, so that answers can be
            typed in threads; without it they come by a form.
    """

    token: str = field(repr=False)
    base_url: str = BASE_URL
    message_content: bool = False

    def __post_init__(self) -> None:
        """Take the slash away that people put behind addresses: paths begin with one."""
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))
