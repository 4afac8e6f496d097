"""Draws replies as Discord messages: verdicts and reports in embeds, buttons under the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import discord

from bot.adapters.discord_adapter.controls import controls
from bot.adapters.discord_adapter.markdown import drawn, plain, small, spoken
from bot.adapters.discord_adapter.splitting import split
from bot.adapters.report_file import ReportFile, report_file
from bot.interview.messages import Reply
from bot.interview.report import Report
from bot.lines import Line, Section, SectionKind, Tone
from bot.presentation import Presenter, progress_line

LONGEST_EMBED = 4_000
"""Below what a description may hold (4,096), and below what all embeds of a message may (6,000)."""

_GREEN, _AMBER, _RED, _GREY = 0x2E_A0_43, 0xD2_99_22, 0xDA_36_33, 0x80_80_80
_JUDGED = (SectionKind.VERDICTS, SectionKind.MODEL_ANSWER)
_REPORTED = (SectionKind.REPORT, SectionKind.REPORT_TOPIC)


@dataclass(frozen=True, slots=True)
class Part:
    """One message.

    Args:
        content: its words.
        embed: what is framed.
        file: what is attached.
        view: the buttons under it.
        silent: whether it makes no sound: more follows at once.
    """

    content: str = ""
    embed: discord.Embed | None = None
    file: ReportFile | None = None
    view: discord.ui.View | None = None
    silent: bool = False


class Drawing:
    """Draws.

    Args:
        presenter: words what is fixed.
        for_files: the same, with commands named as they are typed: a file has nothing to press.
    """

    def __init__(self, presenter: Presenter, for_files: Presenter) -> None:
        self._presenter = presenter
        self._for_files = for_files

    def parts(
        self, reply: Reply, *, by_form: bool, shared: Report | None = None
    ) -> tuple[Part, ...]:
        """Return a reply as messages, in order.

        Args:
            reply: what to draw.
            by_form: whether answers come by a form, which a button opens then.
            shared: what a button offers to tell the channel of, if anything.
        """
        bodies = list(self._bodies(reply)) or [Part(content="…")]
        file = report_file(self._for_files, reply)
        if file is not None:
            bodies = _with_file(bodies, file)
        by_form = by_form and reply.progress is not None
        view = controls(self._presenter, reply, by_form=by_form, shared=shared)
        *first, last = bodies
        return (*(replace(body, silent=True) for body in first), replace(last, view=view))

    def _bodies(self, reply: Reply) -> Iterator[Part]:
        """Yield what is shown: the verdicts come before the words that follow from them."""
        progress = small(progress_line(reply.progress)) if reply.progress else ""
        for kind, sections in groupby(self._presenter.sections(reply), _family):
            together = tuple(sections)
            if kind == "words":
                text = "\n".join(_words(section) for section in together)
                spoken_here = any(s.kind is SectionKind.SAY for s in together)
                text = f"{progress}\n{text}" if progress and spoken_here else text
                yield from (Part(content=piece) for piece in split(text))
            elif kind == "judged":
                yield from _framed(together, _colour(together))
            else:
                shown = [s for s in together if s.kind is SectionKind.REPORT]
                yield from _framed(shown, _GREEN)


def _family(section: Section) -> str:
    if section.kind in _JUDGED:
        return "judged"
    return "reported" if section.kind in _REPORTED else "words"


def _words(section: Section) -> str:
    texts = [line.text for line in section.lines]
    if section.kind is SectionKind.SAY:
        return spoken("\n".join(texts))
    return "\n".join(plain(text) for text in texts)


def _framed(sections: Sequence[Section], colour: int) -> Iterator[Part]:
    lines = [line for section in sections for line in (*section.lines, Line(""))]
    for piece in split(drawn(lines), LONGEST_EMBED):
        yield Part(embed=discord.Embed(description=piece, colour=colour))


def _colour(sections: Sequence[Section]) -> int:
    tones = {line.tone for section in sections for line in section.lines}
    if Tone.BAD in tones:
        return _RED
    if Tone.HALF in tones or {Tone.GOOD, Tone.OPEN} <= tones:
        return _AMBER
    return _GREEN if Tone.GOOD in tones else _GREY


def _with_file(bodies: list[Part], file: ReportFile) -> list[Part]:
    """Return the messages with a file under the last that is framed."""
    last = max(n for n, body in enumerate(bodies) if body.embed is not None)
    return [replace(b, file=file) if n == last else b for n, b in enumerate(bodies)]
