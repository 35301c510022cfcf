"""Pictures on the axes contract of seaborn: each draws into an Axes and returns it."""

from analysis.plots.fields import plot_fields
from analysis.plots.goldstein import plot_goldstein
from analysis.plots.overview import plot_overview
from analysis.plots.timeline import plot_timeline
from analysis.plots.trade import plot_trade
from analysis.plots.visits import plot_visits

__all__ = ["plot_fields", "plot_goldstein", "plot_overview", "plot_timeline", "plot_trade", "plot_visits"]
