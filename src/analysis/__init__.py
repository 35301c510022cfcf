"""A published article on two countries, coded into tables: load, count, cite, draw and render it."""

from analysis.citing import PARAMETERS, Quantity, cite, cite_source, format_number, join_rows
from analysis.display import show
from analysis.dossier import Dossier, load_dossier, select_rows
from analysis.errors import AnalysisError, DataError, ParameterError, RenderError
from analysis.findings import (
    find_agreement,
    find_agreements,
    find_coding,
    find_evidence,
    find_robustness,
    find_rupture,
    find_trade,
    find_visits,
)
from analysis.metrics.agreement import list_disagreements, measure_agreement, pair_passes
from analysis.metrics.choices import try_choices
from analysis.metrics.claims import (
    check_claims,
    measure_growth,
    measure_interval,
    measure_level,
    measure_overlap,
    measure_rank,
    measure_ratio,
)
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
from analysis.metrics.evidence import (
    compare_evidence,
    compare_reports,
    convert_figures,
    deflate_figures,
    find_contradictions,
    list_foreign,
    list_totals,
)
from analysis.metrics.trade import (
    compare_parts,
    compare_trade,
    list_left_out,
    name_measures,
    select_comparable,
    share_of_peak,
    trade_growth,
    trade_ratio,
)
from analysis.plots.choices import plot_choices
from analysis.plots.evidence import plot_evidence
from analysis.plots.fields import plot_fields
from analysis.plots.goldstein import plot_goldstein
from analysis.plots.mirror import plot_mirror
from analysis.plots.overview import plot_overview
from analysis.plots.timeline import plot_timeline
from analysis.plots.trade import plot_trade
from analysis.plots.visits import plot_visits
from analysis.rows import list_rows
