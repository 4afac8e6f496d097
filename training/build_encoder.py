"""Builds the Korean and English base encoder by extending and distilling an English one.

    python -m training.build_encoder --corpora DIR --out DIR --half

A WordPiece base without Hangul gets Korean pieces, each starting from the mean of the letters that
the base would have cut it into; a base that knows Korean keeps its vocabulary. The student then
learns to put a Korean text where the teacher (the untouched base) puts its English, to leave
English where it was, and to rank Korean pairs as people do. After every evaluation the best so far
is in ``OUT/final``; the same command run again resumes.
"""

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.artifacts import ENCODER, Manifest
from training.corpora import (
    SOURCES,
    AlignedPair,
    ScoredPair,
    SimilaritySplit,
    fingerprints,
    plain_texts,
    read_aligned_docs,
    read_inference,
    read_question_pairs,
    read_similarity,
    vocabulary_texts,
)
from training.distillation import Curriculum, DistillationSettings, Learner
from training.encoder_model import (
    SentenceEncoder,
    Vectors,
    bundled_base,
    export,
    extend_encoder,
    load_encoder,
    plain_tokenizer,
    sha256_of,
)
from training.encoder_run import EncoderRun, RunHooks, RunPlan, RunState
from training.encoder_scores import measure
from training.errors import TrainingError
from training.vocabulary import extend, knows_korean, korean_pieces, latin_rows

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VocabularySettings:
    """Of the Korean pieces.

    Attributes:
        pieces: how many are appended. 7,200 keep the fp16 weights of MiniLM under 49 MB.
        alphabet: how many distinct syllables they spell; 1,500 leave out 0.02 % of all syllables.
        reviews: colloquial sentences to count in.
        docs_weight: how often a machine-learning paragraph counts.
    """

    pieces: int = 7200
    alphabet: int = 1500
    reviews: int = 150_000
    docs_weight: int = 3


