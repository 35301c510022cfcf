"""How a picture or a table reaches a notebook, JupyterLab and a report."""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.citing import format_number, join_rows
from analysis.page import Canvas, canvas
from analysis.svg import data_uri, picture

WIDTHS = (720, 360)
MISSING = "–"  # in a table


def show(
    thing: Any,
    /,
    *args: Any,
    caption: str = "",
    formats: Mapping[str, str] | None = None,
    alt: str = "",
    data: pd.DataFrame | None = None,
    **kwargs: Any,
) -> None:
    """Display a picture or a table, with what a reader without eyes, script or network needs.

    Parameters
    ----------
    thing : callable, Axes, Figure or DataFrame
        A plot function draws both widths (720 and 360 px) from `args` and `kwargs`; Axes or a Figure show what you
        drew, one width; a DataFrame is shown as a table.
    caption : str
        Required for a table. Under a picture it adds what the picture does not say.
    formats : mapping of column to format, optional
        For a table: ``{"ratio": ".1f"}``. A column with ``_low`` and ``_high`` beside it is shown
        as one, with the range.
    alt : str
        For a picture you drew: what it shows. Plot functions write their own.
    data : DataFrame, optional
        For a picture you drew: what it was drawn from, with ``rows``. A reader can unfold and download it.

    Raises
    ------
    KeyError
        If a table, or `data`, has no column ``rows``.
    ValueError
        If a table has no caption.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> trade = load_dossier().trade
    >>> show(trade[["when", "value", "unit", "rows"]], caption="Trade as printed")  # doctest: +ELLIPSIS
    {'text/html': '<table><caption>Trade as printed</caption>...
    """
    if isinstance(thing, pd.DataFrame):
        return _emit(draw_table(thing, caption=caption, formats=formats), f"{caption}\n{thing.to_string()}")
    if not isinstance(thing, Axes | Figure):
        kwargs |= {} if data is None else {"data": data}  # the function's own
        return _emit(*draw_plot(thing, *args, caption=caption, alt=alt, **kwargs))
    figure = thing if isinstance(thing, Figure) else thing.get_figure(root=True)
    _mark_empty(figure)
    html, text = draw_picture([figure] if figure else [], caption=caption, alt=alt, data=data)
    plt.close(figure)
    _emit(html, text)


def _emit(html: str, text: str) -> None:
    display({"text/html": html, "text/plain": text}, raw=True)


def draw_plot(
    plot: Callable[..., Any],
    /,
    *args: Any,
    widths: tuple[int, ...] = WIDTHS,
    caption: str = "",
    alt: str = "",
    **kwargs: Any,
) -> tuple[str, str]:
    """Return what `draw_picture` makes of a plot function, drawn in one width or more, the widest first.

    Examples
    --------
    >>> from analysis import load_dossier, plot_trade
    >>> html, _ = draw_plot(plot_trade, load_dossier().trade, widths=(720,))
    >>> "<source" in html
    False
    """
    figures = [_draw(plot, width, *args, **kwargs) for width in widths]
    html, text = draw_picture(figures, caption=caption, alt=alt)
    for figure in figures:
        plt.close(figure)
    return html, text


def _draw(plot: Callable[..., Any], width: int, *args: Any, **kwargs: Any) -> Figure:
    if "ax" not in inspect.signature(plot).parameters:
        figure: Figure = plot(*args, width=width, **kwargs)
        return figure
    figure = plot(*args, ax=canvas(width=width), **kwargs).get_figure(root=True)
    return figure


def _mark_empty(figure: Figure | None) -> None:
    """Say so in a picture whose axes hold nothing, in place of a scale of nothing."""
    if figure and read_marks(figure).empty and not any(ax.images or ax.patches for ax in figure.axes):
        for ax in figure.axes:
            ax.set(xticks=[], yticks=[])
            ax.text(0.5, 0.5, "none among the rows shown", transform=ax.transAxes, ha="center", va="center")


