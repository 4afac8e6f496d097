"""Reads the answers to "Shall we carry on?" and "Shall we end here?": yes, no, on, or anew.

Short messages only, that can mean nothing else.
"""

from __future__ import annotations

import re
import unicodedata

from bot.interview.messages import Action

# Written without spaces, signs and capitals, as `_bare` leaves them.
_YES = {
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
    *(
        "응그래",
        "네그래요",
        "네맞아요",
        "그래요",
        "좋아요",
        "그러자",
        "그럴래",
        "그렇게해",
        "그럴게",
    ),
    *("y", "yes", "yeah", "yep", "sure", "ok", "okay", "yesplease"),
}
_ON = {
    *("이어서", "이어서하자", "이어서할래", "이어서할게", "이어할래", "이어하자"),
    *("계속", "계속해", "계속하자", "계속할게", "계속할래", "계속할게요", "계속할래요", "계속해요"),
    *("continue", "resume", "carryon", "goon", "letscarryon", "letsgoon", "letscontinue"),
    *("keepgoing", "letskeepgoing"),
}
_NO = {
    *("아직", "아직이야", "아직이요", "아직아니야", "아니아직", "아니요아직이요"),
    *("아니", "아니야", "아니요", "아뇨", "아냐", "ㄴ", "ㄴㄴ", "싫어", "싫어요", "안할래"),
    *(
        "취소",
        "됐어",
        "됐어요",
        "괜찮아",
        "괜찮아요",
        "실수",
        "실수야",
        "아니다",
        "아니됐어",
        "아니괜찮아",
    ),
    *("actuallyno", "noactually", "nevermind", "cancel", "mymistake", "mistake"),
    *("n", "no", "nope", "nah", "nothanks", "notyet"),
}
_ANEW = {
    *("새로", "새로시작", "새로시작할게", "새로시작할래", "새로시작하자"),
    *("새로할래", "새로할게", "새로하자", "처음부터"),
    *("new", "startover", "startagain", "startanew", "newinterview", "restart"),
}
_SHOWN = {**dict.fromkeys("👍👌🙆", "yes"), **dict.fromkeys("👎🙅", "no")}
_LONGEST = 30  # characters; whoever writes more says something else
_SIGNS = re.compile(r"[\W_]+")


def read_going_on(text: str) -> Action | None:
    """Return whether a whole message says to go on or to begin anew; None where it says neither.

    Only to be asked while an interview rests: in the middle of one "yes" is an answer.

    Args:
        text: what was typed.
    """
    bare = _bare(text)
    if bare in _YES or bare in _ON:
        return Action.RESUME
    return Action.NEW if bare in _ANEW else None


def read_consent(text: str, offered: Action) -> Action | None:
    """Return whether a whole message takes what was offered or goes on; None for neither.

    Only to be asked right after the question whether to end the interview, or to begin another.

    Args:
        text: what was typed.
        offered: what a yes asks for.
    """
    bare = _bare(text)
    if bare in _YES:
        return offered
    goes_on = bare in _NO or any(bare.removeprefix(no) in _ON for no in ("", *_NO))
    return Action.RESUME if goes_on else None


def declines(text: str) -> bool:
    """Whether a whole message says no; only to be asked where a yes or a no was asked for."""
    return _bare(text) in _NO


def _bare(text: str) -> str:
    """Return a message without spaces, signs and capitals; nothing where it is too long.

    A thumb or a person with arms raised or crossed says yes or no without a word.
    """
    if len(text) > _LONGEST:
        return ""
    words = _SIGNS.sub("", unicodedata.normalize("NFC", text).casefold())
    shown = {_SHOWN[sign] for sign in text if sign in _SHOWN}
    return shown.pop() if not words and len(shown) == 1 else words
