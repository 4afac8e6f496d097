"""The errors of the training package.

TrainingError
├── CorpusError          a corpus is missing, unreadable or malformed; names file, line and column
├── DataError            labelled rows cannot be used; carries every fault
├── BaseModelError       the base model cannot be found, or is of a kind that cannot be extended
├── CheckpointError      a checkpoint on disk does not belong to the run that wants to resume it
├── OptionError          what was asked for does not exist, or not on this machine
└── MemoryShortageError  model, rows and activations do not fit into memory
"""

from pathlib import Path


class TrainingError(Exception):
    """Root of everything that this package raises on purpose."""


class CorpusError(TrainingError):
    """A corpus file is missing or malformed.

    Args:
        path: the file at fault.
        reason: what is wrong, in words.
        line: its 1-based line, where the fault has one.
        column: the name or 1-based number of the column, where the fault has one.
    """

    def __init__(
        self, path: Path, reason: str, *, line: int | None = None, column: str | int | None = None
    ) -> None:
        self.path = path
        self.line = line
        self.column = column
        place = str(path)
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column {column}"
        super().__init__(f"{place}: {reason}")


class DataError(TrainingError):
    """Labelled rows cannot be used.

    Args:
        faults: every fault found, one line each: ``file:line: column: what is wrong``.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class BaseModelError(TrainingError):
    """The base model cannot be found or cannot be used."""


class CheckpointError(TrainingError):
    """A checkpoint was written by a run with other settings or other data."""


class OptionError(TrainingError):
    """What was asked for on the command line does not exist, or not on this machine."""


class MemoryShortageError(TrainingError):
    """Model, rows and activations do not fit into the memory of the device."""
