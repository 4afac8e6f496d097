"""Whether the worker judges as the torch models do, on the rows that no model has seen."""

from __future__ import annotations

from engine.answer_verifier import CrossEncoderVerifier
from engine.artifacts import ANSWER_VERIFIER, ENCODER, WEIGHTS
from engine.encoder import SharedEncoder
from engine.loading import PACKS, load_packs
from engine.ports import AnswerEvaluator
from engine.questions import QuestionPack
from engine.readers import Readers, load_readers
from engine.stages import build_evaluator
from engine.verifier_spec import BUNDLED_VERIFIER
from tests.benchmarks.records import Record
from tests.benchmarks.served import own_cache
from tests.support.command import ROOT
from training.evaluation.turns import request
from training.rows import AnswerRow, of_split, read_answers

# Few topics, so that not the whole pack must be encoded by torch.
_QUICK_TOPICS, _QUICK_ROWS = 4, 60


def measure(quick: bool) -> list[Record]:
    """Return the share of rows on which intent, verdicts and evidence are the same."""
    packs = load_packs(PACKS)
    pack = packs["ml-core"]
    rows = of_split(read_answers(ROOT / "dataset" / "splits" / "answers"), "test")
    if quick:
        topics = sorted({row.topic for row in rows})[:_QUICK_TOPICS]
        rows = [row for row in rows if row.topic in topics][:_QUICK_ROWS]
    served = build_evaluator(load_readers(WEIGHTS, "cpu"), WEIGHTS, packs, BUNDLED_VERIFIER)
    with own_cache():  # else one would find the other's vectors
        torch = build_evaluator(_torch_readers(), WEIGHTS, packs, BUNDLED_VERIFIER)
        same = sum(_agree(row, pack, served, torch) for row in rows)
    note = f"{same} of {len(rows)} rows of the test split"
    return [Record("judgements.same_as_reference", same / len(rows), "", note)]


def _torch_readers() -> Readers:
    encoder = SharedEncoder(WEIGHTS / ENCODER, "cpu")
    return Readers(encoder, CrossEncoderVerifier(encoder, WEIGHTS / ANSWER_VERIFIER))


def _agree(
    row: AnswerRow, pack: QuestionPack, one: AnswerEvaluator, other: AnswerEvaluator
) -> bool:
    asked = request(pack, pack.topic(row.topic), row.locale, row.answer)
    return one.evaluate(asked, pack) == other.evaluate(asked, pack)
