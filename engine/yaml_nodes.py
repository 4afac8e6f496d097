"""Reads YAML through its nodes, so that every fault names file, line and field.

`yaml.safe_load` forgets where a value stood; a pack author needs exactly that. Nothing here stops
at the first fault: each is noted and a stand-in value returned, so that one run lists them all.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

MAX_FILE_BYTES = 2_000_000
MAX_TEXT_CHARACTERS = 4_000
# The same grammar in C, ten times as fast, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Control characters but for the end of a line, and halves of surrogate pairs.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass
class Faults:
    """Collects faults of one pack, in the order found."""

    root: Path
    found: list[str] = field(default_factory=list)

    def add(self, file: Path, line: int, where: str, what: str) -> None:
        """Note one fault: ``file:line: field: what``."""
        shown = file.relative_to(self.root) if file.is_relative_to(self.root) else file
        place = f"{where}: " if where else ""
        self.found.append(f"{shown}:{line}: {place}{what}")


@dataclass(frozen=True)
class Node:
    """A YAML value together with the place it came from."""

    raw: yaml.Node
    file: Path
    where: str
    faults: Faults

    @property
    def line(self) -> int:
        """Line of the value, counted from 1."""
        return int(self.raw.start_mark.line) + 1

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self.raw, yaml.MappingNode)

    def fault(self, what: str) -> None:
        """Note that this value does not do."""
        self.faults.add(self.file, self.line, self.where, what)

    def _child(self, raw: yaml.Node, key: str) -> Node:
        return Node(raw, self.file, f"{self.where}.{key}" if self.where else key, self.faults)

    def fields(
        self, required: Sequence[str] = (), optional: Sequence[str] | None = None
    ) -> dict[str, Node]:
        """Return the entries of a mapping.

        Args:
            required: keys that must be there.
            optional: further keys that may be; None lets any key pass.
        """
        if not isinstance(self.raw, yaml.MappingNode):
            self.fault("a mapping (key: value) is needed here")
            return {}
        found: dict[str, Node] = {}
        for key_node, value_node in self.raw.value:
            if not isinstance(key_node, yaml.ScalarNode):
                Node(key_node, self.file, self.where, self.faults).fault("a key must be a word")
                continue
            key = str(key_node.value)
            child = self._child(value_node, key)
            if key in found:
                child.fault("this key is given twice")
            found[key] = child
            if optional is not None and key not in (*required, *optional):
                near = difflib.get_close_matches(key, (*required, *optional), n=1)
                child.fault(f"unknown field{f'; did you mean {near[0]!r}?' if near else ''}")
        for key in required:
            if key not in found:
                self.fault(f"field {key!r} is missing")
        return found

    def items(self, at_least: int = 0, exactly: int | None = None) -> list[Node]:
        """Return the items of a list, noting a fault when there are too few or too many."""
        if not isinstance(self.raw, yaml.SequenceNode):
            self.fault("a list is needed here")
            return []
        items = [self._child(raw, f"{i}") for i, raw in enumerate(self.raw.value)]
        if exactly is not None and len(items) != exactly:
            self.fault(f"exactly {exactly} items are needed, not {len(items)}")
        if len(items) < at_least:
            self.fault(f"at least {at_least} items are needed, not {len(items)}")
        return items

    def text(self) -> str:
        """Return a non-empty text."""
        if not isinstance(self.raw, yaml.ScalarNode) or self.raw.tag.endswith(":null"):
            self.fault("a text is needed here")
            return ""
        value = unicodedata.normalize("NFC", str(self.raw.value)).strip()
        if not value:
            self.fault("the text is empty")
        if len(value) > MAX_TEXT_CHARACTERS:
            self.fault(f"the text is longer than {MAX_TEXT_CHARACTERS} characters")
        if _CONTROL.search(value):
            self.fault("the text holds control characters")
        return value

    def texts(self, at_least: int = 1, exactly: int | None = None) -> tuple[str, ...]:
        """Return a list of texts that are all different."""
        seen: dict[str, None] = {}
        for item in self.items(at_least, exactly):
            value = item.text()
            if value in seen:
                item.fault("the same text stands in this list twice")
            seen[value] = None
        return tuple(seen)

    def whole_number(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.text()
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            self.fault(f"a whole number from {low} to {high} is needed, not {value!r}")
            return low
        return int(value)

    def by_locale(self, locales: Sequence[str]) -> Iterator[tuple[str, Node]]:
        """Yield the entry of each locale, noting those that are missing or unexpected."""
        entries: Mapping[str, Node] = self.fields(required=locales, optional=())
        for locale in locales:
            if locale in entries:
                yield locale, entries[locale]


def read_yaml(file: Path, faults: Faults) -> Node | None:
    """Read one YAML file; None, with the fault noted, when that cannot be done."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            faults.add(file, 1, "", f"is larger than {MAX_FILE_BYTES} bytes")
            return None
        raw = _compose(file)
    except OSError as error:
        line, what = 1, f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        line, what = error.object[: error.start].count(b"\n") + 1, "is not UTF-8 text"
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = f"is not valid YAML: {error.problem}"
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line, what = 1, f"is not valid YAML: {error}"
    else:
        return Node(raw, file, "", faults)
    faults.add(file, line, "", what)
    return None


def _compose(file: Path) -> yaml.Node:
    raw: yaml.Node | None
    raw = yaml.compose(file.read_bytes().decode("utf-8"), Loader=LOADER)
    if raw is None:
        raise ValueError("the file is empty")
    return raw
