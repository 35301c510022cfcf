"""What can be computed from a dossier. Every number carries the ids of the rows it came from."""

from analysis.metrics.events import (
    count_effects,
    count_events,
    count_initiators,
    count_within,
    find_gaps,
    find_turn,
    leave_one_out,
    list_fields,
    score_periods,
    select_visits,
)
from analysis.metrics.trade import (
    compare_trade,
    list_left_out,
    select_comparable,
    share_of_peak,
    trade_growth,
    trade_ratio,
)

__all__ = [
    "compare_trade",
    "count_effects",
    "count_events",
    "count_initiators",
    "count_within",
    "find_gaps",
    "find_turn",
    "leave_one_out",
    "list_fields",
    "list_left_out",
    "score_periods",
    "select_comparable",
    "select_visits",
    "share_of_peak",
    "trade_growth",
    "trade_ratio",
]
