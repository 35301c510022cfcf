"""Whether the turn to conflict stands: mean Goldstein score before, in and after it, one row a way of counting."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import page, style
from analysis.citing import format_number
from analysis.metrics.choices import CODED, DRAWN, GROUPS, describe_share
from analysis.plots.rows import furnish_rows, is_narrow, leave_room, place_rows
from analysis.style import CONF, COOP, INK, MARK, PAPER, each, write

ONCE, OFTEN = "Counted once", "Counted many times; a line is the range of the runs"
MARKS = {  # shape, edge, fill, words, shift of the range in pixels
    "before": ("s", INK, PAPER, "before", -4),
    "turn": ("v", CONF, CONF, "in the turning phase", 0),
    "after": ("^", COOP, COOP, "after", 4),
}


def plot_choices(choices: pd.DataFrame, *, ax: Axes | None = None, title: str = "", **kwargs: Any) -> Axes:
    """Draw the three means of each choice on the Goldstein axis, with the verdict in words.

    Parameters
    ----------
    choices : pandas.DataFrame
        As `try_choices` returns it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new canvas of 720 pixels.
    title : str
        In place of the computed finding.
    **kwargs
        To `matplotlib.axes.Axes.scatter`, for the marks.

    Returns
    -------
    matplotlib.axes.Axes
        Mean Goldstein score; y counts pixels from the top.

    Examples
    --------
    >>> from analysis import load_dossier, try_choices
    >>> plot_choices(try_choices(load_dossier(), draws=5)).get_xlabel()
    'mean Goldstein score'
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        if choices.empty:
            return page.draw_nothing(ax, "choices about a turn to conflict")
        rows = place_rows(_list_rows(choices), narrow=is_narrow(ax))
        furnish_rows(
            ax,
            rows,
            title=title or _find_title(choices),
            subtitle="Mean Goldstein score of the acts before, in and after the turn; only drawn dates move it.",
            keys=[_sample(name) for name in GROUPS],
            source="Phases, effects and codes come from one text, so this tries the coding, not history. "
            "The finding stands where the turning phase lies left of zero and the two others right of it.",
            below=40,
            alt=_describe(choices),
            data=choices,
        )
        _draw_axis(ax, rows)
        for name in GROUPS:
            _draw_means(ax, rows, name, **kwargs)
        for row in each(rows):
            write(ax, row.verdict, ax.get_xlim()[1], row.y, ha="right")
        return ax


def _list_rows(choices: pd.DataFrame) -> pd.DataFrame:
    ranged = choices[[f"{name}_low" for name in GROUPS]].notna().any(axis=1)
    group = pd.Series(ONCE, choices.index, dtype="str").mask(ranged, OFTEN)
    counts = choices[[f"{name}_acts" for name in GROUPS]].astype("str")
    when = counts.iloc[:, 0] + ", " + counts.iloc[:, 1] + " and " + counts.iloc[:, 2] + " acts"
    rows = choices.assign(group=group, label=choices.index, when=when, part=False, bearing=1)
    return rows.sort_values("group", key=lambda names: names == OFTEN, kind="stable")


def _draw_axis(ax: Axes, rows: pd.DataFrame) -> None:
    """Set the axis so that the verdicts have room right of all marks."""
    ends = rows[[f"{name}{end}" for name in GROUPS for end in ("", "_low", "_high")]]
    low, high = min(float(ends.min().min()), 0.0) - 0.7, max(float(ends.max().max()), 0.0) + 0.7
    ax.set_xlim(low, low + (high - low) / leave_room(ax, rows, rows["verdict"], gap=8))
    ticks = [tick for tick in range(-10, 11, 2) if low <= tick <= high]
    ax.set_xticks(ticks, [format_number(tick, "+d") for tick in ticks])
    ax.set_xlabel("mean Goldstein score", loc="left")
    ax.axvline(0, color=MARK, lw=0.75, zorder=0)


def _draw_means(ax: Axes, rows: pd.DataFrame, name: str, **kwargs: Any) -> None:
    shape, edge, fill, _, shift = MARKS[name]
    ranged = rows.dropna(subset=[f"{name}_low"])
    ax.hlines(ranged["y"] + shift, ranged[f"{name}_low"], ranged[f"{name}_high"], color=edge, lw=2)
    how: dict[str, Any] = {"s": 44, "marker": shape, "facecolor": fill, "edgecolor": edge}
    known = rows.dropna(subset=[name])
    moved = known["y"] + shift * known[f"{name}_low"].notna()
    ax.scatter(known[name], moved, **(how | {"linewidth": 1.3, "zorder": 5} | kwargs))


def _sample(name: str) -> style.Key:
    shape, edge, fill, words, _ = MARKS[name]
    return style.sample_shape(shape, fill, edge), words, 12


def _find_title(choices: pd.DataFrame) -> str:
    others = choices.drop(index=[CODED, DRAWN])
    stands = others["stands_pct"] == 100
    count = f"all {len(others)}" if stands.all() else f"{stands.sum()} of {len(others)}"
    drawn: Any = choices.loc[DRAWN]
    return f"The finding stands in {describe_share(drawn['stands_pct'])} of the random datings, in {count} other ways"


def _describe(choices: pd.DataFrame) -> str:
    first: Any = choices.iloc[0]
    means = ", ".join(format_number(first[name], "+.1f") if pd.notna(first[name]) else "none" for name in GROUPS)
    words = [f"Dot plot of {len(choices)} ways of counting, three mean Goldstein scores each."]
    words.append(f"{choices.index[0]}: before, in and after the turn {means}.")
    turns = choices["turn"].dropna()
    if len(turns):
        ends = [format_number(end, "+.1f") for end in (turns.min(), turns.max())]
        words.append(f"In the turning phase the means run from {ends[0]} to {ends[1]}.")
    others = [f"{name} {row['verdict']}" for name, row in choices[choices["stands_pct"] < 100].iterrows()]
    words.append(f"It stands in all but: {'; '.join(others)}." if others else "It stands in all of them.")
    return " ".join(words)
