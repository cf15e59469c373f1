"""The parts of a phenomenon as studies: effect, knock-out, null, sample of parameters and screening."""

from __future__ import annotations

from dataclasses import replace

from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.lever import Setting
from ccepz_sim.content.schema.phenomenon import Claim, Phenomenon
from ccepz_sim.content.schema.study import Factor, Study, StudyPolicy
from ccepz_sim.state.decisions import Decision, decisions_of

EFFECT, KNOCK_OUT, NULL, SPACE, SCREENING = "effect", "knock-out", "null", "space", "screening"
SHOWN, SPREAD = (EFFECT, KNOCK_OUT, NULL), (SPACE, SCREENING)


def study_of_part(phenomenon: Phenomenon, part: str, content: Content, seeds: int = 0, scale: float = 0.0) -> Study:
    """Return the study of one part of a phenomenon.

    Args:
        phenomenon: what is shown.
        part: `effect`, `knock-out`, `null`, `space` or `screening`.
        content: says what the status quo is.
        seeds: seeds of effect and knock-out, at most so many of the null; 0 for those of the phenomenon.
        scale: residents sampled per resident, 0 for the game's default.
    """
    whole = phenomenon.study
    relations = replace(whole.relations, scale=scale)
    plain = replace(whole, design="grid", uncertainties=(), seeds=seeds or phenomenon.seeds, relations=relations)
    if part == EFFECT:
        return _counted(plain)
    if part == KNOCK_OUT:
        off = phenomenon.knock_out
        factors = tuple(Factor(name, (value, value), (value,), False, 0.0) for name, value in off.parameters)
        without = replace(relations, without=off.without)
        claim = phenomenon.claim(off.claim)
        return _counted(_only(replace(plain, uncertainties=factors, relations=without), (claim,)))
    main = phenomenon.claims[:1]
    if part == NULL:
        still = replace(relations, frozen=True)
        fewer = min(seeds or phenomenon.null_seeds, phenomenon.null_seeds)
        policies = tuple(_at_rest(policy, content, relations.from_ + relations.years) for policy in whole.policies)
        return _counted(_only(replace(plain, seeds=fewer, relations=still, policies=policies), main))
    sampled = _only(replace(whole, relations=relations), main)
    if part == SCREENING:
        sampled = replace(sampled, design="morris", samples=phenomenon.trajectories, uncertainties=phenomenon.named)
    return _counted(sampled)


def _only(study: Study, claims: tuple[Claim, ...]) -> Study:
    """Keep the arms, scenarios and outcomes that some claims look at."""
    arms = [arm for claim in claims for arm in (claim.of, claim.against, *claim.less)]
    kept = {(name, claim.view) for claim in claims for name in (claim.indicator, claim.over)}
    return replace(
        study,
        policies=tuple(policy for policy in study.policies if policy.id in {arm.policy for arm in arms}),
        scenarios=tuple(name for name in study.scenarios if name in {arm.scenario for arm in arms}),
        outcomes=tuple(one for one in study.outcomes if (one.indicator, one.view) in kept),
    )


def _counted(study: Study) -> Study:
    return replace(study, expected_runs=study.runs)


def _at_rest(policy: StudyPolicy, content: Content, end: float) -> StudyPolicy:
    """Announce every lever that a policy moves at its status quo, on the same dates and whenever that changes."""
    made = decisions_of(tuple(content.package(name) for name in policy.packages))
    moved = (*made, *(Decision(entry.lever, entry.value, entry.from_) for entry in policy.set))
    settings = []
    for lever in dict.fromkeys(decision.lever for decision in moved):
        own = {decision.year for decision in moved if decision.lever == lever}
        law = {dated.from_ for dated in content.levers[lever].status_quo if min(own) < dated.from_ < end}
        settings += [Setting(lever, date, content.levers[lever].status_quo_at(date)) for date in sorted(own | law)]
    return replace(policy, packages=(), set=tuple(settings))
