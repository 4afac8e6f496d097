"""Short messages that the models misread, told by their words: what is asked of the question.

To have it explained, to be told its answer, or a word beside it. Whole messages only; Korean is
read without its spaces, which people set as they like.
"""

from __future__ import annotations

import re

from engine.contract import Intent

LONGEST = 60
"""Characters of the longest message that is read."""

# The syllables that endings are made of. No noun is.
_END = "[아어야여해요다네지죠니습까나냐데거걸게었았음고이예에은는가서감]*"
_PLEASE = f"(?:줘|주라|주세요|줄래|주실래|주시겠어|달라고){_END}"
_KOREAN = {
    Intent.TERM_QUESTION: (
        "(?:질문|문제|이게|그게|이거|그거|(?:무슨|뭔)(?:말|소리|소린)(?:인지|지)?)+[이가은는을를]?"
        f"(?:잘|전혀|도무지|하나도)*이해[가를]?(?:안[돼되가감]{_END}|못하?[하했겠]+{_END})|"
        f"(?:질문|문제)[이가은는]?(?:무슨|뭔)(?:말|소리|소린|뜻)(?:인지|지)?(?:잘|전혀)?모르겠{_END}|"
        "(?:질문|문제)?[을를]?(?:더|좀|조금|다시)*(?:쉽게|풀어서|자세히|쉬운말로)(?:말|설명|물어|얘기)?"
        f"(?:해|봐)?{_PLEASE}|(?:질문|문제)?[을를]?(?:좀|다시)?설명(?:좀)?해?{_PLEASE}"
    ),
    Intent.HINT: (
        f"(?:좀|제발|나|저)*(?:도와(?!\\w*(?:줘서|줘야)){_PLEASE}|살려{_PLEASE}|도움(?:이|좀)*필요{_END}|"
        f"(?:팁|단서|실마리)(?:하나|좀|만|라도)*(?:{_PLEASE}|부탁{_END})?)"
    ),
    Intent.REPEAT: f"천천히(?:다시)?(?:말|얘기|물어|읽어)(?:해|봐)?{_PLEASE}",
    Intent.DONT_KNOW: (
        f"(?:그래서|그럼|그냥|아니|빨리)*(?:정답|답)[이은을]?(?:뭐{_END}|뭔{_END}|무엇{_END}|"
        f"좀?(?:알려|말해|가르쳐|보여){_PLEASE})|"
        "(?:어|음|아|그거|그건|이거|이건)*(?:(?:이름|말|얘기)(?:은|는|만)?)?들어(?:는|만)?[봤보]"
        "(?:는데|은데|긴했는데|기는했는데|기만했는데|지만|기만했어|었는데|었지만)"
        f"(?:설명은?못하?[하했겠]+{_END})?|"
        f"(?:기억|생각)[이은도]?안나는데어[떡쩌]하?{_END}"
    ),
    Intent.SMALL_TALK: (
        "(?:너무|진짜)*(?:재미없|지루하?|심심하?)(?:어|다|네|해|고|는데|은데|군)요?|오케이|오키|파이팅|화이팅|"
        f"(?:아까|위에|방금|이미|벌써)+다?(?:말|대답|답|답변)?(?:했|썼|적었)잖?{_END}|(?:답|답변|대답)했잖?{_END}|"
        f"(?:너|넌|너는|오로라)?(?:진짜|정말|되게|참|완전)+(?:똑똑하|착하|친절하|귀엽|멋지|대단하|잘하){_END}|"
        f"(?:너|넌|너는|오로라)(?:똑똑하|착하|친절하|귀엽|멋지|대단하|최고){_END}|"
        f"(?:노래|시|농담|얘기|코드|나|저)?[를을]?(?:좀)?(?:불러|칭찬해|놀아|웃겨|위로해|응원해){_PLEASE}|"
        f"(?:너|넌|너는)(?:진짜)?(?:사람|로봇|봇|기계|ai|인공지능){_END}|"
        f"(?:하나|한개|한가지|한문장|한마디|조금)?만?(?:더|추가로|덧붙여)(?:말|얘기|설명)?해도[돼되]{_END}"
    ),
}
_IN_PLAIN_WORDS = "in (?:other|simpler|simple|plain|easier) (?:words|terms)"
_ENGLISH = {
    Intent.TERM_QUESTION: (
        "(?:i )?(?:dont|do not|didnt|cant)(?: really| quite| even)? (?:get|understand|follow) "
        "(?:the|your|this|that) question|(?:please )?(?:(?:can|could|would) you (?:please )?)?"
        "(?:rephrase|reword|clarify|simplify|explain)"
        "(?: (?:it|that|this|the question|what you mean))?"
        f"(?: (?:again|please|differently|{_IN_PLAIN_WORDS}))*|{_IN_PLAIN_WORDS}(?: please)?"
    ),
    Intent.DONT_KNOW: (
        "(?:ok |well |alright )?(?:i (?:fold|surrender|concede)|i give in|search me|idfk|"
        "(?:im )?throwing in the towel|i throw in the towel|"
        "you(?:ve)? (?:got|stumped) me(?: there)?|"
        r"beats me(?: (?:(?:dont )?ask(?: \w*one| \w*body| me| my \w+| google| smarter| else)+|"
        "you tell me|lol|man|dude))*)|"
        "(?:(?:just|please|then|ok|can you|could you) )*(?:tell|give|show) me the "
        "(?:right |correct |model )?answer(?: (?:please|then|already))*|"
        "whats the (?:right |correct )?answer(?: (?:then|please))*"
    ),
    Intent.SMALL_TALK: (
        "(?:this is |its |so |how )*boring|im bored|really|seriously|screw (?:this|it)|kk?|"
        "(?:good|nice|clever) bot|(?:youre|you are)(?: so| really| very| pretty)* "
        "(?:smart|clever|kind|funny|nice|great|cute|awesome|amazing|the best)|"
        "are you (?:an? )?(?:real |human |actual )*(?:human|person|bot|robot|ai|real)|"
        "(?:but )?i (?:already |just )?(?:said|told you|wrote|answered)"
        "(?: (?:it|that|this|so|you|already|before|above))*|see above|anything else|"
        "(?:can|may|could) i (?:add|say) (?:something|one more thing|more|one thing)"
    ),
}
_TABLES = tuple(
    (joined, tuple((intent, re.compile(words)) for intent, words in table.items()))
    for joined, table in ((False, _ENGLISH), (True, _KOREAN))
)


def intent_of_short(plain: str) -> Intent | None:
    """Return what a short message is where its words say so; None for anything else.

    Args:
        plain: the message in small letters, without punctuation (`engine.intents.normalise`).
    """
    if len(plain) > LONGEST:
        return None
    for joined, table in _TABLES:
        said = plain.replace(" ", "") if joined else plain
        for intent, words in table:
            if words.fullmatch(said):
                return intent
    return None
