"""How an interview is spoken: in which language and style, and what changes with another one."""

from __future__ import annotations

from dataclasses import replace

from bot.interview.state import InterviewState, Options
from engine.outcomes import Style, style_in
from engine.questions import QuestionPack, Topic


def spoken_by(pack: QuestionPack, options: Options) -> Options:
    """Return options with the usual style where the pack is not written in the one chosen."""
    style = style_in(options.locale, options.style)
    return options if pack.speaks(options.locale, style) else replace(options, style=Style.BANMAL)


def spoken_anew(
    state: InterviewState, pack: QuestionPack, locale: str, style: Style
) -> InterviewState:
    """Return an interview in another language or style, its question asked in it.

    It stays as it is where its pack is not written in the language; where it is not written in the
    style, the usual one is spoken.
    """
    options = spoken_by(pack, replace(state.options, locale=locale, style=style))
    spoken = style_in(locale, options.style)
    if not pack.speaks(locale, spoken) or state.topic_id not in pack:
        return state
    if (locale, spoken) == (state.locale, state.style):
        return replace(state, options=options)
    anew = replace(state, options=options)
    return replace(anew, question=_question(pack.topic(state.topic_id), state, anew))


def _question(topic: Topic, before: InterviewState, after: InterviewState) -> str:
    """Return the question that stands in other words: the same one where only the style differs."""
    pools = (topic.question, *(point.ask for point in topic.points))
    for texts in pools if before.locale == after.locale else ():
        said = texts.get(before.wording, ())
        if before.question in said:
            return texts[after.wording][said.index(before.question)]
    return topic.question[after.wording][0]
