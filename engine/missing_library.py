"""Says which library is missing, and how it is brought in."""

from __future__ import annotations

# The distribution's extra `torch`: what is bundled runs without it.
_TORCH_EXTRA = ("torch", "transformers", "peft")
_MORE = (
    "a GPU and models that are not bundled need more libraries: `python -m pip install '.[torch]'`"
)
_AGAIN = "install the program again: `python -m pip install .`"


def missing_library(error: ImportError) -> str:
    """Return what to tell about an import that failed, and what to do about it."""
    module = (error.name or "").partition(".")[0]
    return f"a library is missing ({error}); {_MORE if module in _TORCH_EXTRA else _AGAIN}"
