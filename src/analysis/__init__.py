"""A published article on two countries, coded into tables: load, count, cite, draw and render it."""

from analysis.citing import PARAMETERS, Quantity, cite, format_number, join_rows
from analysis.display import show
from analysis.dossier import Dossier, list_rows, load_dossier, select_rows
from analysis.errors import AnalysisError, DataError, ParameterError, RenderError
from analysis.findings import find_agreements, find_coding, find_rupture, find_trade, find_visits
from analysis.metrics.events import (
    count_effects,
    count_events,
    count_initiators,
    count_within,
    find_gaps,
    find_longest,
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
from analysis.plots.fields import plot_fields
from analysis.plots.goldstein import plot_goldstein
from analysis.plots.overview import plot_overview
from analysis.plots.timeline import plot_timeline
from analysis.plots.trade import plot_trade
from analysis.plots.visits import plot_visits
