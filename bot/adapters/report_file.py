"""Makes the file that goes with a report: all of it, to be kept; the message is a summary."""

from __future__ import annotations

from dataclasses import dataclass

from bot.interview.messages import Reply, ReportCard
from bot.presentation import Presenter

NAME = "aurora-report.txt"


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A text file.

    Args:
        name: what to call it.
        content: the text in UTF-8.
    """

    name: str
    content: bytes


def report_file(presenter: Presenter, reply: Reply) -> ReportFile | None:
    """Return the file that goes with a reply; None where the reply holds no report.

    Args:
        presenter: words it.
        reply: the reply.
    """
    if not any(isinstance(block, ReportCard) and block.report.topics for block in reply.blocks):
        return None
    return ReportFile(NAME, (presenter.plain(reply) + "\n").encode())
