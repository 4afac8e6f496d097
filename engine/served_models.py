"""The folder of models as they are served: made from the bundled weights once, then only read.

A folder is named after everything that it is made of, and has a manifest with the sha256 of its
files. It is put together beside its place and takes it in one step, so that two workers that start
at once do not disturb each other.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from engine.artifacts import Manifest, verify, write_manifest
from engine.cache_folder import cache_folder
from engine.errors import ArtifactError
from engine.served_file import ServedModel

SERVED_MODEL = "served_model"
# Raise it when another layout, or another way to round, makes older folders useless.
_LAYOUT = 2
_MODEL = "model"

Loaded = TypeVar("Loaded")
log = logging.getLogger("engine")


class ServedModels:
    """Makes and keeps models.

    Args:
        cache: the folder; None to make them anew at each start.
    """

    def __init__(self, cache: Path | None) -> None:
        self._cache = cache

    def load(
        self,
        name: str,
        sources: Sequence[Manifest],
        make: Callable[[], ServedModel],
        load: Callable[[Path], Loaded],
    ) -> Loaded:
        """Load a model, making it first where it is not there or is damaged.

        Args:
            name: tells the models that are made of the same sources apart.
            sources: the manifests of the bundled models that it is made of.
            make: makes it.
            load: loads it from its folder.

        Raises:
            ArtifactError: it can neither be read nor made.
        """
        digest = _digest(name, sources)
        place = self._cache / f"{name}-{digest[:16]}" if self._cache else None
        if place is not None and place.is_dir():
            # Another worker, of another version, may just be taking the folder away.
            with contextlib.suppress(ArtifactError, OSError, RuntimeError):
                verify(place, SERVED_MODEL)
                return load(place)
        log.info("making the model %s for this machine; later starts find it", name)
        with _workshop(self._cache) as folder:
            made = folder / _MODEL
            made.mkdir()
            try:
                make().write(made)
                _describe(made, name, digest)
                loaded = load(made)
            except (OSError, RuntimeError) as error:
                raise ArtifactError(f"the model {name} cannot be made: {error}") from error
            if place is not None and place.parent == folder.parent:
                _put(made, place, name)
        return loaded


def kept_models() -> ServedModels:
    """Return the models that are kept for this user (`engine.cache_folder`)."""
    root = cache_folder()
    return ServedModels(root / "models" if root else None)


def _digest(name: str, sources: Sequence[Manifest]) -> str:
    parts = [str(_LAYOUT), name, *(source.digest for source in sources)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@contextlib.contextmanager
def _workshop(cache: Path | None) -> Iterator[Path]:
    """Give a folder to work in for a while: beside the models, or anywhere if that is read-only."""
    beside: Path | None = cache
    try:
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=cache).close()
    except OSError as error:
        log.warning("%s cannot be written (%s); models are made at each start", cache, error)
        beside = None
    with tempfile.TemporaryDirectory(prefix="making-", dir=beside) as folder:
        yield Path(folder)


def _describe(folder: Path, name: str, digest: str) -> None:
    manifest = Manifest(SERVED_MODEL, {"digest": digest}, {"name": name}, {}, {}, seed=0)
    write_manifest(folder, manifest)


def _put(made: Path, place: Path, name: str) -> None:
    """Have a finished folder take its place, and those of other versions leave theirs.

    Whoever was quicker put the same thing there; who has loaded a model needs its folder no more.
    """
    for older in place.parent.iterdir():
        if older.name.rpartition("-")[0] == name:
            shutil.rmtree(older, ignore_errors=True)
    with contextlib.suppress(OSError):
        made.rename(place)
