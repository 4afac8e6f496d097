"""The question packs at hand: read from the packs folder when first asked for, then kept."""

from __future__ import annotations

from pathlib import Path

from bot.errors import UnknownPackError
from engine.pack_reader import find_packs, read_pack
from engine.questions import QuestionPack


class PackLibrary:
    """Implements the `Packs` port over a folder.

    Args:
        folder: holds one folder per pack.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = find_packs(folder)
        self._read: dict[str, QuestionPack] = {}

    def get(self, pack_id: str) -> QuestionPack:
        """Return a pack.

        Raises:
            UnknownPackError: there is none of this name.
            PackError: it has faults.
        """
        if pack_id not in self._paths:
            raise UnknownPackError(f"there is no pack {pack_id!r}; known: {', '.join(self.ids())}")
        if pack_id not in self._read:
            self._read[pack_id] = read_pack(self._paths[pack_id])
        return self._read[pack_id]

    def ids(self) -> tuple[str, ...]:
        """Return the names of all packs."""
        return tuple(self._paths)
