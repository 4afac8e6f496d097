"""The catalogues agree with each other and with the code; the translator is honest about gaps."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from structlog.testing import capture_logs

import bot
from bot.adapters.commands import TypedCommands
from bot.errors import ConfigError
from bot.i18n import LOCALES, MissingTextError, Translator, keys_of, read_catalogues
from bot.interview.messages import Action
from bot.presentation import Presenter
from engine.contract import VerdictStatus
from engine.korean_politeness import politeness, speaks_casually
from engine.outcomes import language_of

CATALOGUES = read_catalogues(LOCALES)
LANGUAGES = ["en", "ko"]
POLITE = "ko@jondaetmal"
KEYS = sorted({key for catalogue in CATALOGUES.values() for key in keys_of(catalogue)})
SPOKEN = Translator(CATALOGUES, strict=True)
# Names and descriptions, which show no style; some end like 반말.
NEUTRAL = frozenset(
    {
        "button.language",
        *(f"choice.{name}" for name in ("junior", "senior", "short", "full", "korean")),
        *(f"console.{name}" for name in ("you", "aurora")),
        *(f"discord.about_{name}" for name in ("pack", "level", "length", "language")),
        *(f"discord.about_{name}" for name in ("default_language", "threads", "reports")),
        *(f"discord.name_{name}" for name in ("me", "language")),
        *(f"discord.rule_{name}" for name in ("client", "korean", "english", "anywhere")),
        "discord.option_language",
        "report.study",
    }
)
FAMILIES = "|".join(sorted({key.split(".")[0] for key in KEYS}))
# 요 and its kin, and 니다 or 니까 behind a syllable that ends in ㅂ (그러니까 is no polite ending).
_CLOSED_BY_B = "".join(chr(code) for code in range(0xAC00, 0xD7A4) if (code - 0xAC00) % 28 == 17)
HONORIFIC = re.compile(
    rf"(?:요|세요|시오|[{_CLOSED_BY_B}]니다|[{_CLOSED_BY_B}]니까)(?=[.!?~,…:”)]|\s|$)"
)


def forms(catalogue: Catalog, key: str) -> list[str]:
    """Return every form of a text."""
    message = catalogue.get(key)
    assert message is not None, key
    assert message.string is not None, key
    return [message.string] if isinstance(message.string, str) else list(message.string)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def keys_in_code() -> set[str]:
    """Return the ids of texts that the bot's code names, literally or by an enumeration."""
    found = {f"button.{action.value}" for action in Action}
    found |= {f"verdict.{status.value}" for status in VerdictStatus}
    pattern = re.compile(rf"(?:{FAMILIES})\.[a-z_]+(?:\.[a-z_]+)?")
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if pattern.fullmatch(node.value) else set()
    return found


def test_both_languages_have_the_same_texts() -> None:
    assert sorted(CATALOGUES) == [*LANGUAGES, POLITE]
    assert set(keys_of(CATALOGUES["ko"])) == set(keys_of(CATALOGUES["en"]))


@pytest.mark.parametrize("key", KEYS)
def test_a_text_is_written_in_both_languages_with_the_same_placeholders(key: str) -> None:
    used = set()
    for locale, catalogue in CATALOGUES.items():
        message = catalogue.get(key)
        if message is None and locale == POLITE:
            continue
        assert message is not None
        assert not message.fuzzy
        for form in forms(catalogue, key):
            assert form.strip()
            used.add(frozenset(placeholders(form)))
    assert len(used) == 1


def test_every_text_that_the_code_names_exists() -> None:
    assert keys_in_code() - set(KEYS) == set()


def test_every_text_that_exists_is_used() -> None:
    assert set(KEYS) - keys_in_code() == set()


@pytest.mark.parametrize("key", KEYS)
def test_korean_never_mixes_in_polite_endings(key: str) -> None:
    for form in forms(CATALOGUES["ko"], key):
        assert not HONORIFIC.search(form)


@pytest.mark.parametrize("key", [key for key in KEYS if key not in NEUTRAL])
def test_whoever_chose_jondaetmal_reads_no_banmal(key: str) -> None:
    spoken = CATALOGUES[POLITE] if key in keys_of(CATALOGUES[POLITE]) else CATALOGUES["ko"]
    for line in (line for form in forms(spoken, key) for line in form.split("\n")):
        assert all(politeness(line)), line
        assert not speaks_casually(line), line


