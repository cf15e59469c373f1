"""The answer to "why?": shares of decisions as bars, and the chain of each in plain words."""

from __future__ import annotations

from ccepz_sim.content.loading import Content
from ccepz_sim.game.explain import Explanation, Share, Step, Unit
from ccepz_sim.game.placebo import too_small
from ccepz_sim.measures.indicators import Indicator, all_indicators
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.charts import colour_of, gap_text, tone_of
from ccepz_sim.web.views.words import Part, words


def answer(content: Content, found: Explanation, lang: str) -> Part:
    """Describe an explanation."""
    indicator = all_indicators()[found.indicator]
    t = words("why", lang)
    most = max([abs(share.gain) for share in found.shares] + [abs(found.total), abs(found.interaction), 1e-300])
    scale = numbers.scale_of(indicator.unit, max(abs(found.own), abs(found.without)), lang)
    fine = numbers.scale_of(indicator.unit, most, lang)
    rows = [
        {
            "key": f"{share.unit.number}-{share.unit.group}-{share.unit.lever}",
            "name": unit_name(content, share.unit, lang),
            "year": share.unit.year,
            "gain": _gain(indicator, share.gain, fine, lang),
            "size": round(share.gain / most, 4),
            "tone": "" if too_small(found.indicator, share.gain) else tone_of(indicator, share.gain),
            "zero": share.gain == 0.0,
            "small": too_small(found.indicator, share.gain),
            "path": _path(share, lang),
            "luck": _luck(share, lang),
            "loose": bool(share.elsewhere) and 2 * share.agree <= len(share.elsewhere),
        }
        for share in found.shares
    ]
    return {
        "label": indicator.label.get(lang),
        "help": indicator.help.get(lang),
        "colour": colour_of(found.indicator),
        "year": found.year,
        "own": scale.write(found.own, lang),
        "without": scale.write(found.without, lang),
        "total": _gain(indicator, found.total, fine, lang),
        "total_size": round(found.total / most, 4),
        "total_tone": "" if too_small(found.indicator, found.total) else tone_of(indicator, found.total),
        "interaction": _gain(indicator, found.interaction, fine, lang),
        "interaction_size": round(found.interaction / most, 4),
        "rows": rows,
        "missing": fill(t["missing"], count=found.missing) if found.missing else "",
    }


def _gain(indicator: Indicator, gain: float, scale: numbers.Scale, lang: str) -> str:
    """Write a contribution: points for shares, else the unit."""
    if indicator.unit in ("1", "share"):
        return numbers.join(numbers.number_text(100 * gain, 1, sign=True), words("charts", lang)["points"], lang)
    return scale.write(gain, lang, sign=True)


def unit_name(content: Content, unit: Unit, lang: str) -> str:
    """Name what was left out."""
    name = content.levers[unit.lever].label.get(lang) if unit.lever else content.groups[unit.group].label.get(lang)
    if not unit.package:
        return name
    return fill(words("why", lang)["of_package"], name=name, package=content.packages[unit.package].label.get(lang))


def _path(share: Share, lang: str) -> list[Part]:
    """Tell the chain step by step; where no chain fits, what moved most beside it."""
    if share.steps:
        whys = [step.link.why.get(lang) if step.link else "" for step in share.steps]
        return [{"text": _step(step, lang), "why": why} for step, why in zip(share.steps, whys, strict=True)]
    if share.movers:
        listed = ("；" if lang == "zh" else "; ").join(_step(step, lang) for step in share.movers)
        return [{"text": fill(words("why", lang)["no_chain"], movers=listed), "why": ""}]
    return []


def _step(step: Step, lang: str) -> str:
    indicator = all_indicators()[step.indicator]
    scale = numbers.scale_of(indicator.unit, max(abs(step.before), abs(step.after)), lang)
    before = numbers.number_text(step.before / scale.factor, scale.decimals)
    gap = gap_text(indicator, step.after, step.before, scale, lang)
    sentence = words("why", lang)["step"]
    return fill(sentence, name=indicator.label.get(lang), before=before, after=scale.write(step.after, lang), gap=gap)


def _luck(share: Share, lang: str) -> str:
    if not share.elsewhere:
        return ""
    return fill(words("why", lang)["elsewhere"], agree=share.agree, worlds=len(share.elsewhere))
