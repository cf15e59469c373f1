"""The zone as a Gymnasium environment: a year a step, the levers of a study as action, its outcomes as observation."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.fields import shown
from ccepz_sim.content.schema.study import Study
from ccepz_sim.numerics.clock import PLAY_YEAR, QUARTERS
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision
from ccepz_sim.studies.extras import StudyError, need
from ccepz_sim.studies.models import check_study, model_of
from ccepz_sim.studies.stops import is_over

gymnasium: Any = need("gymnasium", "rl")
FARTHEST = 10.0  # an observation is cut where an outcome is ten times what it was
ID = "ccepz_sim.studies.gym_env:ccepz_sim/Zone-v0"  # with the module that Gymnasium has to import for it
SIGNS = {"up": 1.0, "down": -1.0, "neutral": 0.0}


class ZoneEnv(gymnasium.Env):
    """Set the levers of a study each year; be rewarded for the change of its outcomes in their good direction.

    Action: place of each lever between its bounds, shape (levers,), 0 to 1. Observation: outcomes relative to the last
    year before the episode, shape (outcomes,), 1 at the start. Reward: mean over outcomes with a direction of the
    change of the observation. An episode is terminated by what stops a run at the end of a year, truncated by its
    years. `reset(seed=...)` decides the luck; scenario and packages are the study's first, and parameters stay where
    the content has them. Registered as `ccepz_sim/Zone-v0`: `gymnasium.make(ID, study="robust-governance")`.

    Raises:
        StudyError: the study varies no lever, or begins before the played years.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}

    def __init__(self, study: Study | str, content: Content | None = None) -> None:
        """Take a study, or the name of one."""
        self.content = content or load_content()
        self.study = self.content.study(study) if isinstance(study, str) else study
        self.model = model_of(self.study.relations.model)
        check_study(self.study, self.model)
        if not self.study.levers:
            raise StudyError("no_levers")
        if self.study.relations.from_ != PLAY_YEAR:
            raise StudyError("other_start", found=self.study.relations.from_, wanted=PLAY_YEAR)
        self.signs = np.array([SIGNS[one.direction] for one in self.study.outcomes])
        self.low, self.high = np.array([factor.bounds for factor in self.study.levers]).T
        self.action_space = gymnasium.spaces.Box(0.0, 1.0, (len(self.low),), np.float64)
        self.observation_space = gymnasium.spaces.Box(-FARTHEST, FARTHEST, (len(self.signs),), np.float64)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode; there are no options."""
        for name in options or {}:
            raise StudyError("unknown_option", name=name)
        super().reset(seed=seed, options=options)
        policy, relations = self.study.policies[0], self.study.relations
        self.decisions = [Decision(entry.lever, entry.value, entry.from_) for entry in policy.set]
        luck = int(self.np_random.integers(LARGEST_SEED))
        self.zone = self.model(
            package=policy.packages,
            scenario=self.study.scenarios[0],
            seed=luck,
            scale=relations.scale or None,
            decisions=self.decisions,
            content=self.content,
            without=relations.without,
            frozen=relations.frozen,
        )
        self.decisions = list(self.zone.decisions)
        before = self._outcomes()
        self.unit = np.where(before == 0.0, 1.0, np.abs(before))
        self.seen = np.clip(before / self.unit, -FARTHEST, FARTHEST)
        return self.seen, {"seed": luck}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Decide for the year that begins, and live through it; an action of another shape or size is refused."""
        action = np.asarray(action, dtype=float)
        # Not written as "outside": what is not a number is neither inside nor outside.
        if action.shape != self.low.shape or not ((action >= 0.0) & (action <= 1.0)).all():
            raise StudyError("bad_action", value=shown(action.tolist()), levers=len(self.low))
        values = self.low + action * (self.high - self.low)
        for lever, value in zip(self.study.levers, values, strict=True):
            self.decisions.append(Decision(lever.id, float(value), self.zone.year))
        self.zone.decide(self.decisions)
        self.zone.run(1)
        before, self.seen = self.seen, np.clip(self._outcomes() / self.unit, -FARTHEST, FARTHEST)
        reward = float((self.signs * (self.seen - before)).sum() / max(1.0, float(np.abs(self.signs).sum())))
        lived = self.zone.quarter - self.zone.first_quarter
        ended = is_over(self.study, self.zone), lived >= self.study.relations.years * QUARTERS
        return self.seen, reward, *ended, {"year": self.zone.year}

    def _outcomes(self) -> np.ndarray:
        """Give the means of the past year, shape (outcomes,)."""
        recorder = self.zone.recorder
        kept = [recorder.series(one.indicator, one.place, one.view)[-QUARTERS:] for one in self.study.outcomes]
        return np.array(kept).mean(axis=1)


gymnasium.register(id=ID.partition(":")[2], entry_point=ZoneEnv)
