"""The parameters of a run as phases and compiled functions read them.

A list of the names of `data/parameters.csv`, where each is declared, so that a type checker
finds a misspelt one before a run; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from innocluster.agents.records import Record

__all__ = ["Parameters"]


@dataclass(frozen=True)
class Parameters(Record):
    """Values of all parameters; meaning, unit, range and source stand in the table."""

    capital_elasticity: float
    target_utilisation: float
    capital_output_ratio: float
    rd_elasticity: float
    spillover_elasticity: float
    technical_progress: float
    growth_dispersion: float
    growth_dispersion_exponent: float
    shock_arrival: float
    shock_half_life: float
    rd_depreciation: float
    subsidy_additionality: float
    half_distance: float
    complex_weight: float
    outside_weight: float
    business_stealing: float
    spillover_percentile: float
    innovation_depreciation: float
    attempt_rate: float
    commercial_success: float
    own_innovation_step: float
    planning_lag: float
    product_line_revenue: float
    role_adherence: float
    role_returns: float
    duplication: float
    programme_adherence: float
    role_share: float
    role_link_days: float
    learning_meeting: float
    learning_project: float
    absorption_threshold: float
    optimal_distance: float
    distance_absorption: float
    familiarity_decay: float
    familiarity_meeting: float
    familiarity_success: float
    familiarity_failure: float
    information_probability: float
    information_gain: float
    information_ceiling: float
    sharing_strangers: float
    sharing_trusted: float
    news_refresh: float
    rival_secrecy: float
    meeting_depreciation: float
    product_niches: float
    background_rate: float
    occasion_exponent: float
    anchor_share: float
    contact_scale: float
    contact_members_exponent: float
    attendance: float
    expert_share: float
    meeting_cost: float
    introduction_cost: float
    attendance_days: float
    joining_size: float
    joining_research: float
    joining_large: float
    joining_peers: float
    joining_benefit: float
    leaving_rate: float
    proposal_base: float
    proposal_familiarity: float
    proposal_structure: float
    proposal_distance: float
    proposal_research_body: float
    proposal_subsidy: float
    project_cost: float
    consortium_share: float
    task_rate: float
    task_cost: float
    task_guidance_share: float
    task_link_months: float
    task_gain: float
    task_export: float
    project_duration: float
    success_low: float
    success_high: float
    success_relational: float
    success_distance: float
    joint_gain: float
    invention_rate: float
    invention_spread: float
    shelf_life: float
    licence_hazard: float
    licence_familiarity: float
    licence_lag: float
    licence_success: float
    transfer_gain: float
    licence_fee: float
    royalty_rate: float
    applied_drift: float
    spin_off_rate: float
    screening_good: float
    screening_bad: float
    task_selection: float
    task_solution: float
    outside_head_noise: float
    productivity_noise: float
    absorption_noise: float
    accounts_lag: float
    lag_scale: float
    noise_scale: float
    committee_votes: float
    evaluation_weight: float
    repetition_penalty: float
    candidate_pairs: float
    broker_bandwidth: float
    long_range_share: float
    gatekeeper_share: float
    substitution: float
    rivals_growth: float
    brand_premium: float
    export_quality: float
    export_brand: float
    brand_hazard: float
    brand_background_link: float
    capital_depreciation: float
    capital_adjustment: float
    labour_adjustment: float
    expectation_months: float
    labour_share: float
    interest_rate: float
    first_cash: float
    exit_rate: float
    established_exit_rate: float
    exit_size: float
    exit_age: float
    entry_scale: float
    entry_profit: float
    land_price_elasticity: float
    land_scale: float
    refill_hazard: float
    building_time: float
    moving_time: float
    rooms_per_plot: float
    room_building: float
    matching_capacity: float
    shortlist_pairs: float
    network_complementarity: float
    network_rivalry: float
    key_player_share: float
    background_repeat: float
    background_closure: float
    background_body_share: float
    remembered_pairs: float
    tie_familiarity: float
    contact_familiarity: float
    entrant_scatter: float
    spin_off_size: float
    insolvency_patience: float
    takeover_size: float
    exporter_log_odds: float
    least_presence: float
    working_days: float
    cash_ceiling: float
    least_labour_share: float
    success_ceiling: float
    joint_gain_base: float
    project_cost_spread: float
    consortium_cost: float
    good_project: float
    large_firm: float
    large_revenue: float
