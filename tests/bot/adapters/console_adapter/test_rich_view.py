"""How replies look at 40 and 80 columns, with wide Korean letters (see ``golden/``).

``python -m tests.bot.adapters.console_adapter.test_rich_view`` draws the golden files anew; read
the difference before it is committed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from bot.adapters.commands import TypedCommands
from bot.adapters.console_adapter.rich_view import RichView, inline_markdown
from bot.i18n import Translator
from bot.interview.messages import Notice, Reply
from bot.presentation import Presenter
from tests.support.replies import KOREAN_TURN, korean_report

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (40, 80)
SCENES: dict[str, Callable[[RichView], str]] = {
    "turn_ko": lambda view: (
        view.said("ko", "모델이 틀린 정도를 숫자로 나타낸 거? 확실하진 않은데")
        + view.reply(KOREAN_TURN, "/이어서 · /새로 (새로 시작)")
    ),
    "report_ko": lambda view: view.reply(korean_report()),
    "help_ko": lambda view: view.reply(Reply("ko", (Notice("notice.help"),))),
    "help_en": lambda view: view.reply(Reply("en", (Notice("notice.help"),))),
}


def view_of(width: int, colour: str | None = None) -> RichView:
    presenter = Presenter(Translator.load(strict=True), TypedCommands())
    return RichView(presenter, lambda: width, colour)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_looks_as_it_should(scene: str, width: int) -> None:
    golden = (GOLDEN / f"{scene}_{width}.txt").read_text("utf-8")
    assert SCENES[scene](view_of(width)) == golden


@pytest.mark.parametrize("width", [20, 33, *WIDTHS, 200])
@pytest.mark.parametrize("scene", sorted(SCENES))
def test_no_line_is_wider_than_the_terminal(scene: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in SCENES[scene](view_of(width)).split("\n"))


def test_what_may_be_typed_is_broken_between_two_things_only() -> None:
    offered = "/stop (Stop here) · /pause (Take a break) · /resume (Carry on)\n/1 Review it"
    drawn = view_of(52).reply(Reply("en", (Notice("notice.stop_offer"),)), offered)
    assert [line.strip() for line in drawn.splitlines()][-4:] == [
        "/stop (Stop here) · /pause (Take a break) ·",
        "/resume (Carry on)",
        "/1 Review it",
        "",
    ]


def test_what_may_be_typed_stands_apart_from_a_report() -> None:
    lines = view_of(60).reply(korean_report(), "/1 놓친 것 복습하기").splitlines()
    assert lines[-3:] == ["", "/1 놓친 것 복습하기", ""]


def test_verdicts_have_colours_where_the_terminal_does() -> None:
    drawn = view_of(80, "standard").reply(KOREAN_TURN)
    assert "\x1b[32m✔" in drawn
    assert "\x1b[31m✘" in drawn


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("look at *when*: twice", "look at when: twice"),
        ("**손실 함수**는 중요해", "손실 함수는 중요해"),
        ("use `nn.MSELoss` here", "use nn.MSELoss here"),
        ("y*log(p) + (1-y)*log(1-p)", "y*log(p) + (1-y)*log(1-p)"),
        ("(1/n) * sum((y - y_hat)^2) * 2", "(1/n) * sum((y - y_hat)^2) * 2"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
        ("y_true and y_hat", "y_true and y_hat"),
    ],
)
def test_emphasis_is_drawn_and_formulas_stay(text: str, shown: str) -> None:
    assert inline_markdown(text).plain == shown


def test_emphasis_has_its_style() -> None:
    styles = [span.style for span in inline_markdown("*a* **b** `c`").spans]
    assert styles == ["italic", "bold", "bold cyan"]


if __name__ == "__main__":
    for name, draw in SCENES.items():
        for columns in WIDTHS:
            (GOLDEN / f"{name}_{columns}.txt").write_text(draw(view_of(columns)), "utf-8")
