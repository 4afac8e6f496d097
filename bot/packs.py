"""The question packs at hand: read from the packs folder when first asked for, then kept."""

from __future__ import annotations

from pathlib import Path

from bot.errors import UnknownPackError
from engine.errors import PackError
from engine.pack_reader import find_packs, read_pack
from engine.questions import QuestionPack

# What an interview is about when nobody names a pack.
DEFAULT_PACK = "ml-core"


class PackLibrary:
    """Implements the `Packs` port over a folder.

    Args:
        folder: holds one folder per pack.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths = find_packs(folder)
        self._read: dict[str, QuestionPack] = {}

    def get(self, pack_id: str) -> QuestionPack:
        """Return a pack.

        Raises:
            UnknownPackError: there is none of this name.
            PackError: it has faults; the message is one line.
        """
        if pack_id not in self._paths:
            raise UnknownPackError(self._unknown(pack_id))
        if pack_id not in self._read:
            self._read[pack_id] = _read(self._paths[pack_id])
        return self._read[pack_id]

    def ids(self) -> tuple[str, ...]:
        """Return the names of all packs."""
        return tuple(self._paths)

    def usual(self) -> str:
        """Return the pack of those who name none: `DEFAULT_PACK`, or the only one at hand."""
        if DEFAULT_PACK not in self._paths and len(self._paths) == 1:
            return next(iter(self._paths))
        return DEFAULT_PACK

    def _unknown(self, pack_id: str) -> str:
        if not self._paths:
            return f"there is no question pack in {self._folder}; set AURORA_PACKS to their folder"
        known = ", ".join(self.ids())
        return (
            f"there is no pack {pack_id!r} in {self._folder}; known: {known}. --pack names one of"
            " them, AURORA_PACKS another folder of packs"
        )


def _read(folder: Path) -> QuestionPack:
    try:
        return read_pack(folder)
    except PackError as error:
        more = len(error.faults) - 1
        rest = f" (and {more} more)" if more else ""
        see = f"list all faults with `python -m bot packs validate {folder}`"
        raise PackError((f"{folder}/{error.faults[0]}{rest}; {see}",)) from None