def test_what_is_the_same_in_both_styles_is_written_once() -> None:
    polite, usual = CATALOGUES[POLITE], CATALOGUES["ko"]
    assert set(keys_of(polite)) <= set(keys_of(usual))
    assert [key for key in keys_of(polite) if forms(polite, key) == forms(usual, key)] == []


def test_a_style_is_looked_up_before_its_language() -> None:
    assert SPOKEN.text(POLITE, "button.dont_know") == "모르겠어요"
    assert SPOKEN.text(POLITE, "button.hint") == "힌트"
    assert SPOKEN.locales == ("en", "ko")


@pytest.mark.parametrize(
    "polite", ["안녕하세요.", "모르겠어요", "했습니다!", "그럴까요?", "뭡니까?"]
)
def test_the_check_of_endings_knows_a_polite_one(polite: str) -> None:
    assert HONORIFIC.search(polite)


@pytest.mark.parametrize("locale", [*LANGUAGES, POLITE])
@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(("notice.", "report."))])
def test_a_text_can_be_filled_in_and_leaves_no_placeholder(locale: str, key: str) -> None:
    presenter = Presenter(Translator(CATALOGUES, strict=True), TypedCommands())
    wanted = placeholders(forms(CATALOGUES[language_of(locale)], key)[0])
    values = {name: "3" for name in wanted if not name.startswith("cmd_")}
    assert not re.search(r"[{}]", presenter.text(locale, key, **values))


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "You hedged in 1 answer."), (2, "You hedged in 2 answers."), ("5", "in 5 answers.")],
)
def test_english_has_plural_forms(count: int | str, text: str) -> None:
    found = Translator(CATALOGUES).text("en", "report.hedged", count=count)
    assert text in found


def test_what_a_person_wrote_is_never_read_as_a_placeholder() -> None:
    translator = Translator(CATALOGUES, strict=True)
    text = translator.text("en", "notice.unknown_topic", topic="{cmd_new} {0}")
    assert "{cmd_new} {0}" in text


class TestGaps:
    def test_a_missing_text_is_an_error_where_the_translator_is_strict(self) -> None:
        with pytest.raises(MissingTextError, match=r"notice\.nonsense"):
            Translator(CATALOGUES, strict=True).text("ko", "notice.nonsense")

    def test_a_missing_value_is_an_error_where_the_translator_is_strict(self) -> None:
        with pytest.raises(MissingTextError, match=r"\{topic\}"):
            Translator(CATALOGUES, strict=True).text("ko", "notice.resumed")

    def test_a_text_missing_in_one_language_comes_in_english_and_is_logged(self) -> None:
        korean = Catalog(locale="ko")
        translator = Translator({"ko": korean, "en": CATALOGUES["en"]})
        with capture_logs() as logs:
            assert translator.text("ko", "button.hint") == "Hint"
        assert [(entry["event"], entry["key"]) for entry in logs] == [
            ("text_missing", "button.hint")
        ]

    def test_an_unknown_language_is_answered_in_english(self) -> None:
        with capture_logs():
            assert Translator(CATALOGUES).text("fr", "button.hint") == "Hint"

    def test_a_text_missing_everywhere_shows_its_id(self) -> None:
        with capture_logs() as logs:
            assert Translator(CATALOGUES).text("ko", "notice.nonsense") == "notice.nonsense"
        assert logs

    def test_a_missing_value_leaves_its_placeholder_and_is_logged(self) -> None:
        with capture_logs() as logs:
            assert "{topic}" in Translator(CATALOGUES).text("ko", "notice.resumed")
        assert [entry["name"] for entry in logs] == ["topic"]


class TestReading:
    def test_a_folder_without_english_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="en/LC_MESSAGES"):
            Translator.load(tmp_path)

    def test_a_broken_catalogue_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "en" / "LC_MESSAGES" / "aurora.po"
        path.parent.mkdir(parents=True)
        path.write_text('msgid "a"\nnonsense\n', "utf-8")
        with pytest.raises(ConfigError, match=r"aurora\.po"):
            Translator.load(tmp_path)