def draw_picture(
    figures: list[Figure], *, caption: str = "", alt: str = "", data: pd.DataFrame | None = None
) -> tuple[str, str]:
    """Return a figure's HTML and its plain text: one drawing for wide screens and, where given, one for phones.

    Parameters
    ----------
    figures : list of Figure
        One, or two with the phone's drawing last.
    caption, alt, data
        As in `show`.

    Returns
    -------
    tuple of str
        HTML with the drawings as data URIs, the plotted rows linked and the plotted values folded; text with alt text
        and plotted values.

    Examples
    --------
    >>> from analysis import load_dossier, plot_trade
    >>> html, text = draw_picture([plot_trade(load_dossier().trade).figure])
    >>> html[:17], "T1" in text
    ('<figure><picture>', True)
    """
    wide = figures[0]
    furnished = wide if isinstance(wide, Canvas) and wide.alt else None
    words = alt or (furnished.alt if furnished else describe_figure(wide))
    plotted = furnished.data if furnished else read_marks(wide)
    phones = "".join(f'<source media="(max-width:600px)" srcset="{data_uri(picture(phone))}">' for phone in figures[1:])
    image = f'<img alt="{escape(words)}" src="{data_uri(picture(wide))}">'
    note = _draw_note(plotted if data is None and "rows" in plotted else data, caption)
    return f"<figure><picture>{phones}{image}</picture>{note}</figure>", f"{words}\n{plotted.to_string()}"


def _disarm(cell: Any) -> Any:
    """Return a text that a spreadsheet would take for a formula with an apostrophe before it; numbers stay."""
    text = cell if isinstance(cell, str) else ""
    formula = text.lstrip()[:1] in tuple("=+-@＝＋－＠") or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if text.strip() and formula and not re.fullmatch(r"[+-]?[\d.,]*", text.strip()) else cell


def _draw_note(data: pd.DataFrame | None, caption: str) -> str:
    """Return what stands under a picture: caption, rows, and the data behind it to unfold and download."""
    if data is None or data["rows"].empty:
        return f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    link = f"Rows behind this figure: {link_rows(join_rows(data['rows']))}."
    name = re.sub(r"[^a-z0-9]+", "-", caption.lower())[:60].strip("-") or "figure"
    safe = data.rename(columns=_disarm).rename_axis(index=_disarm).map(_disarm)
    safe = safe.set_index(data.index.map(_disarm).rename(safe.index.name))
    csv = quote("\ufeff" + safe.to_csv(lineterminator="\n", float_format="%.10g"))  # the mark tells Excel it is UTF-8
    formats = {str(name): ".6g" for name in data.select_dtypes("float")}
    return (
        f"<figcaption>{escape(caption)} {link}\n<details><summary>Data behind this figure</summary>"
        f"{draw_table(data, caption='Values as drawn', formats=formats)}\n"
        f'<p><a download="{name}.csv" href="data:text/csv;charset=utf-8,{csv}">Download as CSV</a></p>'
        "</details></figcaption>"
    )


def describe_figure(figure: Figure) -> str:
    """Return an alt text for a picture that no plot function drew: its titles, axes and number of values.

    Examples
    --------
    >>> ax = plt.figure().subplots()
    >>> bars = ax.bar(["a", "b"], [1, 2])
    >>> ax.set(title="Acts", ylabel="number")
    [Text(0.5, 1.0, 'Acts'), Text(0, 0.5, 'number')]
    >>> describe_figure(ax.figure)
    'Chart: Acts. Vertical: number. 2 values, x 0 to 1, y 1 to 2.'
    """
    words = ["Chart"]
    for ax in figure.axes:
        title = ax.get_title() or ax.get_title(loc="left")
        words[-1] += f": {title}" if title else ""
        names = (("Horizontal", ax.get_xlabel()), ("Vertical", ax.get_ylabel()))
        words += [f"{name}: {label}" for name, label in names if label]
    marks = read_marks(figure)
    ends = [f"{axis} {marks[axis].min():g} to {marks[axis].max():g}" for axis in marks if len(marks)]
    return ". ".join(words) + f". {len(marks)} values{', ' * bool(ends)}{', '.join(ends)}."


def read_marks(figure: Figure) -> pd.DataFrame:
    """Return the values that a figure's points, lines and bars stand at, so that a test can compare them.

    Returns
    -------
    pandas.DataFrame
        Columns x, y, rounded to six significant digits.

    Examples
    --------
    >>> ax = plt.figure().subplots()
    >>> points = ax.plot([1, 2], [3, 4], "o")
    >>> read_marks(ax.figure)["y"].tolist()
    [3.0, 4.0]
    """
    points: list[Any] = []
    for ax in figure.axes:
        for line in ax.lines:
            points += np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)]).tolist()
        for group in ax.collections:
            points += np.asarray(group.get_offsets()).reshape(-1, 2).tolist()
        for bars in ax.containers:
            lying = getattr(bars, "orientation", "") == "horizontal"
            for bar in getattr(bars, "patches", []):
                across, up = bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2
                points.append((bar.get_width(), up) if lying else (across, bar.get_height()))
    return pd.DataFrame([[float(f"{value:.6g}") for value in point] for point in points], columns=["x", "y"])


