"""One resumable run of the distillation: steps, evaluations, checkpoints, the best so far."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from training.distillation import Curriculum, Learner
from training.encoder_scores import EncoderScores
from training.errors import CheckpointError

log = logging.getLogger(__name__)

_LOG_EVERY = 20


@dataclass(frozen=True)
class RunPlan:
    """Which run it is, where it lives, and when it ends.

    Attributes:
        folder: takes ``latest.pt`` and ``history.jsonl``.
        identity: hash of settings and data.
        epochs: passes over the aligned pairs.
        minutes: wall-clock training time, earlier legs included; the run ends with whichever of
            the two is spent first.
        evaluations: how many evaluations an epoch has, spread evenly.
    """

    folder: Path
    identity: str
    epochs: int
    minutes: float
    evaluations: int


@dataclass(frozen=True)
class RunHooks:
    """What a run asks of its surroundings.

    Attributes:
        evaluate: scores the student as it stands.
        publish: called with the state whenever the student is the best so far.
        clock: seconds from any fixed point.
    """

    evaluate: Callable[[], EncoderScores]
    publish: Callable[["RunState"], None]
    clock: Callable[[], float] = time.monotonic


@dataclass
class RunState:
    """Where a run stands; saved beside the weights.

    Attributes:
        identity: hash of settings and data; a checkpoint of another run is refused.
        epoch: the epoch that is under way, from 0.
        step: steps of that epoch that are done.
        seconds: training time so far.
        history: one entry per evaluation.
    """

    identity: str
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    @property
    def best(self) -> dict[str, float] | None:
        """The evaluation with the highest overall score."""
        return max(self.history, key=lambda entry: entry["overall"], default=None)


class EncoderRun:
    """Drives a learner through its curriculum.

    Args:
        learner: the student with its optimiser.
        curriculum: what it learns from.
        plan: where, and until when.
        hooks: evaluation, publishing and the clock.
    """

    def __init__(
        self, learner: Learner, curriculum: Curriculum, plan: RunPlan, hooks: RunHooks
    ) -> None:
        self._learner = learner
        self._curriculum = curriculum
        self._plan = plan
        self._hooks = hooks
        self.state = RunState(plan.identity)

    @property
    def _checkpoint(self) -> Path:
        return self._plan.folder / "latest.pt"

    def resume(self) -> bool:
        """Take up the checkpoint of an earlier leg; False where there is none.

        Raises:
            CheckpointError: the checkpoint is of other settings or data.
        """
        if not self._checkpoint.is_file():
            return False
        saved = torch.load(self._checkpoint, weights_only=True)
        if saved["state"]["identity"] != self.state.identity:
            raise CheckpointError(
                f"{self._checkpoint} is of other settings or data; name another output folder"
            )
        self._learner.encoder.model.load_state_dict(saved["model"])
        self._learner.head.load_state_dict(saved["head"])
        self._learner.optimizer.load_state_dict(saved["optimizer"])
        self.state = RunState(**saved["state"])
        return True

    def run(self) -> RunState:
        """Train until the plan is spent; the last act is always an evaluation."""
        started = self._hooks.clock() - self.state.seconds
        while self.state.epoch < self._plan.epochs and not self._out_of_time():
            self._run_epoch(started)
        return self.state

    def _run_epoch(self, started: float) -> None:
        steps = self._curriculum.epoch(self.state.epoch)
        stops = _stops(len(steps), self._plan.evaluations)
        while self.state.step < len(steps) and not self._out_of_time():
            step = steps[self.state.step]
            loss = self._learner.learn(self._curriculum, step, progress=self._progress(len(steps)))
            self.state.step += 1
            self.state.seconds = self._hooks.clock() - started
            if self.state.step % _LOG_EVERY == 0:
                log.info("%s loss %.4f", self._place(len(steps)), loss)
            if self.state.step in stops or self._out_of_time():
                self._settle(len(steps))
                self.state.seconds = self._hooks.clock() - started
        if self.state.step == len(steps):
            self.state.epoch += 1
            self.state.step = 0

    def _out_of_time(self) -> bool:
        return self.state.seconds >= self._plan.minutes * 60

    def _progress(self, steps: int) -> float:
        """The share of the plan that is spent, so that the rate reaches zero at its end."""
        by_steps = (self.state.epoch + self.state.step / steps) / self._plan.epochs
        return max(by_steps, self.state.seconds / (self._plan.minutes * 60))

    def _place(self, steps: int) -> str:
        minutes = self.state.seconds / 60
        return f"epoch {self.state.epoch + 1} step {self.state.step}/{steps} {minutes:.1f} min"

    def _settle(self, steps: int) -> None:
        """Evaluate, publish if best, and checkpoint."""
        scores = self._hooks.evaluate()
        entry = {
            "epoch": round(self.state.epoch + self.state.step / steps, 3),
            "minutes": round(self.state.seconds / 60, 2),
            "overall": scores.overall,
            **asdict(scores),
        }
        self.state.history.append(entry)
        log.info("%s %s", self._place(steps), json.dumps(entry))
        if self.state.best is entry:
            self._hooks.publish(self.state)
        unfinished = self._checkpoint.with_suffix(".new")
        content: dict[str, Any] = {
            "state": asdict(self.state),
            "model": self._learner.encoder.model.state_dict(),
            "head": self._learner.head.state_dict(),
            "optimizer": self._learner.optimizer.state_dict(),
        }
        torch.save(content, unfinished)
        unfinished.replace(self._checkpoint)
        with (self._plan.folder / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def _stops(steps: int, evaluations: int) -> set[int]:
    """After which steps of an epoch to evaluate; the last is always one."""
    return {round(steps * part / evaluations) for part in range(1, evaluations + 1)}
