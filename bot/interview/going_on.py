"""Reads the answer to "Shall we carry on?": short messages that can mean only yes, or anew."""

from __future__ import annotations

import re
import unicodedata

from bot.interview.messages import Action

# Written without spaces, signs and capitals, as `_bare` leaves them.
_ON = {
    *(
        "응",
        "응응",
        "어",
        "웅",
        "ㅇ",
        "ㅇㅇ",
        "네",
        "넵",
        "넹",
        "예",
        "그래",
        "좋아",
        "오케이",
        "ㅇㅋ",
    ),
    *("이어서", "이어서하자", "이어서할래", "이어서할게", "이어할래", "이어하자"),
    *("계속", "계속해", "계속하자", "계속할게", "계속할래"),
    *("y", "yes", "yeah", "yep", "sure", "ok", "okay", "yesplease"),
    *("continue", "resume", "carryon", "goon", "letscarryon"),
}
_ANEW = {
    *("새로", "새로시작", "새로시작할게", "새로시작할래", "새로시작하자"),
    *("새로할래", "새로할게", "새로하자", "처음부터"),
    *("new", "startover", "startagain", "startanew", "newinterview", "restart"),
}
_LONGEST = 30  # characters; whoever writes more says something else
_SIGNS = re.compile(r"[\W_]+")


def read_going_on(text: str) -> Action | None:
    """Return whether a whole message says to go on or to begin anew; None where it says neither.

    Only to be asked while an interview rests: in the middle of one "yes" is an answer.

    Args:
        text: what was typed.
    """
    if len(text) > _LONGEST:
        return None
    bare = _SIGNS.sub("", unicodedata.normalize("NFC", text).casefold())
    if bare in _ON:
        return Action.RESUME
    return Action.NEW if bare in _ANEW else None