def link_rows(rows: str) -> str:
    """Return an HTML link to a set of rows, named by its id or by how many they are.

    Examples
    --------
    >>> link_rows("T3+T4")
    '<a href="#rows-T3+T4">2 rows</a>'
    """
    ids = rows.split("+")
    return f'<a href="#rows-{escape(rows)}">{escape(rows) if len(ids) == 1 else f"{len(ids)} rows"}</a>'


def draw_table(frame: pd.DataFrame, *, caption: str, formats: Mapping[str, str] | None = None) -> str:
    """Return a frame as an accessible HTML table in which every row leads to its sources.

    Parameters
    ----------
    frame : pandas.DataFrame
        Has a column ``rows``. Suffixes of column names become units: ``_pct`` (%), ``_years`` (years). A column with
        ``_link`` beside it is shown as that link.
    caption : str
        What the table shows, with units.
    formats : mapping of column to format, optional
        Other numbers print as they are; missing cells print as a dash.

    Raises
    ------
    KeyError
        If the frame has no column ``rows``.
    ValueError
        If the caption is empty.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [40.0], "rows": ["T1"]}, index=pd.Index(["T1"], name="row"))
    >>> "<th scope='row'><a href=" in draw_table(frame, caption="Trade")
    True
    """
    if not caption:
        raise ValueError("a table needs a caption: what it shows, with units")
    ranged = [name for name in frame.columns if {f"{name}_low", f"{name}_high"} <= set(frame.columns)]
    linked = [name for name in frame.columns if f"{name}_link" in frame.columns]
    hidden = {"rows"} | {f"{name}_{end}" for name in ranged for end in ("low", "high")}
    hidden |= {f"{name}_link" for name in linked}
    names = [str(name) for name in frame.columns if name not in hidden]
    own = list(frame["rows"]) == [str(label) for label in frame.index]
    heads = [str(frame.index.name or "row"), *names] + ([] if own else ["sources"])
    head = "".join(f"<th scope='col'>{escape(_name_column(name))}</th>" for name in heads)
    body = ""
    for label, cells in zip(frame.index, frame.astype("object").to_dict("records"), strict=True):
        rows = str(cells["rows"])
        texts = [_draw_cell(cells, name, (formats or {}).get(name, "")) for name in names]
        data = "".join(f"<td{_find_direction(text)}>{text}</td>" for text in texts)
        first = link_rows(rows) if own else escape(str(label))
        body += f"\n<tr><th scope='row'{_find_direction(first)}>{first}</th>{data}"
        body += ("" if own else f"<td>{link_rows(rows)}</td>") + "</tr>"
    body = body or f"\n<tr><td colspan='{len(heads)}'>No rows.</td></tr>"
    return (
        f"<table><caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>{body}\n</tbody></table>"
    )


def _find_direction(text: str) -> str:
    """Return what makes a cell with Persian, Arabic or Hebrew letters read from its own side, brackets included."""
    return " dir='auto'" if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text) else ""


def _draw_cell(cells: Mapping[Any, Any], name: str, spec: str) -> str:
    text, link = escape(_read_cell(cells, name, spec)), cells.get(f"{name}_link")
    web = isinstance(link, str) and link.startswith("https://")
    return f'<a href="{escape(str(link))}" rel="noopener">{text}</a>' if web else text


def _read_cell(cells: Mapping[Any, Any], name: str, spec: str) -> str:
    def read(value: Any) -> str:
        if pd.isna(value):
            return MISSING
        return (
            format_number(value, spec) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
        )

    low, high = (read(cells[f"{name}_{end}"]) if f"{name}_{end}" in cells else "" for end in ("low", "high"))
    value, span = read(cells[name]), f"{low} to {high}"
    if low == high:
        return value
    if MISSING in (low, high):  # a bound
        span = f"at most {high}" if low == MISSING else f"at least {low}"
        return span if value in (low, high) else f"{value} ({span})"
    return span if cells.get("bound") == "between" else f"{value} ({span})"  # the middle is nobody's figure


def _name_column(name: str) -> str:
    for suffix, unit in (("_pct", " (%)"), ("_years", " (years)")):
        if name.endswith(suffix):
            name = name.removesuffix(suffix) + unit
    return name.replace("_", " ")
