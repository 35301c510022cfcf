"""A panel for JupyterLab: choose acts; picture, rows and the command that renders the choice follow."""

from __future__ import annotations

import gc
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from traitlets import Tuple

from analysis.citing import link_article
from analysis.display import WIDTHS, draw_plot, draw_table
from analysis.dossier import CERTAINTIES, Dossier, list_options, select_rows
from analysis.plots.goldstein import plot_goldstein
from analysis.state import ROOT

COLUMNS = ["when", "label", "type", "effect", "goldstein", "certainty", "period", "paragraph", "paragraph_link", "rows"]
FORMATS = {"effect": "+d", "goldstein": "+.1f"}
STANDINGS = dict(zip(CERTAINTIES, ("asserted only", "down to reported", "down to alleged", "all"), strict=True))
OWN = Path(sys.executable).is_relative_to(ROOT)  # the Python of `make reports`
PYTHON = Path(sys.executable).relative_to(ROOT).as_posix() if OWN else "python"
KEPT = 256  # choices whose drawing is kept, of about 50 KB each


class CheckBoxes(widgets.Box):  # type: ignore[misc]
    """Check boxes, one for each option and one for all of them; `value` has the options that are checked.

    In a list that takes several, JupyterLab would take a letter or an arrow for a command of its own.

    Examples
    --------
    >>> boxes = CheckBoxes(["visit", "treaty"], description="types")
    >>> boxes.children[1].value = False
    >>> boxes.value
    ('treaty',)
    """

    value = Tuple()
    _moving = False

    def __init__(self, options: Iterable[str], *, description: str) -> None:
        self.options = tuple(options)
        how: dict[str, Any] = {"indent": False, "layout": {"width": "10em"}}
        self._every = widgets.Checkbox(description=f"all {description}", **how)
        self._boxes = [widgets.Checkbox(description=name, **how) for name in self.options]
        super().__init__([self._every, *self._boxes], layout={"flex_flow": "row wrap", "max_width": "36em"})
        self.observe(self._show, "value")
        self.value = self.options
        self._every.observe(self._take_all, "value")
        for box in self._boxes:
            box.observe(self._take, "value")

    def _show(self, change: Any) -> None:
        self._moving = True  # one change, however many boxes it moves
        for box in self._boxes:
            box.value = box.description in change.new
        self._every.value = change.new == self.options
        self._moving = False

    def _take(self, _: object) -> None:
        if not self._moving:
            self.value = tuple(box.description for box in self._boxes if box.value)

    def _take_all(self, change: Any) -> None:
        if not self._moving:
            self.value = self.options if change.new else ()


@dataclass(frozen=True)
class Panel:
    """Controls, and what they show; where no kernel runs, the picture and the rows it began with.

    Attributes
    ----------
    controls : mapping of name to widget
        By the name of the parameter: period, certainty, scale, types.
    view : ipywidgets.HTML
        The choice: the command, the picture, its rows.
    still : tuple of str
        HTML and plain text of the choice it began with.
    """

    controls: Mapping[str, Any]
    view: Any
    still: tuple[str, str]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        html, text = self.still
        *left, types = self.controls.values()
        controls = widgets.HBox([widgets.VBox(left), types], layout={"flex_flow": "row wrap"})
        bundle: dict[str, Any] = widgets.VBox([controls, self.view])._repr_mimebundle_()
        return bundle | {"text/html": html, "text/plain": text}


def explore(
    whole: Dossier,
    *,
    dossier: str = "",
    first_year: int = 0,
    last_year: int = 0,
    certainty: str = "denied",
    period: str = "",
    types: str = "",
    scale: str = "",
) -> Panel:
    """Return a panel that shows the acts of a choice; what is given is the choice that it begins with.

    A change is drawn at once, in one width, and kept. What is loaded by then is left out of Python's search for what
    can go, which would now and then take longer than a drawing.

    Parameters
    ----------
    whole : Dossier
    dossier : str
        Its folder, for the command.
    first_year, last_year, certainty, period, types, scale
        As in `select_rows`.

    Raises
    ------
    DataError
        As in `select_rows`.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> panel = explore(load_dossier(), period="PH6")
    >>> panel.controls["certainty"].value = "asserted"
    >>> "render 07-explore -p period=PH6 -p certainty=asserted" in panel.view.value
    True
    """
    links = whole.events[["text_start", "text_end"]].itertuples(index=False)
    linked = [link_article(str(whole.article["url"]), *ends) for ends in links]
    whole = replace(whole, events=whole.events.assign(paragraph_link=linked))
    fixed: dict[str, Any] = {"first_year": first_year, "last_year": last_year}
    chosen: dict[str, Any] = {"certainty": certainty, "period": period, "types": types, "scale": scale}
    still = draw_choice(whole, **fixed, **chosen)
    controls, view = _list_controls(whole, chosen), widgets.HTML()
    place = _name_place(dossier)

    @lru_cache(KEPT)
    def draw(**choice: Any) -> str:
        command = write_command(**choice, dossier=place)
        code = f'<code style="overflow-wrap: anywhere">{escape(command)}</code>'
        words = f"As a report: {code}" if command else "No type is chosen, so there is no report."
        html, _ = draw_choice(whole, widths=WIDTHS[:1], **choice)
        return f'<div class="jp-RenderedHTMLCommon" style="contain: inline-size"><p>{words}</p>{html}</div>'

    def answer(_: object = None) -> None:
        try:
            view.value = draw(**fixed, **_read_controls(controls))
        except Exception as error:  # it would be seen nowhere, and the picture before would stand for this choice
            words = escape(f"This choice cannot be shown: {type(error).__name__}: {error}")
            view.value = f'<p role="alert">{words}</p>'

    answer()
    for control in controls.values():
        control.observe(answer, "value")
    gc.collect()
    gc.freeze()
    return Panel(controls, view, still)


