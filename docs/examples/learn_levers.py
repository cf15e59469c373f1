"""Learn to set levers year by year with a short PPO, and hold it against a plan that was searched with as many years.

    pip install -e '.[rl]' stable-baselines3
    python docs/examples/learn_levers.py --steps 20000

The learner (PPO of Stable-Baselines3, its own settings) sees the outcomes each year and sets the levers anew. The plan
is one setting kept for all years: the cross-entropy method draws settings, keeps the best fifth and draws closer to
them. Both are judged on luck they have not met. Short episodes of few residents: this
shows how it is done, and finds nothing about the zone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import gymnasium
import numpy as np
from stable_baselines3 import PPO

from ccepz_sim.content.loading import load_content
from ccepz_sim.content.schema.study import Study
from ccepz_sim.studies.gym_env import ID

SEED = 1
JUDGED = range(100_001, 100_031)  # seeds of episodes that neither has met
BATCH = 40  # settings the search draws at a time
ELITE = 0.2  # of them that shape the next
LEAST = 0.02  # spread below which settings no longer differ

Act = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    """Learn, search, and print what both reach on luck they have not met."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--study", default="robust-governance")
    reader.add_argument("--steps", type=int, default=20_000, help="years lived while learning, and while searching")
    reader.add_argument("--years", type=int, default=5, help="of an episode")
    reader.add_argument("--scale", type=float, default=0.0005)
    args = reader.parse_args()

    study = load_content().study(args.study)
    study = replace(study, relations=replace(study.relations, years=args.years, scale=args.scale))
    began = time.perf_counter()
    learner = PPO("MlpPolicy", gymnasium.make(ID, study=study), seed=SEED, device="cpu").learn(args.steps)
    learned = time.perf_counter()
    plan = search(study, args.steps // args.years)
    searched = time.perf_counter()
    print(f"{args.steps} years each: learnt in {learned - began:.0f} s, searched in {searched - learned:.0f} s")

    middle = np.full(len(study.levers), 0.5)
    told = {
        "PPO, anew each year": lambda seen: np.asarray(learner.predict(seen, deterministic=True)[0], dtype=float),
        "searched plan, kept": lambda _: plan,
        "all levers in the middle": lambda _: middle,
    }
    rewards = {name: np.array([episode(study, act, seed) for seed in JUDGED]) for name, act in told.items()}
    print(f"reward of an episode of {args.years} years, {len(JUDGED)} seeds: mean and standard error")
    for name, found in rewards.items():
        print(f"  {name:26}{found.mean():+.4f} ± {found.std(ddof=1) / np.sqrt(len(found)):.4f}")
    gap = rewards["PPO, anew each year"] - rewards["searched plan, kept"]
    error = gap.std(ddof=1) / np.sqrt(len(gap))
    print(f"PPO less plan, same luck: {gap.mean():+.4f} ± {error:.4f}, better in {(gap > 0).mean():.0%}")
    print("the plan:", {lever.id: round(float(place), 2) for lever, place in zip(study.levers, plan, strict=True)})


def search(study: Study, episodes: int) -> np.ndarray:
    """Return one setting for all years, found by the cross-entropy method; shape (levers,), 0 to 1."""
    luck = np.random.default_rng(SEED)
    mean, spread = np.full(len(study.levers), 0.5), np.full(len(study.levers), 0.3)
    for _ in range(max(1, episodes // BATCH)):
        drawn = np.clip(luck.normal(mean, spread, (BATCH, len(mean))), 0.0, 1.0)
        seed = int(luck.integers(100_000))  # the same luck for all settings of a batch
        rewards = [episode(study, lambda _, setting=setting: setting, seed) for setting in drawn]
        best = drawn[np.argsort(rewards)[-max(2, int(ELITE * BATCH)) :]]
        mean, spread = best.mean(axis=0), np.maximum(best.std(axis=0), LEAST)
    return mean


def episode(study: Study, act: Act, seed: int) -> float:
    """Return the reward of an episode."""
    zone = gymnasium.make(ID, study=study)
    seen, _ = zone.reset(seed=seed)
    total, over = 0.0, False
    while not over:
        seen, reward, ended, cut, _ = zone.step(act(seen))
        total, over = total + float(reward), ended or cut
    return total


if __name__ == "__main__":
    main()
