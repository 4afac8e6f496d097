"""Prints what the program needs, one requirement a line: ``requirements.py FILE [EXTRA …]``."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path


def main() -> None:
    """Read ``pyproject.toml`` and print the dependencies, those of the named extras too."""
    file, *extras = sys.argv[1:]
    project = tomllib.loads(Path(file).read_text("utf-8"))["project"]
    needed = list(project["dependencies"])
    for extra in extras:
        needed += project["optional-dependencies"][extra]
    sys.stdout.write("\n".join(needed) + "\n")


if __name__ == "__main__":
    main()
