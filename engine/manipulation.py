"""Orders to the interviewer: to credit something, to forget its rules, to show its prompt.

Only what is said to the interviewer counts. An answer may well say "the class marked as correct" or
"정답으로 하나만 고르는 문제", so a Korean order must end like one (해 줘, 주세요, 부탁) and an
English one must open its sentence. What is put more subtly is left to the model.
"""

from __future__ import annotations

import re

# One sentence at a time; English orders also open what follows a comma, where they are marked.
_SENTENCE = re.compile(r"[.!?~;:…\n]+")
_NOISE = re.compile(r"[^\w\s,]|_|[ㄱ-ㅎㅏ-ㅣ]+", re.UNICODE)
_SPACE = re.compile(r"\s+")
_APOSTROPHE = re.compile(r"['’]")

_ASK = (
    r"(?:줘(?:라|요)?|주(?:세요|라|시죠|실래요?|십시오|면\s*(?:안\s*)?[돼될되]\w*)|줄\s*(?:거지|래|수)|달라고"
    r"|부탁\w*|내놔)"
)
# 해 줘 goes on in 해 줘서, 해 줘야; 주세요 is a request wherever it stands.
_END = r"(?:(?<=세요)|(?=\s*(?:$|,|제발|알겠지|면접관|천사|오로라)))"
_DO = rf"(?:(?:해|쳐|쳐서|처리해|인정해|기록해|채점해)\s*{_ASK}|부탁\w*){_END}"
_OWN = (
    r"(?:이전|지금까지|여태|앞의|앞선|위의|너의|네|니|네가\s*받은|시스템|기존|모든)"
    r"\s*(?:의|에)?\s*(?:받은|내린|준)?\s*"
)
_KOREAN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"정답\s*(?:으로|이라고|이라|처리|인\s*걸로)\s*(?:좀\s*)?{_DO}",
        rf"맞(?:았|은|는)\s*(?:걸로|거로|것으로|다고)\s*(?:좀\s*)?(?:{_DO}|치자$)",
        # "정답에 만점을 줘" tells how a score comes about.
        rf"(?<!에\s)(?<!에게\s)(?<!에는\s)(?<!에겐\s)(?<!한테\s)(?:만점|100점|백점)\s*(?:을|를|만|좀|이나|처리)*\s*{_ASK}{_END}",
        r"(?<!에\s)(?<!에게\s)(?<!에는\s)(?<!에겐\s)(?<!한테\s)(?:점수|가산점)\s*(?:를|만|좀)*\s*"
        rf"(?:(?:올려|더)\s*)?(?:주세요|부탁\w*|내놔){_END}",
        rf"(?:^|잖아\s|점수\s*)점수\s*(?:좀\s*)?(?:(?:올려|더)\s*)?{_ASK}{_END}|점수\s*좀\s*{_ASK}{_END}",
        rf"^(?:제발\s*)?{_OWN}(?:지시|명령|규칙|프롬프트)\s*(?:사항)?(?:은|는|을|를|들을)?\s*"
        r"(?:다|전부|모두|싹)?\s*(?:무시\s*(?:해(?:\s*줘|라|주세요)?$|하고|하라(?!고|는)|하세요)|"
        r"잊(?:고|어\s*(?:줘|라)|어\s*버리(?:고|세요)))",
        r"^시스템\s*프롬프트\s*(?:을|를|좀|는|은|다|전부)*\s*(?:무시|잊어|출력|공개|보여|알려|말해|내놔)"
        r"\s*(?:해\s*)?(?:줘|주세요|주라|달라|봐|라)?$",
        r"^\w*\s*(?:관리자|개발자)\s*모드(?:로|를)?\s*(?:켜|바꿔|전환|들어가)",
    )
)
# An answer tells what happens under a condition; it orders nothing.
_CONDITION = re.compile(
    r"(?:으면|이상이면|보다\s*\w+면|넘으|크면|높으면|임계|확률|모델[이은]|예측[이을])"
    r"|\b(?:if|when|whenever|above|below|threshold|probabilit\w+|than|we|they|model|models|"
    r"classifier|label|labels|class|classes|output|outputs|argmax)\b"
)
_LEAD = (
    r"(?:(?:u+m+|u+h+|h+m+|well|hey|ok(?:ay)?|oh|aurora|please|pls|pretty|just|simply|now|so|come|on|"
    r"sudo|then|and|also|first|honestly|you|can|could|would|will|must|should|have|to|need|i|want|"
    r"really|cant)\b\s*)*"
)
_QUALIFIER = r"(?:(?:all|any|the|your|my|of|previous|prior|above|earlier|system)\s+)"
_MARK = (
    r"(?:mark|count|accept|grade)\s+(?:this|it|me|that|everything|all|my\s+\w+(?:\s+\w+)?)\s+"
    r"(?:as\s+|down\s+as\s+)?(?:fully\s+)?(?:correct|right|covered|passed)\b"
)
_OPENING = re.compile(
    rf"{_LEAD}(?:"
    rf"(?:ignore|disregard|forget|override)\s+(?=(?:\w+\s+){{0,3}}?"
    rf"(?:all|any|your|my|previous|prior|above|earlier)\b){_QUALIFIER}++"
    r"(?:instructions?|rules?|prompts?|guidelines?)\b(?!\s+(?:tokens?|words?|parts?|positions?))"
    r"|(?:ignore|reveal|show|print|leak|repeat|override|tell)\s+(?:me\s+)?(?:the\s+|your\s+)?"
    r"system\s+prompt\b(?!\s+(?:tokens?|words?|parts?|positions?))"
    r"|whats?\s+(?:is\s+)?your\s+system\s+prompt"
    r"|(?:enable|activate|enter|switch\s+to|go\s+into)\s+(?:\w+\s+)?(?:developer|admin)\s+mode"
    r"|developer\s+mode"
    r"|you\s+are\s+now\s+(?:(?:an?|my)\s+(?!step|bit|little|few|point)|free\b|no\s+longer\b)"
    r"|from\s+now\s+on\s+you\s*a?re\b)"
)
_OPENING_MARK = re.compile(rf"{_LEAD}{_MARK}")
_MARKED_CLAUSE = re.compile(rf",\s*(?:so\s+)?(?:please\s+|just\s+)+{_MARK}")
_GIVE = re.compile(
    r"(?<!to\s)(?<!will\s)(?<!would\s)(?<!does\s)(?<!not\s)\b(?:give|grant|award)\s+me\s+"
    r"(?:(?:just|the|a|all)\s+)*(?:full|maximum|max|perfect|top)\s+(?:marks?|score|points?|credit)"
)


def orders_the_interviewer(text: str) -> bool:
    """Whether a message, as it was typed, orders the interviewer to do what it must not do."""
    lowered = _APOSTROPHE.sub("", text.lower())
    conditional = _CONDITION.search(lowered) is not None
    for sentence in _SENTENCE.split(lowered):
        plain = _SPACE.sub(" ", _NOISE.sub(" ", sentence)).strip(" ,")
        if _GIVE.search(plain) or _OPENING.match(plain):
            return True
        if conditional:
            continue
        if _OPENING_MARK.match(plain) or _MARKED_CLAUSE.search(plain):
            return True
        if any(pattern.search(plain) for pattern in _KOREAN):
            return True
    return False
