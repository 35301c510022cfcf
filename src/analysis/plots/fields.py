"""Which act concerns which field of cooperation: a matrix of marks, and not one number."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import page, style
from analysis.dossier import Dossier
from analysis.metrics.events import ROLES, list_fields
from analysis.plots import placing
from analysis.plots.rows import RIGHT, furnish_rows, is_narrow, measure_labels, place_rows
from analysis.plots.words import count_words, join_words, name_source
from analysis.style import MARK, MUTED, NOTE, RULE, each, write

LEVEL = 15  # height of a line of group names


def plot_fields(dossier: Dossier, *, ax: Axes | None = None, title: str = "", **kwargs: Any) -> Axes:
    """Draw one row an act and one column a field, with a mark where the act concerns the field.

    Rows stand under what the act makes of its fields (`list_fields`); fields stand by group. Nothing is counted:
    an act that concerns several fields is not divided among them.

    Parameters
    ----------
    dossier : Dossier
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new canvas of 720 pixels.
    title : str
        In place of the computed finding.
    **kwargs
        To `matplotlib.axes.Axes.scatter`, for the marks.

    Returns
    -------
    matplotlib.axes.Axes
        Columns from 0; y counts pixels from the top.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> texts = [text.get_text() for text in plot_fields(load_dossier()).texts if text.get_rotation()]
    >>> texts[:2]
    ['agriculture', 'customs']
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        named = list_fields(dossier.events)
        if named.empty:
            return page.draw_nothing(ax, "acts that concern a field")
        columns = order_fields(named, dossier.fields)
        rows = _list_acts(named)
        left = measure_labels(ax, rows)
        per_column = page.measure_plot(ax, left=left, right=RIGHT) / len(columns)
        groups = _place_groups(columns, per_column)
        head = max(map(page.measure_text, columns["field"])) + 12 + LEVEL * float(groups["lane"].max() + 1)
        rows = place_rows(rows, narrow=is_narrow(ax), head=head)
        marks = named.assign(x=named["field"].map(columns.reset_index().set_index("field")["index"]), y=rows["y"])
        furnish_rows(
            ax,
            rows,
            title=title or _find_title(named),
            subtitle="Fields that each act concerns, under the headings of the codebook. A mark is not a number.",
            keys=style.list_keys(rows),
            source=_describe_source(named, dossier.events),
            below=4,
            alt=_describe(named),
            data=named.assign(group=named["role"])[["when", "label", "field", "group", "certainty", "rows"]],
        )
        _draw_grid(ax, rows, columns, groups, head)
        style.draw_marks(ax, marks.assign(part=marks["parent_id"].notna()), **({"size": 40} | kwargs))
        return ax


def order_fields(named: pd.DataFrame, fields: pd.DataFrame) -> pd.DataFrame:
    """Return the fields that occur, by group; the group with most fields first.

    Returns
    -------
    pandas.DataFrame
        Index: place from 0. Columns field, group.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> dossier = load_dossier()
    >>> order_fields(list_fields(dossier.events), dossier.fields)["group"].unique().tolist()
    ['economy', 'people', 'security', 'infrastructure']
    """
    found = fields[fields.index.isin(named["field"])].reset_index()[["field", "group"]]
    sizes = found.groupby("group")["field"].transform("size")
    found = found.assign(size=-sizes).sort_values(["size", "group", "field"], ignore_index=True)
    return found[["field", "group"]]


def _list_acts(named: pd.DataFrame) -> pd.DataFrame:
    """Return one row an act, by role and date; a part without its whole above it is indented all the same."""
    acts = named[~named.index.duplicated()]
    acts = acts.assign(group=acts["role"].astype("str").str.capitalize(), part=acts["parent_id"].notna())
    return acts.sort_values(["role", "latest", "earliest"], kind="stable")


def _place_groups(columns: pd.DataFrame, per_column: float) -> pd.DataFrame:
    """Return the groups with first and last column, and the place and lane of their names."""
    places = columns.reset_index().groupby("group", sort=False)["index"].agg(["min", "max"])
    places = places.rename(columns={"min": "first", "max": "last"}).reset_index()
    wide = pd.Series([page.measure_text(name, NOTE) + 12 for name in places["group"]]) / per_column
    x = places["first"].clip(upper=(len(columns) - wide).clip(lower=0))
    spans = zip(x, (x + wide).clip(lower=places["last"] + 1), strict=True)
    return places.assign(x=x, lane=placing.pack(spans))


def _draw_grid(ax: Axes, rows: pd.DataFrame, columns: pd.DataFrame, groups: pd.DataFrame, head: float) -> None:
    bottom, places = float(rows["bottom"].max()), list(columns.index)
    ax.set(xlim=(-0.5, len(columns) - 0.5), xticks=[])
    ax.spines.bottom.set_visible(False)
    if not isinstance(ax.figure, page.Canvas):
        ax.set_xticks(places, list(columns["field"]), rotation=90)
        head = 0
    for x, field in columns["field"].items() if head else ():
        write(ax, field, float(str(x)), head - 4, ha="center", va="bottom", rotation=90)
    ax.vlines(places, head, bottom, color=RULE, lw=0.7, zorder=0)
    ax.hlines(rows["y"], -0.5, len(columns) - 0.5, color=RULE, lw=0.4, zorder=0)
    line = LEVEL * float(groups["lane"].max() + 1) + 2
    for group in each(groups) if head else ():
        shifted, y = group.x < group.first, line - 2 - LEVEL * (group.lane + 0.5)
        x, ha = (group.last + 0.4, "right") if shifted else (group.first - 0.4, "left")
        write(ax, group.group, x, y, dx=-4 if shifted else 0, ha=ha, size=NOTE, color=MUTED)
        ax.hlines(line, group.first - 0.4, group.last + 0.4, color=MARK, lw=1)
        ax.vlines(x, y if group.lane else line, line, color=MARK, lw=1)


def _find_title(named: pd.DataFrame) -> str:
    numbered = named[named["quantity"].notna() & (named["type"] == "agreement")]
    most = numbered.groupby("label", sort=False)["field"].size().sort_values(kind="stable")
    fields, acts = count_words(named["field"].nunique(), "field"), named.index.nunique()
    neutral = f"{fields.capitalize()} that {count_words(acts, 'act')} concern{'s' * (acts == 1)}"
    if most.empty:
        return neutral
    title = f"“{most.index[-1]}”: {count_words(int(most.iloc[-1]), 'field')}, and a number for none of them"
    return title if len(title) <= 95 else neutral


def _describe_source(named: pd.DataFrame, events: pd.DataFrame) -> str:
    acts = named[~named.index.duplicated()]
    words = [name_source(acts), "Words, talks and ceremony: CAMEO roots 01–04, and 051."]
    whole = acts[acts["quantity"].notna() & (acts["type"] == "agreement")]
    words += [f"The number of “{act.label}” is not divided among its fields." for act in each(whole)]
    context = int((events["fields"].notna() & events["bearing"].isna()).sum())
    words += [f"Not drawn: {count_words(context, 'row')} of context."] if context else []
    return " ".join(words)


def _describe(named: pd.DataFrame) -> str:
    fields = {role: set(named.loc[named["role"] == role, "field"]) for role in ROLES}
    words = [
        f"Matrix of {count_words(named.index.nunique(), 'act')} and {count_words(named['field'].nunique(), 'field')}."
    ]
    for role, found in fields.items():
        only = sorted(found.difference(*[other for name, other in fields.items() if name != role]))
        words += [f"Only {role}: {join_words(only)}."] if only else []
    return " ".join(words)
