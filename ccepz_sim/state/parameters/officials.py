"""Parameters of officials, collusion, inspection and voice."""

from __future__ import annotations

from ccepz_sim.state.parameters.group import Group


class OfficialsParameters(Group):
    """Officials and evaluation: `agents/parameters/officials.toml`."""

    audit_deters: float  # 1
    boast: float  # 1
    control_scale: float  # count
    data_penalty: float  # 1
    data_removed: float  # 1
    departments: float  # count
    effort_floor: float  # 1
    effort_gain: float  # 1
    enforcement_cost: float  # 1
    former_lesson: float  # 1
    gap_scale: float  # 1
    growth_first_share: float  # 1
    growth_tilt: float  # 1
    growth_weight_least: float  # 1
    honesty_floor: float  # 1
    manipulation: float  # 1
    native_lenience: float  # 1
    native_share: float  # 1
    overlap: float  # 1
    own_concern: float  # 1
    promotion_quarters: float  # quarters
    promotion_slope: float  # share/year
    pulse_effort: float  # 1
    pursuit: float  # 1
    score_green: float  # 1
    score_growth: float  # 1
    score_noise: float  # 1
    score_voice: float  # 1
    standing_from_score: float  # points
    standing_neutral: float  # 1
    standing_return: float  # share/year
    standing_scandal: float  # points/person
    standing_start: float  # points
    tenure_middle: float  # quarters
    tenure_spread: float  # quarters
    traces_fade: float  # share/year
    trust_neutral: float  # 1
    veto_most: float  # 1
    veto_neutral: float  # 1
    veto_slope: float  # 1
    voice_base: float  # 1
    voice_pull: float  # 1
    waste_duty: float  # 1
    waste_reference: float  # 1


class CollusionParameters(Group):
    """Collusion of firms and officials: `agents/parameters/collusion.toml`."""

    accountability_weight: float  # 1
    approval_reference: float  # quarters
    belief_floor: float  # 1
    belief_speed: float  # share/quarter
    belief_start: float  # 1
    bundling: float  # 1
    delay_cost: float  # 1
    extortion_integrity: float  # 1
    extortion_rate: float  # 1/quarter
    extortion_take: float  # 1
    firm_fine: float  # multiple
    hidden_share: float  # 1
    long_term_moral: float  # multiple
    meeting_chance: float  # share/quarter
    moral_mean: float  # multiple
    moral_sd: float  # multiple
    native_ease: float  # 1
    official_audit_view: float  # 1
    official_fine: float  # multiple
    official_moral: float  # multiple
    official_power: float  # 1
    official_repays: float  # multiple
    official_view: float  # 1
    own_detection: float  # multiple
    own_lesson: float  # 1
    peer_weight: float  # 1
    prior_hit: float  # count
    prior_miss: float  # count
    pulse_fear: float  # 1
    salience: float  # 1
    search_cost: float  # multiple


class InspectionParameters(Group):
    """Inspections, audits and penalties: `agents/parameters/inspection.toml`."""

    audit_capacity: float  # 1
    audit_reach: float  # 1
    brand_loss: float  # 1
    cases_per_inspector: float  # count/person/quarter
    central_notice: float  # 1
    central_reach: float  # 1
    citizen_strength: float  # 1
    fine_lag: float  # quarters
    key_attention: float  # 1
    key_part: float  # 1
    media_light: float  # 1
    official_removed: float  # 1
    recovery: float  # 1
    reveal_share: float  # 1
    routine_load: float  # 1
    stop_margin: float  # 1
    stop_share: float  # 1
    tip_off: float  # 1
    visible_base: float  # 1
    visits_per_inspector: float  # count/person/quarter


class VoiceParameters(Group):
    """Public opinion and voice: `agents/parameters/voice.toml`."""

    awareness_start: float  # 1
    complain_aware: float  # logit
    complain_base: float  # logit
    complain_harm: float  # logit
    complain_trust: float  # logit
    complain_voice: float  # logit
    complaint_most: float  # share/quarter
    education_effect: float  # 1
    education_scale: float  # yuan/person/year
    free_ride: float  # logit
    hidden_harm: float  # 1
    imitation: float  # share/quarter
    learning: float  # share/quarter
    media_weight: float  # 1
    overload: float  # 1
    overload_at: float  # share/quarter
    pressure_scale: float  # share/quarter
    reach: float  # 1
    reply_speed: float  # share/quarter
    reply_start: float  # 1
    signal_base: float  # 1
    silent_part: float  # 1
    skill_learning: float  # 1
    spread_start: float  # 1
    strength_most: float  # 1
    strength_scale: float  # share/quarter
    strength_start: float  # 1
    trust_base: float  # 1
    trust_harm: float  # 1
    trust_reply: float  # 1
    trust_scandal: float  # 1
    trust_speed: float  # share/quarter
    trust_start: float  # 1
    trust_voice: float  # 1
