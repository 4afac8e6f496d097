"""Every fixed text that a user sees, by symbolic id and locale.

The catalogues are gettext's (``locales/<locale>/LC_MESSAGES/aurora.po``, by Babel), read directly
at start, so that there is nothing to compile. Ids are symbolic (``notice.paused``), placeholders
named (``{topic}``); a text with plural forms takes its number as ``count``. A catalogue of another
style (``ko@jondaetmal``, see `engine.outcomes.wording`) holds what is said otherwise in it; the
rest, such as the name of a button, comes from the language's own.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from pathlib import Path

import structlog
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from bot.errors import BotError, ConfigError
from engine.outcomes import language_of

LOCALES = Path(__file__).parent / "locales"
DOMAIN = "aurora"
FALLBACK = "en"

_log = structlog.get_logger(__name__)


class MissingTextError(BotError, LookupError):
    """A text or one of its values is missing. Only a strict translator, as in tests, raises it."""


class Translator:
    """Looks texts up.

    Args:
        catalogues: locale → catalogue; `FALLBACK` must be among them.
        strict: whether a missing text raises; otherwise it falls back to English and is logged.
    """

    def __init__(self, catalogues: Mapping[str, Catalog], *, strict: bool = False) -> None:
        self._texts = {locale: _compiled(c) for locale, c in catalogues.items()}
        self._keys = {locale: frozenset(keys_of(c)) for locale, c in catalogues.items()}
        self._plural = frozenset(m.id[0] for c in catalogues.values() for m in c if m.pluralizable)
        self._strict = strict

    @classmethod
    def load(cls, directory: Path = LOCALES, *, strict: bool = False) -> Translator:
        """Read all catalogues under a folder.

        Raises:
            ConfigError: one cannot be read, or the English one is missing.
        """
        return cls(read_catalogues(directory), strict=strict)

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages that there are texts in, whatever their styles."""
        return tuple(sorted({language_of(locale) for locale in self._texts}))

    def text(self, locale: str, key: str, /, **params: object) -> str:
        """Return a text in a language.

        Args:
            locale: ``ko`` or ``en``, or a language with its style, ``ko@jondaetmal``.
            key: id of the text.
            params: values of its placeholders; `count` also chooses the plural form.

        Raises:
            MissingTextError: it, or a value for it, is missing, and the translator is strict.
        """
        known = (name for name in (locale, language_of(locale)) if key in self._keys.get(name, ()))
        found = next(known, None) or self._fall_back(locale, key)
        if key not in self._keys[found]:
            return key
        texts = self._texts[found]
        if key in self._plural:
            template = texts.ngettext(key, key, _number(params))
        else:
            template = texts.gettext(key)
        try:
            return template.format_map(params)
        except KeyError as missing:
            return self._incomplete(key, template, str(missing.args[0]))

    def _fall_back(self, locale: str, key: str) -> str:
        if self._strict:
            raise MissingTextError(f"the catalogue {locale!r} has no text {key!r}")
        _log.error("text_missing", locale=locale, key=key)
        return FALLBACK

    def _incomplete(self, key: str, template: str, name: str) -> str:
        if self._strict:
            raise MissingTextError(f"the text {key!r} needs a value for {{{name}}}")
        _log.error("text_value_missing", key=key, name=name)
        return template


def read_catalogues(directory: Path) -> dict[str, Catalog]:
    """Return locale → catalogue for all catalogues under a folder.

    Raises:
        ConfigError: one cannot be read, or the English one is missing.
    """
    found: dict[str, Catalog] = {}
    for path in sorted(directory.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        locale = path.parent.parent.name
        try:
            with path.open("rb") as file:
                found[locale] = read_po(file, locale=language_of(locale), abort_invalid=True)
        except (PoFileError, ValueError, OSError) as error:
            raise ConfigError(f"{path}: not a message catalogue: {error}") from None
    if FALLBACK not in found:
        raise ConfigError(f"{directory}: there is no {FALLBACK}/LC_MESSAGES/{DOMAIN}.po")
    return found


def keys_of(catalogue: Catalog) -> tuple[str, ...]:
    """Return the ids of all texts of a catalogue."""
    ids = (message.id for message in catalogue if message.id)
    return tuple(i if isinstance(i, str) else i[0] for i in ids)


def _compiled(catalogue: Catalog) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _number(params: Mapping[str, object]) -> int:
    return int(str(params.get("count", 1)))
