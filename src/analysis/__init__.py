"""A published article on two countries, coded into tables: load, count, cite, draw and render it."""

from analysis.citing import PARAMETERS, Quantity, cite, format_number, join_rows, pick
from analysis.display import show
from analysis.dossier import Dossier, list_rows, load_dossier, select_rows
from analysis.errors import AnalysisError, DataError, ParameterError, RenderError
from analysis.findings import find_rupture, find_trade
from analysis.metrics import (
    compare_trade,
    count_effects,
    count_events,
    count_initiators,
    count_within,
    find_gaps,
    find_turn,
    leave_one_out,
    list_left_out,
    score_periods,
    select_comparable,
    share_of_peak,
    trade_growth,
    trade_ratio,
)
from analysis.plots import plot_goldstein, plot_overview, plot_timeline, plot_trade

__all__ = [
    "PARAMETERS",
    "AnalysisError",
    "DataError",
    "Dossier",
    "ParameterError",
    "Quantity",
    "RenderError",
    "cite",
    "compare_trade",
    "count_effects",
    "count_events",
    "count_initiators",
    "count_within",
    "find_gaps",
    "find_rupture",
    "find_trade",
    "find_turn",
    "format_number",
    "join_rows",
    "leave_one_out",
    "list_left_out",
    "list_rows",
    "load_dossier",
    "pick",
    "plot_goldstein",
    "plot_overview",
    "plot_timeline",
    "plot_trade",
    "score_periods",
    "select_comparable",
    "select_rows",
    "share_of_peak",
    "show",
    "trade_growth",
    "trade_ratio",
]
