"""One resumable run of the pretraining: steps, held-out perplexity, checkpoints, logs."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch.utils.tensorboard import SummaryWriter

from training.errors import CheckpointError
from training.language_model import LanguageLearner
from training.packed_texts import TokenRows, epoch_batches

log = logging.getLogger(__name__)

_LOG_EVERY = 20


@dataclass(frozen=True, slots=True)
class LanguagePlan:
    """Which run it is, where it lives, and when it ends.

    Args:
        folder: takes ``latest.pt`` and the TensorBoard logs.
        identity: hash of settings and data; a checkpoint of another run is refused.
        epochs: passes over the rows.
        minutes: training time, earlier legs included; the run ends with whichever of the two is
            spent first.
        evaluations: how many evaluations an epoch has, spread evenly.
        checkpoint_minutes: training time between two checkpoints.
        batch_size: rows a step.
        seed: of the order.
    """

    folder: Path
    identity: str
    epochs: int
    minutes: float
    evaluations: int
    checkpoint_minutes: float
    batch_size: int
    seed: int


@dataclass(slots=True)
class LanguageState:
    """Where a run stands; saved beside the weights.

    Args:
        identity: that of the plan.
        epoch: the epoch that is under way, from 0.
        step: steps of that epoch that are done.
        seconds: training time so far.
        tokens: how many were learnt from so far.
        history: one entry an evaluation: place and perplexity by language.
    """

    identity: str
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


class LanguageRun:
    """Drives a learner through its rows.

    Args:
        learner: the model with its optimiser.
        rows: token ids to learn from, ``(rows, length)``.
        held_out: name → rows that perplexity is measured on.
        plan: where, and until when.
        clock: seconds from any fixed point.
    """

    def __init__(
        self,
        learner: LanguageLearner,
        rows: TokenRows,
        held_out: Mapping[str, TokenRows],
        plan: LanguagePlan,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._learner = learner
        self._rows = rows
        self._held_out = held_out
        self._plan = plan
        self._clock = clock
        self._steps = math.ceil(len(rows) / plan.batch_size)
        self._began = self._saved_at = 0.0
        self.state = LanguageState(plan.identity)

    @property
    def _checkpoint(self) -> Path:
        return self._plan.folder / "latest.pt"

    def resume(self) -> bool:
        """Take up the checkpoint of an earlier leg; False where there is none.

        Raises:
            CheckpointError: the checkpoint is of other settings or data, or cannot be read.
        """
        if not self._checkpoint.is_file():
            return False
        try:
            saved = torch.load(self._checkpoint, weights_only=True)
        except Exception as error:  # torch raises what its unpickler happens to meet
            raise CheckpointError(
                f"{self._checkpoint} cannot be read ({error}); remove it to start anew"
            ) from error
        if saved["state"]["identity"] != self.state.identity:
            raise CheckpointError(
                f"{self._checkpoint} is of other settings or data; name another output folder"
            )
        self._learner.load(saved["learner"])
        self.state = LanguageState(**saved["state"])
        return True

    def run(self) -> LanguageState:
        """Train until the plan is spent; the last act is always an evaluation."""
        self._began = self._clock() - self.state.seconds
        self._saved_at = self.state.seconds
        with SummaryWriter(str(self._plan.folder / "logs")) as board:
            while not self._is_spent():
                self._run_epoch(board)
            if not self.state.history or self.state.history[-1]["tokens"] != self.state.tokens:
                self._evaluate(board)
            self._save()
        return self.state

    def _run_epoch(self, board: SummaryWriter) -> None:
        plan, state = self._plan, self.state
        batches = epoch_batches(len(self._rows), plan.batch_size, seed=plan.seed, epoch=state.epoch)
        parts = range(1, plan.evaluations)
        stops = {round(self._steps * part / plan.evaluations) for part in parts} - {self._steps}
        while state.step < self._steps and not self._is_spent():
            rows = self._rows[batches[state.step]]
            loss = self._learner.learn(rows, self._progress())
            state.step += 1
            state.tokens += rows.size
            self._tick()
            if state.step % _LOG_EVERY == 0:
                self._note(board, loss)
            if state.step in stops:
                self._evaluate(board)
            if state.seconds >= self._saved_at + plan.checkpoint_minutes * 60:
                self._save()
        if state.step == self._steps:
            state.epoch, state.step = state.epoch + 1, 0
            self._evaluate(board)

    def _tick(self) -> None:
        self.state.seconds = self._clock() - self._began

    def _progress(self) -> float:
        """The share of the plan that is spent after the coming step: the rate is zero at its end.

        By steps, or by time where that runs out first.
        """
        by_steps = (self.state.epoch + (self.state.step + 1) / self._steps) / self._plan.epochs
        return min(1.0, max(by_steps, self.state.seconds / (self._plan.minutes * 60)))

    def _is_spent(self) -> bool:
        done = self.state.epoch + self.state.step / self._steps >= self._plan.epochs
        return done or self.state.seconds >= self._plan.minutes * 60

    def _note(self, board: SummaryWriter, loss: float) -> None:
        speed = self.state.tokens / max(self.state.seconds, 1e-9)
        board.add_scalar("loss", loss, self.state.tokens)
        board.add_scalar("rate", self._learner.optimizer.param_groups[0]["lr"], self.state.tokens)
        log.info("%s loss %.4f, %.0f tokens a second", self._place(), loss, speed)

    def _place(self) -> str:
        minutes = self.state.seconds / 60
        return (
            f"epoch {self.state.epoch + 1} step {self.state.step}/{self._steps} {minutes:.1f} min"
        )

    def _evaluate(self, board: SummaryWriter) -> None:
        entry: dict[str, float] = {
            "epoch": round(self.state.epoch + self.state.step / self._steps, 3),
            "minutes": round(self.state.seconds / 60, 2),
            "tokens": self.state.tokens,
        }
        for name, rows in self._held_out.items():
            perplexity = self._learner.perplexity(rows)
            entry[f"perplexity_{name}"] = round(perplexity, 3)
            board.add_scalar(f"perplexity/{name}", perplexity, self.state.tokens)
        self._tick()
        self.state.history.append(entry)
        log.info("%s %s", self._place(), json.dumps(entry))

    def _save(self) -> None:
        """Write a checkpoint; whoever is killed meanwhile still has the one before."""
        unfinished = self._checkpoint.with_suffix(".new")
        torch.save({"state": asdict(self.state), "learner": self._learner.state()}, unfinished)
        unfinished.replace(self._checkpoint)
        self._saved_at = self.state.seconds
