"""The words in which people wish something of the interview, as patterns of whole messages.

Korean is written here without spaces. Around the words may stand what changes nothing: "나 이제 …",
"… please".
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum


class Wish(StrEnum):
    """What somebody wishes of the interview."""

    STOP = "stop"
    ANEW = "anew"
    PAUSE = "pause"
    WAIT = "wait"
    THANKS = "thanks"
    REPORT = "report"
    REVIEW = "review"
    COUNT = "count"
    RIGHT = "right"
    WHY = "why"
    DISAGREE = "disagree"
    HELP = "help"
    KOREAN = "korean"
    ENGLISH = "english"
    PRIVACY = "privacy"
    POLITE = "polite"
    CASUAL = "casual"


# The syllables that endings are made of. No noun is: "남은데" ends, "남은데이터" goes on.
_END = "[아어야여해요다네지죠니습까나냐데거걸게었았음고이예에은는가서을]*"
_PLEASE = "(?:줘|주라|주세요|주실래|주실래요|달라고)?요?"


def _verb(stem: str, future: str, infinitive: str, formal: str) -> str:
    """Return a pattern of the forms in which a Korean verb says what somebody wants to do."""
    return (
        f"(?:{stem}(?:자|죠|지|고싶{_END}|겠{_END}|면안?[돼되될]{_END})|{future}[게께래까]|"
        f"{infinitive}(?:도[돼되될]{_END}|{_PLEASE})|{formal}시다)요?"
    )


_DO = _verb("하", "할", "해", "합")
_STOPPED = "(?:그만|종료|중단|마무리|스톱|스탑|여기까지만?)"
_AFRESH = "(?:처음부터|(?:처음부터)?다시시작|새로시작|재시작|리셋)"
_TELL = (
    f"(?:{_DO}|(?:말|진행|얘기|질문|대답)?해(?:도돼)?{_PLEASE}|바꿔{_PLEASE}|물어봐{_PLEASE}|"
    f"부탁{_END}|부탁드려요|부탁합니다)"
)
_SPEAK = f"(?:로|을|를)?좀?(?:해|말해|써|바꿔|부탁해|쓰|쓰면)?(?:도돼|안돼)?{_PLEASE}"

_KOREAN_BEFORE = (
    "(?:나는|난|나|저는|전|저|이제|인제|오늘은|오늘|여기서|이쯤에서|이쯤|일단|그냥|(?:면접|인터뷰)[은을이]?|"
    "좀|음+|아+|네|응|그럼|그러면|우리|슬슬|미안해?(?:요|한데|하지만)?|죄송(?:해요|한데|하지만|합니다)?|"
    "오로라야?|진짜|너무|더이상|더는|더|힘들어서?|힘들다|피곤해서?|바빠서|잠깐|잠시|조금|근데|아니)*"
)
_KOREAN_AFTER = (
    f"(?:고마[워웠]{_END}|감사{_END}|감사합니다|수고했?{_END}|미안{_END}|죄송합니다|안녕)*"
)
_KOREAN = {
    Wish.STOP: (
        f"그만이?요?|끝(?:이야|이요|낼)?|종료|스톱|스탑|여기까지만?요?|하기싫{_END}|{_STOPPED}{_DO}|"
        + "|".join(
            (
                _verb("그만두", "그만둘", "그만둬", "그만둡"),
                _verb("관두", "관둘", "관둬", "관둡"),
                _verb("끝내", "끝낼", "끝내", "끝냅"),
                _verb("마치", "마칠", "마쳐", "마칩"),
            )
        )
    ),
    Wish.ANEW: f"처음부터다시|{_AFRESH}{_DO}|처음부터다시{_DO}|{_AFRESH}",
    Wish.PAUSE: (
        f"일시정지|휴식|쉬었다(?:가자|가요|{_DO})|{_verb('쉬', '쉴', '쉬어', '쉽')}|"
        f"(?:나중에|이따가?|내일|다음에)(?:다시|이어서|마저|또)?(?:{_DO}|올게요?|봐요?|보자|봬요)|"
        "(?:갔다|다녀|금방|곧|마시고)올게요?|화장실(?:좀|(?:갔다|다녀)올게요?)?|"
        f"(?:이만)?(?:가볼게|나?갈[게께래]|가야(?:돼|해|겠{_END}|될것같{_END}|할것같{_END}))요?|"
        "바이(?:바이)?|잘있어요?|안녕히계세요|또(?:봐요?|보자|올게요?)"
    ),
    Wish.WAIT: (
        f"(?:잠깐|잠시)만?(?:기다려{_PLEASE})?요?|기다려봐?{_PLEASE}|ㄱㄷ|ㄱㄷㄱㄷ|"
        "(?:그거|그게|이거|이게|이름이)?뭐(?:였)?(?:더라|지)(?:그)?(?:있잖아)?|"
        "음+|흠+|어어+음*|어음+|"
        "생각(?:좀)?(?:중|중이야|중이에요|중입니다|할게요?|해볼게요?|하고있어요?)|"
        f"(?:생각할)?시간[을이]?(?:좀|조금)?더?(?:필요{_END}|줘요?|주라|주세요)"
    ),
    Wish.THANKS: (
        "고마[워웡]요?|고맙(?:다|네|네요|습니다)|감사(?:해요?|합니다|드려요|드립니다|요)?|땡큐|ㄱㅅ|ㄱㅅㄱㅅ|ㄳ"
    ),
    Wish.REPORT: (
        "(?:내|제|지금|현재|지금까지)*(?:점수|성적|결과|보고서|리포트)[가는은를을좀]?"
        f"(?:몇점{_END}|어때|어떻게[돼되]{_END}|뭐{_END}|(?:보여|알려){_PLEASE}|볼[래게]|보고싶{_END}|"
        f"볼수있{_END}|언제(?:나와|나오{_END}|알려줘|볼수있{_END}))요?|보고서|리포트|(?:지금)?몇점{_END}"
    ),
    Wish.REVIEW: f"(?:놓친거|틀린거)?[를을]?복습(?:시작)?(?:{_DO})?요?",
    Wish.COUNT: (
        "(?:앞으로|지금)?(?:질문|문제)?[이은는가]?(?:총|전부)?(?:몇|얼마나)(?:개|문제|질문|문항)?[나더]*"
        f"(?:남았{_END}|남은거{_END}|있{_END}|해야{_END})|언제끝{_END}"
    ),
    Wish.RIGHT: (
        "(?:이거|이게|그거|그게|내답|제답|방금(?:그거?|거)?)*[이은]?"
        f"(?:맞[아나]|맞았{_END}|맞은거{_END}|정답[이인]{_END})요?"
    ),
    Wish.WHY: (
        "(?:이게|그게|이건|그건|내답이|제답이|방금(?:그거?|거)?)*(?:왜|뭐가|어디가)"
        f"(?:틀렸{_END}|틀린{_END}|오답{_END}|잘못됐{_END}|부족해|아닌{_END})요?"
    ),
    Wish.DISAGREE: (
        f"(?:판정에|채점에)?이의[가를]?(?:있{_END}|있습니다|제기{_END})|동의(?:못해|안해|할수없{_END})요?|"
        "(?:아까|방금)?(?:그거|그게|이거|이게|내말|내답|내답이|내말이|제답|제답이|제말이|그말이?)?"
        "맞(?:는데|는말인데|는말이잖아|는말아니{0}|게말했는데|잖아)요?|억울해요?|"
        "(?:내가|제가|나는|나|난|저는|저|분명히|분명|아까|방금|다)*+(?:맞게|제대로|똑바로)"
        "(?:말|답|대답|얘기|설명)?했(?:잖아|는데|거든|다니까|다고)요?|"
        "(?:내가|제가|그거|그게|내답이|내말이)?맞(?:다니까|다구|거든|잖아)요?|"
        "(?:판정|채점)[이은]?(?:이상{0}|잘못{0}|잘못됐{0}|틀렸{0}|틀린{0})".format(_END)
    ),
    Wish.HELP: f"도움말|명령어|사용법|(?:이거)?어떻게(?:하는|쓰는)거{_END}",
    Wish.PRIVACY: (
        "개인정보는?요?|(?:내|제)?(?:답|답변|대답|말|대화|이거)?[은이가]?(?:어디에?)?"
        f"(?:저장|녹음|기록)(?:도)?[돼되하해]{_END}"
    ),
    Wish.KOREAN: f"(?:한국어|한국말|한글)로{_TELL}요?",
    Wish.ENGLISH: f"영어로{_TELL}요?",
    Wish.POLITE: (
        f"(?:존댓말|존대말|존대){_SPEAK}|반말[은을좀]?(?:하지마|쓰지마|싫어)(?:세요|요)?"
    ),
    Wish.CASUAL: (
        f"반말{_SPEAK}|말[을좀]?(?:편하게|편히)(?:해|하세요){_PLEASE}|말놓(?:아|으세요|자)요?"
    ),
}

_A_MOMENT = "(?:a|one) (?:sec|second|min|minute|moment)"
_SAY_IT = "(?:(?:do this |do it |speak |talk |switch |continue |go on |ask me )?(?:in |to )|speak )"
_AROUND_IT = (
    "(?: (?:it|this|that|here|now|there|today|for|the|interview|session|and|leave|go|home))*"
)
_ENGLISH_BEFORE = (
    "(?:(?:ok|okay|so|well|hey|oh|no|sorry|please|aurora|um+|uh+|actually|honestly|now|just|but|"
    "i think|i guess|we|i|can|could|may|should|shall|let me|lets|let us|id|would|like to|love to|"
    "want to|wanna|need to|have to|ill|im going to|im gonna|you) )*"
)
_ENGLISH_AFTER = "(?: (?:please|pls|plz|thanks|thank you|sorry|ok|now|aurora|bye))*"
_ENGLISH = {
    Wish.STOP: (
        f"(?:stop|quit|exit|end|finish){_AROUND_IT}|im done(?: (?:for|today|now|here|with|this))*|"
        "thats (?:it|all|enough) for (?:today|now)|enough(?: for (?:today|now)| already)?|"
        "wrap (?:it|this|things) up|call it (?:a day|a night|quits)|no more(?: questions)?|"
        "(?:i )?dont (?:want to|wanna) (?:continue|go on|do this|carry on)"
        "(?: (?:anymore|any more|any longer))?|(?:want to|wanna|can i|may i) leave"
    ),
    Wish.ANEW: (
        "(?:start|begin) (?:over|again|anew|afresh|from (?:the )?(?:beginning|start|scratch))|"
        "restart"
    ),
    Wish.PAUSE: (
        "pause(?: (?:it|this|the interview))?|"
        "(?:take |have |need )?(?:a |another )?(?:short |quick |little )?break|"
        "brb|be right back|be back (?:soon|later|in (?:a bit|a minute|a sec))|gtg|g2g|ttyl|afk|"
        "bye(?: bye)?|goodbye|(?:see|talk to) (?:you|ya)(?: (?:later|tomorrow|soon))?|"
        "(?:maybe )?later|not now|another (?:time|day)|"
        "(?:do|finish|continue|come back to|come back|carry on)(?: (?:it|this|that))? "
        "(?:later|tomorrow|another (?:time|day))|(?:got to|gotta|need to|have to|must) "
        "(?:go|run|leave)"
    ),
    Wish.WAIT: (
        f"wait(?: {_A_MOMENT})?|(?:hold|hang) on(?: {_A_MOMENT})?|(?:give me )?{_A_MOMENT}|"
        "(?:still |im |im still )?think(?:ing)?(?: (?:about|of) (?:it|this|that))?"
        f"(?: for {_A_MOMENT})?|"
        "(?:need |give me )?(?:some|more|a bit of)(?: more)? time|h+m+|u+m+|u+h+|er+m*|"
        "what was it(?: called)?(?: again)?|(?:its )?on the tip of my tongue"
    ),
    Wish.THANKS: (
        "(?:many )?thank(?:s| you)(?: (?:a lot|a million|so much|very much))?|thx|ty|tysm|cheers"
    ),
    Wish.REPORT: (
        "(?:(?:see|show|view|give)(?: me)? |whats |what is )(?:the |my )?"
        "(?:report|scores?|results?|grade)(?: so far)?|(?:my |the )?(?:report|results)|"
        "how (?:am i doing|did i do)(?: so far)?"
    ),
    Wish.REVIEW: "(?:start the )?review(?: (?:it|them|what i missed|my mistakes))?",
    Wish.COUNT: (
        "how many(?: more)?(?: questions?)?(?: are)?(?: there)?"
        "(?: (?:left|more|to go|remaining|in total))?|how long (?:is|will) (?:this|it)(?: take)?|"
        "when (?:is|will) (?:this|it) (?:over|be over|end)"
    ),
    Wish.RIGHT: (
        "(?:was|am|is) (?:i|that|it|this) (?:right|correct)|did i get (?:it|that|this) right"
    ),
    Wish.WHY: (
        "(?:why|how) (?:is|was|isnt|wasnt) (?:that|this|it|my answer) (?:not )?"
        "(?:wrong|right|incorrect|correct)|whats wrong with (?:that|it|my answer)|why wrong|"
        "what did i (?:miss|get wrong|say wrong)"
    ),
    Wish.DISAGREE: (
        "(?:strongly |totally )?(?:disagree|object)(?: with (?:that|this|you|the verdict))?|"
        "objection|"
        "(?:youre|you are) wrong|(?:i was|im|i am) (?:right|correct)|"
        "i (?:said|answered)(?: it)? (?:right|correctly)|"
        "but (?:that was|that is|thats|it was|it is|its) (?:right|correct)|"
        "my answer (?:is|was) (?:right|correct|fine)|thats what i said"
    ),
    Wish.HELP: (
        "help|commands|how (?:does|do) (?:this|it|i|you) (?:work|use this|use it)|"
        "what (?:can|do) i (?:do|say|type)(?: here)?"
    ),
    Wish.PRIVACY: (
        "privacy|(?:do|will|are) you (?:store|save|keep|record|storing|saving|recording) "
        "(?:my (?:answers|data|messages)|this|anything|everything|what i (?:say|type|write))"
    ),
    Wish.KOREAN: f"{_SAY_IT}korean|korean please",
    Wish.ENGLISH: f"{_SAY_IT}english|english please",
}


def korean_wishes() -> Iterator[tuple[Wish, str]]:
    """Yield each wish with a pattern of the Korean messages that wish it, without their spaces."""
    for wish, words in _KOREAN.items():
        yield wish, f"{_KOREAN_BEFORE}(?:{words}){_KOREAN_AFTER}"


def english_wishes() -> Iterator[tuple[Wish, str]]:
    """Yield each wish with a pattern of the English messages that wish it, in small letters."""
    for wish, words in _ENGLISH.items():
        yield wish, f"{_ENGLISH_BEFORE}(?:{words}){_ENGLISH_AFTER}"
