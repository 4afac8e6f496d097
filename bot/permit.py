"""Whether this process may work on a conversation: asked before every step."""

from __future__ import annotations

from typing import Protocol


class Permit(Protocol):
    """What workers ask for, so that no other process does the same work."""

    def holds(self, platform: str, conversation: str) -> bool:
        """Return whether the next step may be taken."""

    def ended(self, platform: str, conversation: str) -> None:
        """Hear that nothing more is being done in a conversation for now."""


class SolePermit:
    """The permit of a process that has the database to itself."""

    def holds(self, platform: str, conversation: str) -> bool:  # noqa: ARG002 - see `Permit`
        """Return that it may."""
        return True

    def ended(self, platform: str, conversation: str) -> None:
        """Do nothing: what is nobody else's need not be given back."""
