"""What a message of nothing but emoji says: a shrug for not knowing, an arrow for the next one."""

from __future__ import annotations

import re
import unicodedata

from engine.contract import Intent

_MEANT: dict[str, Intent] = {
    **dict.fromkeys("🤷", Intent.DONT_KNOW),
    **dict.fromkeys("💡🆘", Intent.HINT),
    **dict.fromkeys("⏭⏩", Intent.SKIP),
    **dict.fromkeys("🔁🔂🔄", Intent.REPEAT),
    **dict.fromkeys("👋👍🙏", Intent.SMALL_TALK),
    **dict.fromkeys("🤡🖕💩", Intent.INSULT),
}
# What only varies an emoji: joiners, presentation, skin, gender.
_VARIATIONS = frozenset("\u200d\ufe0e\ufe0f♀♂🏻🏼🏽🏾🏿")
# A shrug put together of signs; its face is a letter of Japanese.
_SHRUG = re.compile(r"[¯‾~\\\\/_\s-]*[(（]\s*ツ\s*[)）][¯‾~\\\\/_\s-]*")


def is_shrug(text: str) -> bool:
    """Whether a message is nothing but a shrug of signs, as in ``¯\\_(ツ)_/¯``."""
    return _SHRUG.fullmatch(text) is not None


def intent_by_emoji(text: str) -> Intent | None:
    """Return what a message without any letter says by its emoji; None where they say nothing.

    Args:
        text: what was typed. Marks and spaces around emoji say nothing.
    """
    meant = {
        _MEANT.get(character)
        for character in text
        if character not in _VARIATIONS and unicodedata.category(character)[0] not in "PZ"
    }
    return meant.pop() if len(meant) == 1 else None