@dataclass(frozen=True)
class Corpora:
    """Everything read from the corpora folder, checked before any training starts."""

    folder: Path
    aligned: list[AlignedPair]
    rankings: list[Sequence[ScoredPair]]
    plain: list[str]
    dev: SimilaritySplit
    sha256: dict[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    try:
        state = build(options)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    log.info("done; best %s in %s", json.dumps(state.best), options.out / "final")
    return 0


def build(options: argparse.Namespace) -> RunState:
    """Build the encoder that the options describe.

    Raises:
        TrainingError: bad corpora, an unusable base, or a checkpoint of another run.
    """
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    words = VocabularySettings(pieces=options.pieces)
    corpora = read_corpora(options.corpora, reviews=words.reviews, seed=options.seed)
    base = options.base or bundled_base()
    settings = DistillationSettings(
        batch_size=options.batch_size,
        seed=options.seed,
        body_rate=options.body_rate,
        embedding_rate=options.embedding_rate,
        masked_share=options.masked_share,
    )
    config = _config(options, settings, words, corpora)
    identity = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()

    teacher = load_encoder(base, max_tokens=options.max_tokens, device=options.device)
    vectors = _teacher_vectors(teacher, [pair.english for pair in corpora.aligned], options.out)
    student, frozen = make_student(base, corpora, words, options)
    baseline = asdict(measure(teacher, corpora.dev))
    log.info("teacher %s", json.dumps(baseline))

    curriculum = Curriculum(
        student, corpora.aligned, vectors, corpora.rankings, corpora.plain, settings
    )
    lengths = {"before": _mean_length(teacher, corpora), "after": _mean_length(student, corpora)}
    log.info("tokens a Korean text %s", json.dumps(lengths))

    def publish(state: RunState) -> None:
        manifest = Manifest(
            kind=ENCODER,
            base={"name": str(config["base"])},
            config={
                **{name: value for name, value in config.items() if name not in ("base", "data")},
                "teacher": baseline,
                "tokens_per_korean_text": lengths,
                "history": state.history,
            },
            data=config["data"],
            metrics=state.best or {},
            seed=settings.seed,
        )
        export(student, options.out / "final", half=options.half, manifest=manifest)

    run = EncoderRun(
        Learner(student, curriculum.head, frozen_rows=frozen, settings=settings),
        curriculum,
        RunPlan(options.out, identity, options.epochs, options.minutes, options.evaluations),
        RunHooks(evaluate=lambda: measure(student, corpora.dev), publish=publish),
    )
    log.info("resumed" if run.resume() else "started")
    state = run.run()
    if not state.history:  # zero epochs: the extended base as it is, for another machine to train
        publish(state)
    return state


def read_corpora(folder: Path, *, reviews: int, seed: int) -> Corpora:
    """Read and check every file of the corpora folder.

    Args:
        folder: the corpora.
        reviews: how many reviews to sample as plain texts.
        seed: of the sample.

    Raises:
        CorpusError: a file is missing or malformed.
    """
    sha256 = fingerprints(folder)
    train = read_similarity(folder, "train")
    aligned = [*read_aligned_docs(folder), *train.aligned()]
    rankings = [
        train.korean,
        train.english,
        train.across_languages(),
        read_inference(folder),
        read_question_pairs(folder),
    ]
    plain = plain_texts(folder, reviews=reviews, seed=seed)
    return Corpora(folder, aligned, rankings, plain, read_similarity(folder, "dev"), sha256)


def make_student(
    base: str, corpora: Corpora, words: VocabularySettings, options: argparse.Namespace
) -> tuple[SentenceEncoder, int]:
    """The encoder to train, and how many of its embedding rows stay frozen."""
    student = load_encoder(base, max_tokens=options.max_tokens, device=options.device)
    tokenizer = plain_tokenizer(student)
    if options.start:
        start = str(options.start)
        student = load_encoder(start, max_tokens=options.max_tokens, device=options.device)
        return student, latin_rows(plain_tokenizer(student))
    if knows_korean(tokenizer):
        log.info("the base knows Korean; its vocabulary stays")
        return student, 0
    texts = vocabulary_texts(
        corpora.folder, reviews=words.reviews, docs_weight=words.docs_weight, seed=options.seed
    )
    pieces = korean_pieces(texts, size=words.pieces, alphabet=words.alphabet)
    vocabulary = extend(tokenizer, pieces)
    log.info("%d pieces kept, %d Korean", vocabulary.kept, len(vocabulary.pieces) - vocabulary.kept)
    return extend_encoder(student, vocabulary), vocabulary.kept


def _config(
    options: argparse.Namespace,
    settings: DistillationSettings,
    words: VocabularySettings,
    corpora: Corpora,
) -> dict[str, Any]:
    """What makes a run the run that it is; time and place are not part of it."""
    return {
        # A folder's place says nothing about the model in it.
        "base": Path(options.base).name
        if options.base
        else "sentence-transformers/all-MiniLM-L6-v2",
        "start": sha256_of(options.start / "model.safetensors") if options.start else None,
        "max_tokens": options.max_tokens,
        "epochs": options.epochs,
        "distillation": asdict(settings),
        "vocabulary": asdict(words),
        "data": {
            name: {"sha256": digest, "licence": SOURCES[name][0], "source": SOURCES[name][1]}
            for name, digest in corpora.sha256.items()
        },
    }


def _teacher_vectors(teacher: SentenceEncoder, texts: list[str], folder: Path) -> Vectors:
    """The teacher's vectors, from the cache where the same texts were encoded before."""
    digest = hashlib.sha256("\0".join(texts).encode())
    digest.update(f"{teacher.model.config.name_or_path}:{teacher.max_tokens}".encode())
    cache = folder / f"teacher-{digest.hexdigest()[:16]}.npy"
    if cache.is_file():
        cached: Vectors = np.load(cache)
        return cached
    vectors = teacher.encode(texts)
    np.save(cache, vectors)
    return vectors


def _mean_length(encoder: SentenceEncoder, corpora: Corpora) -> dict[str, float]:
    """Mean tokens of a KorSTS dev sentence and of a machine-learning paragraph, uncut."""
    tokenizer = plain_tokenizer(encoder)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    documents = read_aligned_docs(corpora.folder)
    texts = {
        "korsts_dev": [pair.first for pair in corpora.dev.korean],
        "ml_docs": [pair.korean for pair in documents],
    }
    return {
        name: round(float(np.mean([len(e.ids) for e in tokenizer.encode_batch(sample)])), 1)
        for name, sample in texts.items()
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.build_encoder", description=__doc__)
    add = parser.add_argument
    add("--corpora", type=Path, required=True, help="folder with the Korean and English corpora")
    add("--out", type=Path, required=True, help="folder for checkpoints and the result")
    add("--base", help="folder or hub name; default: the installed all-MiniLM-L6-v2")
    add("--start", type=Path, help="folder of an earlier result to go on from; same base")
    add("--pieces", type=int, default=VocabularySettings.pieces, help="Korean pieces to append")
    add("--epochs", type=int, default=4)
    add("--minutes", type=float, default=60.0, help="training time; the rate falls to zero by then")
    add("--evaluations", type=int, default=2, help="evaluations an epoch")
    add("--batch-size", type=int, default=DistillationSettings.batch_size)
    add("--body-rate", type=float, default=DistillationSettings.body_rate, help="peak rate")
    add("--embedding-rate", type=float, default=DistillationSettings.embedding_rate)
    add("--masked-share", type=float, default=DistillationSettings.masked_share)
    add("--max-tokens", type=int, default=96, help="training texts are cut to this many tokens")
    add("--device", default="cpu", help="cpu or cuda")
    add("--threads", type=int, default=2)
    add("--seed", type=int, default=DistillationSettings.seed)
    add("--half", action="store_true", help="store the result as fp16")
    return parser


if __name__ == "__main__":
    sys.exit(main())
