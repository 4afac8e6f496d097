"""Draws replies as localised lines of plain text, the same for every platform.

An adapter gets `Section`s of `Line`s, each with a tone, and gives them its own look: colours,
markdown, one message or several. No adapter words anything itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from bot.i18n import Translator
from bot.interview.messages import (
    Action,
    Block,
    ModelAnswer,
    Notice,
    Progress,
    Reply,
    ReportCard,
    Say,
    VerdictLine,
    Verdicts,
)
from bot.lines import (
    MARKS,
    TONES,
    Line,
    Section,
    SectionKind,
    Tone,
    quoted,
    single_line,
    stands_apart,
)
from bot.report_lines import report_sections

_LONGEST_POINT_LIST = 40


class CommandNames(Protocol):
    """How a person reaches each action on one platform."""

    def name(self, locale: str, action: Action) -> str:
        """Return what to type for an action; empty where it cannot be typed."""

    def listed(self, locale: str) -> Sequence[tuple[str, str]]:
        """Return (command, id of the text that says what it does), for the help."""


class Presenter:
    """Turns replies into localised lines.

    Args:
        translator: the texts.
        commands: how actions are reached on the platform that is drawn for.
    """

    def __init__(self, translator: Translator, commands: CommandNames) -> None:
        self._translator = translator
        self._commands = commands

    def text(self, locale: str, key: str, /, **params: object) -> str:
        """Return a fixed text; the commands (``{cmd_new}`` …) are filled in."""
        return self._translator.text(locale, key, **self._command_params(locale), **params)

    def sections(self, reply: Reply) -> tuple[Section, ...]:
        """Return what a reply shows, block by block; a report makes several sections."""
        drawn = (self._draw(block, reply.locale) for block in reply.blocks)
        return tuple(section for sections in drawn for section in sections)

    def plain(self, reply: Reply) -> str:
        """Return what a reply shows as plain text."""
        return plain_text(self.sections(reply))

    def label(self, locale: str, action: Action) -> str:
        """Return what to write on the button of an action."""
        return self._translator.text(locale, f"button.{action.value}")

    def choices(self, locale: str, actions: Iterable[Action]) -> str:
        """Return on one line what may be typed for these actions, and what each one does."""
        typed = ((self._commands.name(locale, a), self.label(locale, a)) for a in actions)
        return " · ".join(
            name if name[1:].casefold() == label.casefold() else f"{name} ({label})"
            for name, label in typed
            if name
        )

    def command(self, locale: str, action: Action) -> str:
        """Return what to type for an action; empty where it cannot be typed."""
        return self._commands.name(locale, action)

    def listed(self, locale: str) -> tuple[tuple[str, str], ...]:
        """Return (command, what it does) for everything that can be typed."""
        listed = self._commands.listed(locale)
        return tuple((name, self.text(locale, key)) for name, key in listed)

    def _draw(self, block: Block, locale: str) -> tuple[Section, ...]:
        match block:
            case Verdicts(lines=lines):
                drawn = tuple(_verdict(line) for line in lines)
                return (Section(SectionKind.VERDICTS, drawn),)
            case ModelAnswer():
                return (self._model_answer(block, locale),)
            case Say(text=text):
                return (Section(SectionKind.SAY, _prose(text)),)
            case Notice():
                return (Section(SectionKind.NOTICE, _prose(self._notice(block, locale))),)
            case ReportCard(report=report):
                return report_sections(self.text, locale, report)

    def _model_answer(self, block: ModelAnswer, locale: str) -> Section:
        lines = [Line(self.text(locale, "model_answer.text", text=block.text))]
        if block.source_title:
            source = self.text(
                locale, "model_answer.source", title=block.source_title, url=block.source_url
            )
            lines.append(Line(source.strip(), Tone.MUTED))
        return Section(SectionKind.MODEL_ANSWER, tuple(lines))

    def _notice(self, notice: Notice, locale: str) -> str:
        commands = (f"- {name} — {meaning}" for name, meaning in self.listed(locale))
        params: Mapping[str, object] = {"commands": "\n".join(commands), **notice.params}
        return self.text(locale, notice.key, **params)

    def _command_params(self, locale: str) -> dict[str, str]:
        return {f"cmd_{action.value}": self._commands.name(locale, action) for action in Action}


def progress_line(progress: Progress) -> str:
    """Return where the interview stands, with the verdict counts once there can be some."""
    return "   ".join(progress_parts(progress))


def progress_parts(progress: Progress) -> tuple[str, str]:
    """Return the place where the interview stands, and what is counted of it."""
    counts = (("✔", progress.covered), ("✘", progress.wrong), ("◐", progress.unsure))
    judged = progress.asked > 0
    shown = "  ".join(f"{mark} {n}" for mark, n in counts if judged and n is not None)
    counted = (f"{progress.asked}/{progress.total}", shown)
    return _place(progress), "   ".join(part for part in counted if part)


def plain_text(sections: Sequence[Section]) -> str:
    """Return sections as plain text."""
    text = ""
    for number, section in enumerate(sections):
        if number:
            text += "\n\n" if stands_apart(sections[number - 1], section) else "\n"
        text += "\n".join("  " * line.indent + line.text for line in section.lines)
    return text


def _verdict(line: VerdictLine) -> Line:
    said = f" — {quoted(line.evidence)}" if line.evidence else ""
    return Line(f"{MARKS[line.status]} {line.name}{said}", TONES[line.status])


def _prose(text: str) -> tuple[Line, ...]:
    return tuple(Line(line) for line in text.split("\n"))


def _place(progress: Progress) -> str:
    """Return the topic, with its open points where they say more than its title."""
    points = [point for point in progress.points if point != progress.topic]
    listed = single_line(" · ".join(points), _LONGEST_POINT_LIST)
    return f"{progress.topic} ▸ {listed}" if listed else progress.topic
