"""The phases of a narrative as bars on a time axis."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis import page, style
from analysis.dossier import Dossier
from analysis.plots import placing
from analysis.plots.words import count_sides
from analysis.style import BAND, CONF, INK, MARK, NOTE, RULE, each, write

BAR = 20


def lay_phases(dossier: Dossier, *, low: float, high: float, per_year: float) -> pd.DataFrame:
    """Return the phases with the place of bar and name (inside, else right, else left) and the lane.

    Parameters
    ----------
    dossier : Dossier
    low, high : float
        Ends of the time axis, in years.
    per_year : float
        Pixels of a year.

    Returns
    -------
    pandas.DataFrame
        The columns of `Dossier.periods`, phases only, and start, end, sure_start, sure_end, x (of the name, in
        years), left (name to the right of x), turn (holds the turn), lane.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> int(lay_phases(load_dossier(), low=1991, high=2026, per_year=20)["turn"].sum())
    1
    """
    turn = count_sides(dossier.events)[3]
    phases = dossier.phases
    start, end = (style.to_years(phases["earliest"]).clip(lower=low), style.to_years(phases["latest"], end=True))
    room = (
        pd.Series([page.measure_text(label, NOTE, weight="bold") + 8 for label in phases["label"]], phases.index)
        / per_year
    )
    inside = end - start > room
    right = ~inside & (end + room < high)
    spans = zip(start.where(inside | right, start - room), end.where(~right, end + room), strict=True)
    return phases.assign(
        start=start,
        end=end,
        sure_start=style.to_years(phases["sure_start"]),
        sure_end=style.to_years(phases["sure_end"], end=True).fillna(end),
        x=start.where(~right, end),
        left=inside | right,
        turn=phases["label"] == turn,
        lane=placing.pack(spans),
    )


def draw_phases(ax: Axes, phases: pd.DataFrame, height: float) -> None:
    """Draw the bars of `lay_phases`: what is surely inside solid, what may be inside dotted.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> ax = page.canvas()
    >>> draw_phases(ax, lay_phases(load_dossier(), low=1991, high=2026, per_year=20), 60)
    >>> len(ax.texts)
    8
    """
    ax.set_axis_off()
    ax.set_ylim(height, 0)
    for phase in each(phases):
        y = 2 + BAR * phase.lane
        how: dict[str, Any] = {"color": CONF, "weight": "bold"} if phase.turn else {"color": INK}
        outer, inner = phase.end - phase.start, phase.sure_end - phase.sure_start
        dots: dict[str, Any] = {"fc": BAND, "ec": MARK, "lw": 0.8, "ls": (0, (1.5, 2)), "clip_on": False}
        ax.add_patch(Rectangle((phase.start, y), outer, 16, **dots))
        if inner > 0:
            edge = CONF if phase.turn else "none"
            ax.add_patch(Rectangle((phase.sure_start, y), inner, 16, fc=RULE, ec=edge, lw=1.6, zorder=2))
        dx, ha = (4, "left") if phase.left else (-4, "right")
        write(ax, phase.label, phase.x, y + 8.5, dx=dx, ha=ha, size=NOTE, **how)
