"""Makes a typed message safe to store, judge and show, without changing what it says."""

from __future__ import annotations

import unicodedata

MAX_CHARACTERS = 4_000

# Composing can only shorten a text, so this much of it always holds what survives the cut; it
# keeps a message of megabytes from being normalised as a whole.
_LOOK_AT = 10 * MAX_CHARACTERS
_KEPT_CONTROLS = "\n\t"
# Embeddings, overrides and isolates reorder what stands around them; zero-width spaces and byte
# order marks only hide. The zero-width joiner stays: emoji and some scripts are written with it.
_UNSEEN = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0xFEFF]))


def clean_text(text: str) -> tuple[str, bool]:
    """Return a message cleaned, and whether it was cut.

    The result is in NFC, has no control characters (but newlines and tabs), no lone surrogates, no
    invisible reordering, no space around it and at most `MAX_CHARACTERS` characters.

    Args:
        text: what was typed; anything that fits a `str`.
    """
    text = text.strip()
    looked_at = text[:_LOOK_AT].replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in looked_at if _stays(character))
    kept = unicodedata.normalize("NFC", kept).strip()
    cut = len(kept) > MAX_CHARACTERS or len(text) > _LOOK_AT
    return kept[:MAX_CHARACTERS].rstrip(), cut


def _stays(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in _UNSEEN
