"""English wordings that say of an answer that it is right or wrong."""

from __future__ import annotations

import re

from engine.stance import Claim, Wordings

_IT = (
    r"(?:that|this|it|you|your (?:answer|explanation|definition|point|idea)|they|both|all|"
    r"everything|which)"
)
_BE = r"(?:'s|’s|'re|’re| is| are| was| were|'d be)"
_VERY = (
    r"(?:\s(?:absolutely|totally|completely|quite|exactly|entirely|all|both|very|indeed|so|just|"
    r"perfectly|spot|really|also))*"
)
_THING = (
    r"(?:answer|job|work|explanation|definition|summary|description|point|example|response|"
    r"understanding|insight|observation|thinking|reasoning|recall|analogy|grasp|reply)"
)

_RIGHT = re.compile(
    rf"\b(?!that (?:are|were)\b){_IT}{_BE}{_VERY} (?:right|correct|true|accurate|perfect"
    rf"|it)\b(?! (?:direction|track|idea"
    rf"|way|area|path|that|to say|per |for |of |only))"
    r"|^(?:\W*(?:yes|yep|yeah|ok|okay|oh|wow|ah|well|haha|hey)\W+)*(?:absolutely |totally "
    r"|completely |all )?(?:correct|exactly|precisely|absolutely|perfect|perfectly|"
    r"excellent|brilliant|bingo|bravo|splendid|superb|outstanding|fantastic|amazing|wonderful"
    r"|awesome|impressive|terrific|"
    r"flawless|spot[- ]on|bang on|right on|right on (?:both|all) counts|well (?:done|said|put"
    r"|explained|answered)|you bet)(?: (?:there|indeed|again|on that|about that|on this one"
    r"|once more))?\W*$"
    r"|^(?:right|correct) answer\b|\b(?:exactly|totally|completely|absolutely|perfectly|entirely"
    r"|quite|both) (?:right|correct|true)\b"
    rf"|\b(?:great|good|nice|excellent|perfect|solid|strong|fantastic|wonderful|brilliant|clear"
    rf"|clean|lovely|awesome|impressive|thorough|complete|fine|neat|concise|accurate|textbook)"
    rf"(?:,? (?:and )?(?:clear|clean|concise|complete|short|precise|thorough))? {_THING}\b"
    r"|(?<!\ba )\bspot[- ]on\b|\bbang on\b|\bnailed\b|\b(?:well|nicely|neatly|clearly|perfectly"
    r"|beautifully"
    r"|correctly|accurately|rightly) (?:done|said|put|explained|answered|defined|described"
    r"|summari[sz]ed|stated|phrased|captured|identified|covered|told|observed|spotted|noted)"
    r"|\bgot (?:it|that|this|them|both|everything|all(?: of (?:it|them))?)(?: (?:all|exactly"
    r"|completely))? (?:right|correct)\b|\bgot it in one\b|\byou(?:(?:'|’)ve"
    r"| have)? got it(?! (?:wrong|backwards|the wrong|mixed|almost|half))\b|\bhit the nail\b"
    r"|\bcouldn(?:'|’)t (?:have said|have put|agree|say (?:it )?better)|\bnothing to (?:add"
    r"|correct)"
    r"|\bfull marks (?:for|to|from)|\bmark(?:ed)? (?:it|that|your answer|this) as (?:correct"
    r"|right)"
    r"|\bcovered (?:everything|it all|both|all)|\byou (?:clearly |really |obviously |certainly "
    r"|definitely )+(?:know|understand|get|grasp)|\byou know your\b"
    r"|\b(?:a|an) (?:excellent|perfect|great|impressive|flawless|correct|spot-on)\b(?! (?:question"
    r"|attempt|try|effort|guess))|\bvery good\b|\bthat was (?:excellent|great|perfect|impressive"
    r"|brilliant)"
    r"|\bmakes (?:perfect|total|complete) sense|^(?:that|which|it|this) counts\b(?! as)"
    r"|^(?:yes )?(?:that(?:'|’)s )?(?:precisely|exactly) (?:the|what|that|how|it|so)\b"
    r"|(?<!with )\btop marks\b",
    re.IGNORECASE,
)
_AGREED = re.compile(
    r"^(?:yes|yep|yeah|yup|sure|true|right|agreed|indeed|exactly)(?=\W*$)|\bI (?:fully |totally "
    r"|completely )?agree\b|\bgood point\b|\bI(?:'|’)?m impressed",
    re.IGNORECASE,
)
_WELCOMED = re.compile(
    r"^\W*(?:oh |wow |ok |okay )?(?:(?:that(?:'|’)s|sounds) )?(?:very |really |so )?(?:great|nice"
    r"|good|cool|lovely|nicely done|love it)\W*(?:thanks|thank you)?\W*$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:all|everything|entirely|completely|totally|absolutely|100 ?%|fully)(?: (?:of it|of that"
    r"|of them|you said|in there|parts|points))*(?: is| are| was| were|,)? ?(?:correct|true"
    r"|accurate)\b|\b(?:absolutely|totally|completely|entirely|everything is|both (?:are )?"
    r"|both parts are) ?(?:right|correct)\b|^perfect$|\b(?:is|was|that(?:'|’)s) (?:a )?perfect\b"
    r"|\bperfect (?:answer|definition|explanation|summary)|\bflawless|\bnothing (?:to (?:add"
    r"|correct)|missing)|\bnailed (?:it|both|all)|\bcouldn(?:'|’)t have (?:said|put)"
    r"|\bright on (?:both|all) counts|\bcovered (?:everything|it all|both)",
    re.IGNORECASE,
)
_PARTLY = re.compile(
    r"\b(?:partly|partially|half|mostly|largely|somewhat|broadly) (?:right|correct|true|there"
    r"|accurate)|^(?:partly|partially|mostly|in part)\W*$|\bhalf of (?:it|that|this"
    r"|your answer) (?:is|was|holds)"
    r"|\b(?:first|second|other|some|one) (?:half|part|parts|bit|piece|bits)(?: of (?:it|that|this"
    r"|your answer))? (?:is|are|was|holds?|sounds|does|do)\b|\b(?:some|part|half) of (?:it|that"
    r"|this|your answer|what you said) (?:is|was|holds?)"
    r"|\bpart right\b|\b(?:some|a grain|a bit) (?:of )?truth|\byou got the [\w -]+ (?:part|half"
    r"|bit)\b",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"\b(?:almost|nearly|close)\b|\bnot (?:entirely |completely |totally )?wrong\b"
    r"|\bso far\b(?! so\b)"
    r"|\bas far as it goes\b|\bgetting (?:there|close|warm|warmer)\b|\bhead(?:ing|ed) (?:in"
    r"|the right)"
    r"|\b(?:right|good|correct|promising) (?:direction|track|idea|path|lines?|start|intuition"
    r"|instinct|thought|beginning|first step|guess)\b",
    re.IGNORECASE,
)
# "The loop is fine", "BERT is spot on": something is named.
_POINTED = re.compile(
    r"^(?!(?:and |so |well |yes |oh )*(?:that|this|it|you|your (?:answer|explanation|definition)"
    r"|they|both|everything|all|what you said|which)\b)[\w(][\w'’() /-]{1,60}(?:\b(?:is|are|was"
    r"|were|part|half|about)\b|(?:'|’)s)(?: an?)? *$",
    re.IGNORECASE,
)
_NOTQ = (
    r"(?: quite| exactly| entirely| really| completely| fully| actually| necessarily| the| a| an)*"
)
_WRONG = re.compile(
    rf"\b{_IT}{_BE}(?: (?:just|simply|actually|unfortunately|sadly|still|completely|totally"
    rf"|not quite))* (?:wrong|incorrect|mistaken|false|untrue|inaccurate)\b"
    r"(?! (?:content|positives?|negatives?|alarms?|information|claims?)\b)"
    rf"|\b(?:isn|wasn|aren|doesn)(?:'|’)t{_NOTQ} (?:right|correct|true|accurate|it|how|what"
    rf"|the case|work)\b"
    rf"|\b(?:is|are|was|be|that(?:'|’)s|it(?:'|’)s) not{_NOTQ} (?:right|correct|true|accurate|it"
    rf"|how|what I|the case|answer)\b"
    r"|^\W*(?:well|hmm+|um|oh|ah|sorry|unfortunately)?\W*(?:nope|no|wrong|incorrect|false"
    r"|mistaken)\W*$|^\W*(?:well|hmm+|um|oh|ah|sorry|unfortunately)?\W*(?:nope|wrong\b(?! (?:of"
    r"|to))|not quite|not exactly|not really|not correct|not right|not true|afraid not|I don(?:'"
    r"|’)t think so)\b"
    r"|\b(?:wrong|incorrect) (?:answer|way|direction|track|one|tree|end)\b|\bgot (?:it|that|this"
    r"|them) (?:wrong|backwards|mixed|the wrong)|\bunfortunately|\bI(?:'|’)m afraid"
    r"|\bmisconception|\bnot (?:what|how) (?:it|that|this) (?:is|works)|\bmix(?:ed"
    r"|ing)(?: \w+){0,4} up\b|\bmisses the (?:point|mark)|\boff the mark|\bdon(?:'"
    r"|’)t think (?:that(?:'|’)s|it(?:'|’)s|so)|\bdoesn(?:'|’)t count|\bnone of (?:that|it|those"
    r"|them)|\bneither of (?:those|them|these)|\bnot correct\b|\bnot the (?:right|correct) ",
    re.IGNORECASE,
)
_DOUBTED = re.compile(
    r"\b(?:but|however|though|although|yet|while|whereas|except|still|instead|rather|unfortunately"
    r"|afraid|not|no|nope|never|hardly|missing|missed|lacks?|lacking|vague|unclear|off|wrong"
    r"|incorrect|false|swapped|reversed|backwards|other way|the opposite|mix(?:ed|-up|up)"
    r"|confus\w+|more (?:detail|specific|precise|concrete)|elaborate|again|sharper|needs (?:to"
    r"|more)|rethink|another look|second look|careful|actually|different)\b|n(?:'|’)t\b|\bmissed\b",
    re.IGNORECASE,
)
_WHOLLY_WRONG = re.compile(
    r"^(?:(?:that|this|it)(?:'|’)s |sorry |that is )?(?:wrong|incorrect|false)(?: answer)?\W*$"
    r"|\b(?:completely|totally|entirely|all|both|everything)(?: of (?:it|that)| you said)?(?: is"
    r"| are)? (?:wrong|incorrect|false)|\b(?:none|neither) of (?:that|it|those|them|these)\b",
    re.IGNORECASE,
)
# Of a right answer nothing is missing.
_LACKING = re.compile(
    r"\byou(?:(?:'|’)ve| have)? (?:missed|forgot(?:ten)?|left out|overlooked|skipped)\b"
    r"|(?<!nothing )\b(?:is"
    r"|are|(?:'|’)s|still) (?:missing|incomplete|lacking)\b(?! from (?!your\b))"
    r"|\bnot (?:complete|enough)\b",
    re.IGNORECASE,
)
_DENIED_BEFORE = re.compile(
    r"(?:\bnot\b|n(?:'|’)t\b|\bno\b|\bnever\b|\bhardly\b|\bfar from\b|\bcannot\b|\bwithout\b"
    r"|\bif\b|\bwhether\b|\bunless\b|\bwould (?:have )?(?:be|make)\b|\bto be\b|\bonly (?:come"
    r"|for|when)"
    r"|\bbefore\b|\buntil\b|\bless\b|\bbutton\b|\binstead of\b|\bsounds?\b|\bmay (?:well )?be\b"
    r"|\bmight\b|\bseems?\b|\bcould be\b|\bthan\b|\bcall\b|\bfor an?\b)(?:(?!\bonly\b|\bdoubt\b"
    r"|\bneed\b|\bmistake\b|\bwonder\b|\bmore\b|\badd\b).){0,32}$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^.{0,40}?(?:\bonly (?:come|for|when)|\bwould (?:be|need)|\bneeds? (?:more|to)|\bif you"
    r"|\bcome from|\bare earned|\bisn(?:'|’)t\b|\bis not\b|\baren(?:'|’)t\b|\bis another (?:matter"
    r"|story))",
    re.IGNORECASE,
)
_SPARED = re.compile(
    r"\b(?:try|attempt|effort|honest\w*|question|upfront|brave|courage|guts|attitude|asking|ask"
    r"|saying so|say so|admit\w*|thanks for|thank you for|appreciate|persever\w+|keep (?:going"
    r"|it up)|hint)\b|\b(?:that|it)(?:'|’)s (?:all right|alright)\b",
    re.IGNORECASE,
)
_NO_FAULT = re.compile(
    r"\b(?:none|neither) of (?:that|it|those|them|these) (?:is|are|was|were) (?:wrong|false)\b"
    r"|\bmix(?:ed|ing) up nothing\b|\bno (?:\w+ ){0,4}wrong\b|\b(?:no|nothing"
    r"|not) (?:\w+ )?(?:mix-?ups?|mixed(?: up)?"
    r"|confus\w+)\b|\bnot off\b|\b(?:nothing|not|isn(?:'|’)t|wasn(?:'|’)t|never|no one"
    r"|anything)(?: \w+)? (?:wrong|mistaken|incorrect|false)\b|\bcan(?:'|’)t go wrong|\bno mistake"
    r"|\bhow wrong|\bnot only\b|\bwhy not\b|\bno (?:problem|worries|need|pressure|rush|doubt"
    r"|shame)\b|\bafraid (?:of|to)\b|\bright or wrong\b|\bwrong(?:ly)? (?:to doubt|about yourself)",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"[,;:—–…!?.]+(?=\s|$)|\s[-–—]\s|—|\s(?=(?:but|however|though|although|yet|whereas|while"
    r"|except)\b)|\s(?=(?:so|and|now|then) (?:what|how|why|which|when|where|who|can|could|would|do"
    r"|does|is|are|tell)\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\W*(?:so |and |now |then |but )*(?:what|how|why|which|when|where|who|can|could|would|do|does"
    r"|did|is|are|will|shall|should|tell|explain|describe|name|list|say|give)\b",
    re.IGNORECASE,
)

ENGLISH = Wordings(
    claims={
        Claim.RIGHT: _RIGHT,
        Claim.AGREED: _AGREED,
        Claim.WELCOMED: _WELCOMED,
        Claim.WHOLE: _WHOLE,
        Claim.PARTLY: _PARTLY,
        Claim.NEAR: _NEAR,
        Claim.WRONG: _WRONG,
        Claim.DOUBTED: _DOUBTED,
        Claim.WHOLLY_WRONG: _WHOLLY_WRONG,
        Claim.LACKING: _LACKING,
    },
    denied_before=_DENIED_BEFORE,
    denied_after=_DENIED_AFTER,
    spared=_SPARED,
    no_fault=_NO_FAULT,
    pointed=_POINTED,
    turns=_TURNS,
    asked=_ASKED,
)
