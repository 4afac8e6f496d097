"""The words of what is not an answer, as patterns for normalised messages.

Korean and English stand together because people mix them. `PATTERNS` must match the whole message:
"잘 모르겠어" is a don't-know, while "잘 모르겠지만 오차의 제곱이야" is an answer. Repeated items
are atomic groups, so that no message can make matching slow.
"""

from __future__ import annotations

import re

from engine.contract import Intent

# Nothing but a question mark, or one after a word that asks for no more, as it was typed.
PUZZLED = re.compile(
    r"[\s.…]*+(?:(?:네|예|엥|에|응|뭐|huh|eh|what|sorry|pardon)\s*+)?[?？][\s.…!?？]*+",
    re.IGNORECASE,
)
# What may stand before initials and says nothing: "아 ㅁㄹ".
SIGHED = re.compile(
    r"(?:(?:아+|어+|음+|흠+|하+|헐|앗|엥|걍|그냥|진짜|근데|솔직히|이건|u+m+|u+h+)\s*)*"
)

# Words that may stand around a request without changing what it is.
_AROUND = (
    # Atomic groups take the first that fits: longer words stand before their beginnings.
    r"(?:아예|아직|전혀|음|어|아|흠|글쎄\w*+|그냥|진짜|정말|솔직히|사실|일단|이건|그건|이거|그거|저기|"
    r"오로라야?|로라야?|미안(?:해\w*+)?|죄송\w*+|근데|나는?|난|저는?|전|잘|하나도|지금|도저히|좀|그|이|"
    r"(?:u+m+|u+h+|h+m+|well|sorry|honestly|actually|ok(?:ay)?|please|aurora|hey|so|oh|really|"
    r"just|i|im|to be honest|right now|at all)\b)"
)
_SIGH = r"(?>(?:u+m+|u+h+|u+gh+|h+m+|oh|oof|wow|well|sorry|honestly|ok(?:ay)?|man|hey|aurora)\s+)*"
_WRITTEN: tuple[tuple[Intent, str], ...] = (
    (
        # To turn a hint down is no answer either, and above all no request for one.
        Intent.SMALL_TALK,
        rf"(?>아직\s*|이제\s*|{_AROUND}\s*)*힌트\s*(?:같은\s*거|따위)?\s*(?:는|은|가|도|까지는|까진|따윈)?\s*"
        r"(?>(?:아직|이제|더|전혀|별로|진짜)\s*)*(?:필요\s*(?:는|도)?\s*없\w*|안\s*필요\w*|됐\w*|괜찮\w*|"
        r"사양\w*|안\s*(?:줘도|주셔도|볼|받을)\s*\w*|없이\s*(?:해\s*볼|할|갈)\w*|없어도\s*[돼되될괜]\w*|"
        r"말고|주지\s*마\w*|싫\w*)(?>\s*(?:요|고마워\w*|감사\w*|해\s*볼게\w*|내가|제가|혼자|스스로|생각해\w*))*",
    ),
    (
        Intent.SMALL_TALK,
        rf"(?>{_AROUND}\s*)*(?>(?:no|not|without|never|dont|do|doesnt|wont|need|needed|want|give|me|"
        r"any|more|a|the|another|for|now|yet|thanks|thank|you|please|i|ill|try|will)\s+)*"
        r"hints?(?>\s+(?:needed|necessary|required|please|pls|thanks|thank|you|"
        r"for|now|yet|this|time|one|today|i|ill|try|it|on|my|own))*",
    ),
    (
        Intent.HINT,
        rf"(?!.*(?:없고|말고|됐고))(?>{_AROUND}\s*)*(?>작은\s*|하나만\s*|살짝\s*|조금만\s*)*힌트\s*(?:만|를|가|라도|는|도)?\s*"
        r"(?>(?:하나|한\s*개|더|좀|조금|살짝|제발|또|다음|하나만|부탁|필요|없|있|줄|줘|주|주라|달라|ㄱ)\w*\s*)*",
    ),
    (
        Intent.HINT,
        rf"(?>{_AROUND}\s*)*(?:(?:can|could|may|would)\s+(?:i|you|we)\s+|id\s+like\s+|i\s+need\s+|"
        r"i\s+want\s+|give\s+me\s+|gimme\s+|get\s+|have\s+|give\s+|any\s+|a\s+|an\s+|one\s+|"
        r"another\s+|small\s+|little\s+|tiny\s+|some\s+|do\s+you\s+|got\s+|me\s+|the\s+|next\s+)*"
        r"(?:hints?|clues?)(?:\s+(?:please|pls|plz|maybe|for me|for this|for this one|now))*",
    ),
    (
        Intent.SKIP,
        rf"(?>{_AROUND}\s*)*(?>(?:이번|이거|이건|이|그|요|이거|질문|문제|거|건|것|은|는|을|를|다음|우리|일단|이건)\s*)*"
        r"(?:패스\w*|스킵\w*|pass\w*|건너\s*[뛰뛸뛴띄띌]\w*|넘어\s*[가갈간갑]\w*|넘기\w*|넘겨\w*|넘길\w*|"
        r"다음\s*(?:질문|문제|거|걸로|것|주제)?\s*(?:으로|로)?\s*(?:[가갈]\w*|넘어\w*|줘|주세요|부탁\w*|하자|ㄱㄱ)?)"
        r"(?>\s*(?:할게\w*|할래\w*|하자|하고\s*싶\w*|해줘|해\s*주\w*|해도\s*돼\w*|될까\w*|줘|갈게\w*|가자|"
        r"주세요|요|되\w*|돼\w*|합시다|하겠\w*|부탁\w*))*",
    ),
    (
        Intent.SKIP,
        rf"(?>{_AROUND}\s*)*(?:(?:can|could|may|shall|let)\s+(?:i|we|us|you)\s+|lets\s+|"
        r"id\s+(?:like|rather)\s+(?:to\s+)?|i\s+want\s+to\s+|ill\s+|we\s+can\s+|can\s+)*"
        r"(?:skip|pass|move\s+on|next)(?:\s+(?:this|that|it|one|question|the|to|on|over|topic|for|"
        r"now|please|pls|next|ahead))*",
    ),
    (
        Intent.SKIP,
        rf"(?>{_AROUND}\s*)*(?:lets\s+|can\s+we\s+|can\s+i\s+|id\s+like\s+to\s+)?"
        r"(?:skip|pass\s+on)\s+(?:the|this|that)\s+(?:\w+\s+){1,3}(?:one|question|topic|please|pls)"
        r"(?:\s+(?:please|pls|too))*",
    ),
    (
        Intent.SKIP,
        r"moving\s+on|on\s+to\s+the\s+next(?:\s+(?:one|question))?|다른\s*질문\s*(?:해\s*줘|주세요|하자)?",
    ),
    (
        Intent.REPEAT,
        rf"(?>{_AROUND}\s*)*(?>(?:질문|문제|방금|아까|뭐라고|못\s*들었\w*|뭐라\w*|이해\s*못\s*했\w*)\s*)*"
        r"(?:(?:질문|문제|그거|방금|아까)\s*(?:을|를|이|가|은|는|거)?\s*)?"
        r"(?:(?:한\s*번\s*(?:만\s*)?(?:더\s*)?)?다시\s*(?:한\s*번\s*(?:만|더)?\s*)?"
        # "다시 말하면", "다시 말해서" open another wording of an answer.
        r"(?:말|질문|얘기|이야기|읽|들려|물어|알려)(?!\w*(?:(?:하|드리)자?면|해서|하지만|하건대)(?:\s|$))"
        r"\w*(?:\s*(?:줘|주|줄|줬|달라|봐|볼|부탁|가능|될|되|돼|해|하|헤|한|좀|요|조|죠|쥬|플)\w*)?"
        r"|또\s*(?:말|물어|질문)\s*(?:해|봐)?\s*(?:줘|주|줄)\w*"
        r"|(?:질문|문제)\s*(?:이|가)?\s*(?:뭐|뭔|무엇)\w*(?:\s*(?:였|더라|지)\w*)?"
        r"|뭐라고\s*(?:했|하셨|물었|한)\w*|뭐라고)",
    ),
    (
        Intent.REPEAT,
        rf"(?>{_AROUND}\s*)*(?:(?:can|could|would)\s+you\s+|what\s+was\s+|whats\s+)?"
        r"(?:repeat|say|ask|read|the\s+question)(?:\s+(?:that|it|the|question|again|please|once|"
        r"more|one|time|me|to|last|part|out))*",
    ),
    (
        Intent.REPEAT,
        r"다시|한\s*번\s*더|한\s*번만\s*더|리핏|(?:질문|문제)\s*(?:다시|한\s*번\s*더)\s*\S*|pardon(?:\s+me)?|"
        r"come\s+again|once\s+more(?:\s+please)?|one\s+more\s+time(?:\s+please)?|"
        r"(?:the\s+)?question\s+again(?:\s+(?:please|pls))?|"
        r"what\s+did\s+you\s+(?:say|ask)(?:\s+me)?|sorry\s+i\s+missed\s+that|"
        r"(?:sorry\s+)?what\s+was\s+(?:the|that|your)\s+question(?:\s+again)?|"
        r"i\s+forgot\s+(?:the|your)\s+question",
    ),
    (
        Intent.DONT_KNOW,
        rf"(?>{_AROUND}\s*)*(?>답(?:을|은|이)?\s*|뭔지\s*|무슨\s*말인지\s*|어떻게\s*\w+\s*지?\s*|하나도\s*)*"
        r"(?:모르겠\w*|모르는\w*|모름|모릅니다|몰라\w*|모르\w{0,4}|모루[겟겠게것]\w*|몰르\w{0,4}|몰[겠겟것]\w*|몰랑\w*|"
        r"몰루|금시초문\w*|"
        r"(?:기억|생각)\s*(?:이|은|도)?\s*(?:안|잘\s*안|전혀\s*안)\s*(?:나|남|납|떠)\w*|까먹\w*|잊어\s*버\w*|"
        r"포기\w*|감(?:이|도)\s*안\s*(?:와|잡)\w*|배운\s*적\s*(?:이)?\s*없\w*|처음\s*들\w*|노\s*아이디어)"
        r"(?>\s*(?:어|요|는데\w*|걸|네|용|여|당|ㅜ|진짜|정말|미안\w*|죄송\w*|이건|그건|이거|알려\w*|줘|"
        r"하나도|전혀|솔직히|답|나|전|저|이|질문|은|문제|는|이걸|패스))*",
    ),
    (
        Intent.DONT_KNOW,
        # Recall alone is a metric, and an answer: "dunno, recall".
        r"(?>(?:(?:dont|cant|can\s*not|couldnt|do\s+not)\s+(?:really\s+|even\s+)?recall|"
        r"dont|do|cant|can|cannot|couldnt|didnt|have|havent|ive|got|no|never|not|idk|dunno|a|"
        r"the|any|sure|even|im|am|drawing|blank|clue|idea|know|knows|remember|say|tell|"
        r"heard|learned|this|that|it|one|of|i|what|is|about|answer|how|to|here|forgot|forgotten|"
        r"stumped|lost|my|mind|went|gone|has|on|and|sorry|beats|me|off|top|head|really|honestly|"
        r"well|u+m+|u+h+|h+m+|to be honest|just|actually|oh|ok|so|apologies|wouldnt|isnt|coming|"
        r"nothing|comes|anything|one|answering|possibly)\b\s*)+",
    ),
    (
        Intent.DONT_KNOW,
        rf"(?>{_AROUND}\s*)*(?:(?:대?답|답변)\s*(?:을|은|이|도)?\s*(?:잘\s*)?(?:못\s*(?:하|드리)[겠겟]\w*|"
        r"(?:할|드릴)\s*수\s*(?:가\s*)?없\w*|(?:하|드리)기\s*(?:가\s*)?어렵\w*|불가\w*)|설명\s*(?:을|은)?\s*못\s*하[겠겟]\w*)"
        r"(?>\s*(?:죄송\w*|미안\w*))*",
    ),
    (
        # Too hard for somebody; of a task, it would be said what is hard.
        Intent.DONT_KNOW,
        rf"(?>(?:너무너무|너무|넘|되게|꽤|많이|완전|엄청|무지|(?:나|저)한(?:테는?|텐)|(?:제|내)(?:게는?|겐)|"
        rf"문제|질문|내용|난이도|왜|이렇게|와|헐|으|가|는|{_AROUND})\s*)*(?:어렵(?!지)\w*|어려(?:워(?!지|져|진|질)\w*|운데\w*))"
        r"(?>\s*(?:너무|진짜|정말|나한테|저한테|답|대답|못\s*하[겠겟]\w*|못\s*풀[겠겟]\w*|모르겠\w*|죄송\w*|미안\w*))*",
    ),
    (
        Intent.DONT_KNOW,
        rf"{_SIGH}(?:(?:this|that|it)(?:\s+(?:one|question))?s?\s+(?:is\s+|was\s+)?|thats\s+|its\s+)?"
        r"(?>(?:just|simply|way|far|much|bit|a|little|honestly)\s+)*(?:too|so|really|very|super|pretty|quite)\s+"
        r"(?:hard|difficult|tough|tricky)(?>\s+(?:a|one|question|for|me|my|level|beginner|sorry|tbh))*",
    ),
    (
        Intent.DONT_KNOW,
        rf"{_SIGH}(?:(?:this|that|it)(?:\s+(?:one|question))?s?\s+|thats\s+|its\s+|im\s+)?"
        r"(?>(?:is|was|went|goes|flew|flies|just|well|way|far|right|straight|completely|totally|bit|a|little)\s+)*"
        r"(?:over|above|beyond|out\s+of)\s+"
        r"(?:my\s+(?:head|level|league|depth|pay\s*grade|knowledge|understanding|skills?|abilities)|me)"
        r"(?>\s+(?:sorry|tbh|honestly|im|afraid))*",
    ),
    (
        # "멀티 레이블은 잘 모르겠어": a topic of at most three words, and nothing said about it.
        Intent.DONT_KNOW,
        r"(?!.*(?:물어|질문|무슨|뜻|묻는|아이돌|그것도|너도|뭐예요|뭐야|뭔가요|뭐죠))"
        rf"(?>{_AROUND}\s*)*(?:\S+\s+){{0,2}}\S*?"
        r"(?:은|는|이|가|을|를|도|뭔지|뭐였는지|차이|차이점|개념|식)\s*"
        r"(?>(?:잘|진짜|정말|전혀|하나도|아예|솔직히|아직|뭔지|도무지|1도)\s*)*"
        r"(?:모르겠\w*|모릅니다|모름|몰라\w*|기억\s*안\s*나\w*|기억이\s*안\s*나\w*|까먹었\w*)",
    ),
    (
        Intent.DONT_KNOW,
        rf"(?>{_AROUND}\s*)*(?:i\s+)?(?>(?:really|honestly|still|just|actually)\s+)*"
        r"(?:dont\s+(?:really\s+|even\s+)?know|have\s+no\s+idea|no\s+(?:idea|clue)|"
        r"cant\s+(?:remember|recall|say|tell)|never\s+(?:heard|learned)|forgot|"
        r"couldnt\s+(?:say|tell\s+you|name))\s+"
        r"(?:what|how|why|which|about|of|the\s+difference|a\s+single|any)"
        r"(?:\s+(?!(?:but|so|though|maybe|because|you|mean|question)\b)\w+){0,7}",
    ),
    (
        Intent.TERM_QUESTION,
        # Who asks for the interviewer's name, age or dream chats.
        r"(?!(?:너는?|넌|네|니|당신은?|오로라\w?)?\s*(?:이름|나이|꿈|취미|성별|직업|정체)[이가은는]?\s*(?:뭐|뭔|무엇))"
        r".{0,60}?(?:무슨\s*(?:뜻|말|의미|소리)|뭔\s*(?:뜻|말|소리)|뜻이\s*(?:뭐|뭔|무엇)|의미가\s*(?:뭐|뭔|무엇)|"
        r"(?<!질문)(?<!문제)(?<!지금 꺼)(?<!지금 거)"
        r"(?:이|가|는|은|란|라는\s*게|이라는\s*게|라는\s*건|란\s*게|이란\s*게|게|건)\s*"
        r"(?:뭐야|뭐예요|뭐에요|뭐죠|뭔데|뭐임|뭔가요|뭐지|뭡니까|무엇인가요|무엇이죠))"
        r"(?>\s*(?:이야|인가요|이에요|예요|죠|인데|인지|야|요|지|에요|이지|입니까|이냐|냐|인가|알려\w*|"
        r"설명\w*|궁금\w*|모르겠\w*|줘|주세요|해\s*\w*))*",
    ),
    (
        Intent.TERM_QUESTION,
        rf"(?>{_AROUND}\s*|wait\s+|hold\s+on\s+|but\s+|and\s+)*(?:whats|what\s+is|what\s+are)\s+"
        r"(?:a\s+|an\s+)?(?!(?:the|this|that|it|wrong|next|left|your|my|up|new|going)\b)\w+(?:\s+\w+){0,2}",
    ),
    (
        Intent.TERM_QUESTION,
        r"\S+(?:\s+\S+)?\s*(?:이|가|은|는|란|게)?\s*(?:무슨|뭐의|뭔)\s*(?:약자|줄임말)\s*\S*",
    ),
    (
        Intent.TERM_QUESTION,
        r"\S+(?:\s+\S+){0,4}(?:이|가|은|는|란|건|게)\s*(?:건\s*|게\s*)?(?:정확히\s*)?(?:뭘|뭐를|무엇을|무얼)\s*"
        r"(?:말하|말씀하|뜻하|의미하|가리키)\w*(?:\s*(?:거|건|것|겁)\w*)?",
    ),
    (
        # 인가요 asks; "같은 말이에요" may tell.
        Intent.TERM_QUESTION,
        r"\S+(?:\s+\S+){0,3}(?:랑|하고|과|와)\s*\S+(?:\s+\S+)?\s*(?:같은|다른)\s*(?:말|뜻|의미|용어|단어)\s*(?:인가\w*|입니까)|"
        r"\S+(?:\s+\S+){0,3}(?:랑|하고|과|와)\s*(?:같은|다른)\s*(?:말|뜻|의미|용어|단어)\s*(?:인가\w*|입니까)",
    ),
    (
        Intent.TERM_QUESTION,
        rf"(?>{_AROUND}\s*|wait\s+|but\s+)*(?:(?:what|whats)\s+(?:does|do|did|is|are|s)\s+.{{1,50}}?\s*mean"
        r"(?:\s+(?:by|here|exactly|again))*|(?:can|could|would)\s+you\s+(?:explain|define)\s+"
        r"(?:the\s+(?:word|term)|what\s+.{1,40}?\s+(?:is|are|means?))\s*.{0,30}|"
        r"what\s+do\s+you\s+mean.{0,40}|(?:whats|what\s+is)\s+the\s+(?:meaning|definition)\s+of\s+.{1,40})",
    ),
)
PATTERNS = tuple((intent, re.compile(pattern, re.IGNORECASE)) for intent, pattern in _WRITTEN)
# What an English refusal of a hint must contain.
_REFUSAL = re.compile(r"힌트|\b(?:no|not|without|never|dont|doesnt|wont)\b")
# What a Korean or English don't-know must contain; the pattern for it is made of filler words.
_DONT_KNOW_CORE = re.compile(
    r"모르|모름|모루|몰|기억|생각|까먹|잊어|포기|감이|감도|배운|처음|노\s*아이디어|금시초문|답|설명|어렵|어려"
    r"|(?:dont|do not|cant|cannot|can not)\s+(?:really\s+|even\s+|honestly\s+)?"
    r"(?:know|remember|recall|say|tell)"
    r"|idk|dunno|no\s+(?:idea|clue)|not\s+(?:a\s+clue|sure)|stumped|beats\s+me|forgot|blank|lost|"
    r"never\s+(?:heard|learned)|havent\s+(?:heard|learned)|didnt\s+learn|nothing\s+comes|"
    r"couldnt\s+(?:say|tell|name)|cant\s+remember|\b(?:hard|difficult|tough|tricky|over|above|beyond|out\s+of)\b"
)
# What must occur in a message besides, where the pattern alone would match too much.
CORES = {Intent.SMALL_TALK: _REFUSAL, Intent.DONT_KNOW: _DONT_KNOW_CORE}
# Told wherever they stand in a short message.
INSULT = re.compile(
    r"(?:바보(?!로|처럼|\s*같은\s*(?!질문|소리|말|면접)\S+[을를])|멍청(?!해[지져]|하게(?!\s*[굴묻말]))|꺼져(?!서)|닥쳐|시발|씨발|병신|개새|쓰레기(?![를가]|\s*데이터)|재수\s*없|멍텅|stupid|idiot|moron|"
    r"dumb(?!ing\b|\s+(?:it|this|that)\s+down)|shut\s+up|fuck|screw\s+you|you\s+suck|useless\s+bot|worst\s+bot|trash)",
    re.IGNORECASE,
)
# Told of whatever else is spoken of.
ADDRESSED = re.compile(
    r"\byou\s+(?:suck|(?:are\s+|re\s+)?(?:such\s+an?\s+)?(?:dumb|stupid|idiot|moron|trash))|fuck|shut\s+up|"
    r"screw\s+you|닥쳐|시발|씨발|병신|개새|^(?:너|넌|니가|네가|야)\s",
    re.IGNORECASE,
)
# Strong words about these are about the subject, not about the interviewer.
SUBJECT = re.compile(
    r"모델|예측|이상치|데이터|오차|손실|값|라벨|과적합|학습기|model|predict|outlier|data|error|loss|label|guess|"
    r"overfit|learners?\b|\b(?:rows?|samples?)\b|뉴런|노드|유닛|가중치|신경망|네트워크|특징|피처|변수|토큰|트리|"
    r"\b(?:neurons?|nodes?|units?|weights?|net(?:work)?s?|features?|tokens?|trees?)\b"
)
# Marks and words that ask, wherever they stand in a message as it was typed.
ASKS = re.compile(
    r"[?？]|뭐|뭔|뭘|무슨|무엇|무얼|(?<![나포러])머(?:야|에|예|임|죠|지)|모(?:야|에요|예요|죠)|몬(?:가|데)|"
    r"뜻|의미|약자|줄임말|설명|알려|궁금|모르|몰라|정의\s*(?:좀|부터)|풀어\s*(?:줘|주|쓰)|구분\s*좀|어느\s*쪽|"
    r"말을?\s*처음|(?:인|건|한|던|는|른)가요|(?:되|하|있|인|건)나요|(?:말|뜻|이름|용어)인가|겁니까|인지요|"
    # 아닐까요 and 않을까요 guess, 니까요 gives a reason.
    r"(?<!아닐)(?<!않을)(?<!니)까요|"
    r"\b(?:w(?:h?a|ah|u)ts?|which|how|means|meaning|stands?|explain|define|definition|short\s+for|know|"
    r"understand|remind|clarify|rephrase|expand|spell|synonyms?|same\s+word|you\s+mean|wdym|do\s+you\s+want|"
    r"(?:plain|simpler?|easier)\s+(?:words?|terms?|language|english)|is\s+(?:it|that|there)\s+(?:an?|any))\b|"
    r"^(?:is|are|does|can\s+you|could\s+you|should\s+i|shall\s+i)\b",
    re.IGNORECASE,
)