def draw_choice(whole: Dossier, *, widths: tuple[int, ...] = WIDTHS, **choice: Any) -> tuple[str, str]:
    """Return the picture of a choice and its rows, as HTML and as plain text.

    Parameters
    ----------
    whole : Dossier
        Its events have a column ``paragraph_link``.
    widths : tuple of int
        Of the picture, in pixels.
    **choice
        As in `select_rows`; ``types`` is None where none is chosen.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> whole = load_dossier()
    >>> whole = replace(whole, events=whole.events.assign(paragraph_link=""))
    >>> "No act is chosen" in draw_choice(whole, types=None)[1]
    True
    """
    acts = select_rows(whole, **choice | {"types": choice.get("types") or ""}).events
    acts = acts.iloc[:0] if choice.get("types", "") is None else acts
    copy = choice.get("scale") or next(iter(list_options(whole)["scale"]), "first")
    words = f"Each mark is a counted act of the choice, at its score in the {copy} copy of the scale."
    picture, text = draw_plot(plot_goldstein, acts, widths=widths, caption=words)
    words = "Acts of the choice" if len(acts) else "No act is chosen"
    table = draw_table(acts[COLUMNS], caption=words, formats=FORMATS)
    return f"{picture}\n{table}", f"{text}\n{words}\n{acts[COLUMNS].to_string()}"


def write_command(**choice: str | int | None) -> str:
    """Return the command that renders a choice as a report; what the notebook has by itself is left out.

    Parameters
    ----------
    **choice
        Parameters of the notebook; ``types`` is None where none is chosen, and then the command is empty.

    Examples
    --------
    >>> write_command(certainty="denied", types="legal+visit", dossier="my article").partition(" ")[2]
    "-m analysis render 07-explore -p types=legal+visit -p 'dossier=my article' --output my-reports"
    """
    if choice.get("types", "") is None:
        return ""
    given = [f"{name}={value}" for name, value in choice.items() if value and value != CERTAINTIES[-1]]
    options = [part for each in given for part in ("-p", each)]
    command = [PYTHON, "-m", "analysis", "render", "07-explore", *options, "--output", "my-reports"]
    return shlex.join(command)


def _name_place(dossier: str) -> str:
    """Return a dossier's folder as seen from the project, where the command is to run; of one elsewhere, its name."""
    folder = Path(dossier).resolve()
    for home in (ROOT, Path.cwd().parent):  # a worker of a cluster has the dossier in a project of its own
        if dossier and folder.is_relative_to(home):
            return folder.relative_to(home).as_posix()
    return f"path/to/{folder.name}" if dossier else ""


def _list_controls(whole: Dossier, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return a widget for each part of a choice, set to what is chosen."""
    options = list_options(whole)
    phases = [("all", ""), *zip(whole.phases["label"], options["period"], strict=True)]
    copies = [(name, name if place else "") for place, name in enumerate(options["scale"])] or [("none", "")]
    types = chosen["types"].split("+") if chosen["types"] else options["types"]
    how: dict[str, Any] = {"style": {"description_width": "8em"}, "layout": {"width": "22em", "max_width": "100%"}}
    standings = [(STANDINGS[name], name) for name in options["certainty"]]
    controls = {"period": ("Phase", phases), "certainty": ("Certainty", standings), "scale": ("Goldstein copy", copies)}
    found = {
        name: widgets.Dropdown(options=values, value=chosen[name], description=label, **how)
        for name, (label, values) in controls.items()
    }
    boxes = CheckBoxes(options["types"], description="types")
    boxes.value = tuple(name for name in boxes.options if name in types)
    return found | {"types": boxes}


def _read_controls(controls: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choice; all types are the empty text, and no type is None."""
    types = controls["types"]
    some = "+".join(types.value) or None
    every = len(types.value) == len(types.options)
    return {name: control.value for name, control in controls.items()} | {"types": "" if every else some}
