"""An utterance gives nothing away that is not the user's: no prompt, no address, no mention."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.prompts import SPECIAL_TOKENS, SpokenTurn, messages

_MENTION = re.compile(
    r"@(?:everyone|here)\b|<[@#][!&]?\d+>|<a?:\w+:\d+>|(?<![\w.])@[A-Za-z_]\w{2,}", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"https?:|www\.|\bt\.me/|discord\.(?:gg|com)|\[[^\]]*\]\([^)]*\)"
    r"|[\w.+-]+@[\w-]+\.\w{2,}|(?<!\d)(?:\+\d{1,3}[ -]?)?\d{2,4}[ -]\d{3,4}[ -]\d{4}(?!\d)",
    re.IGNORECASE,
)
# Names of the prompt's fields, and talk about what the model was told.
_INNER = re.compile(
    r"(?<!\{)\b(?:credited_points?|open_points?|next_topic|next_question|next_title|answer_was_cut"
    r"|dont_know|"
    r"term_question|small_talk)\b|\"(?:question|answer|outcome)\"\s*:"
    r"|\b(?:my|the|these|those) (?:system )?(?:prompt|instructions?) (?:says?|tells?|reads?)\b"
    r"|\b(?:system prompt|json object|as an ai\b|as a language model|language model trained by|"
    r"i(?:'| a)m an ai|i was (?:told|instructed|asked) to)"
    r"|시스템 ?(?:프롬프트|메시지)(?:는|에는|에|가|:)|(?:내|나의|제|저의)? ?지시 ?사항(?:은|에는"
    r"|에 따르면|:)"
    r"|(?:AI|인공지능) ?(?:언어 ?모델|어시스턴트|비서)(?:로서|이므로|이라서|라서)",
    re.IGNORECASE,
)
# What other people answered is theirs.
_OTHERS = re.compile(
    r"\b(?:another|other|previous|different|earlier) (?:user|candidate|person|participant"
    r"|interviewee)s?\b"
    r"|\b(?:somebody|someone) else (?:I|we|who|said|told|answered)"
    r"|(?:다른|이전|앞선) (?:사용자|지원자|참가자|면접자|응시자)|(?:다른|이전) (?:사람"
    r"|분)[이은]? ?(?:말하|답하|대답|말했|답했)",
    re.IGNORECASE,
)
# A run of so many letters of the instruction is no chance.
_RUN = 28


def leaks(turn: SpokenTurn, text: str) -> Iterator[str]:
    """Yield what an utterance gives away."""
    if _MENTION.search(text):
        yield "mentions somebody"
    if _ADDRESS.search(text):
        yield "holds an address"
    if _OTHERS.search(text):
        yield "speaks of somebody else"
    if _INNER.search(text) or any(token in text for token in SPECIAL_TOKENS):
        yield "speaks of the prompt"
    elif _shares_a_run(_letters(text), _letters(_instruction(turn))):
        yield "recites the prompt"


def _instruction(turn: SpokenTurn) -> str:
    return messages(turn)[0]["content"]


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _shares_a_run(text: str, instruction: str) -> bool:
    starts = range(max(0, len(text) - _RUN + 1))
    return any(text[start : start + _RUN] in instruction for start in starts)
