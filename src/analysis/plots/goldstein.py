"""Acts on the Goldstein scale, by phase: every act a mark, the counts first, the mean with its frailty."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import page, style
from analysis.citing import format_number
from analysis.metrics.events import FEWEST, count_effects, score_periods
from analysis.plots import placing
from analysis.plots.words import OUTSIDE, count_words, join_words, name_source
from analysis.style import EFFECTS, INK, MARK, MUTED, NOTE, RULE, each, write

LIMIT, STEP, HEAD, FOOT = 10.4, 12, 30, 32


def plot_goldstein(events: pd.DataFrame, *, ax: Axes | None = None, title: str = "", **kwargs: Any) -> Axes:
    """Draw each counted act at its Goldstein score, one band a phase, with counts by effect and the mean.

    Near scores are stacked upwards. A phase with at least five scored acts has a mean and the range it takes
    when any one act is left out. Parts, context and acts without a score are left out and counted below.

    Parameters
    ----------
    events : pandas.DataFrame
        `Dossier.events`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new canvas of 720 pixels.
    title : str
        In place of the computed finding.
    **kwargs
        To `matplotlib.axes.Axes.scatter`, for the marks.

    Returns
    -------
    matplotlib.axes.Axes
        Goldstein score; y counts pixels from the top.

    Examples
    --------
    >>> from analysis import load_dossier
    >>> plot_goldstein(load_dossier().events).get_xlabel()
    'Goldstein score'
    """
    with style.house_style():
        ax = page.canvas() if ax is None else ax
        acts = stack_acts(events)
        if acts.empty:
            return page.draw_nothing(ax, "scored acts between the two governments")
        bands = _measure_bands(acts)
        height = float(bands["bottom"].iloc[-1])
        page.furnish(
            ax,
            title=title or _find_title(bands, acts),
            subtitle="Each act on the Goldstein scale. Counts are by effect on relations, not by score.",
            keys=_list_keys(acts, bands),
            source=_describe_source(acts, events),
            height=height,
            left=14,
            right=14,
            below=44,
            alt=_describe(bands, acts),
            data=acts[["group", "label", "goldstein", "effect", "certainty", "rows"]],
        )
        _draw_axes(ax, height)
        acts["y"] = acts["group"].map(bands["base"]) - STEP * (acts["level"] + 0.5)
        style.draw_marks(ax, acts, **({"size": 44} | kwargs))
        for band in each(bands):
            _draw_band(ax, band)
        _label_contradictions(ax, acts)
        return ax


def stack_acts(events: pd.DataFrame) -> pd.DataFrame:
    """Return the counted acts that have a score, by phase and score.

    Returns
    -------
    pandas.DataFrame
        The columns of `events`, and group (the phase), x (the score), part, level (in the stack).

    Examples
    --------
    >>> from analysis import load_dossier
    >>> int(stack_acts(load_dossier().events)["level"].min())
    0
    """
    acts = events[events["counted"] & events["goldstein"].notna()]
    phases = [*map(str, acts["period"].cat.categories), OUTSIDE]
    group = acts["period"].astype("str").fillna(OUTSIDE).astype(pd.CategoricalDtype(phases, ordered=True))
    acts = acts.assign(group=group, x=acts["goldstein"].astype(float), part=False)
    acts = acts.sort_values(["group", "x", "effect"], kind="stable")
    near = (acts["x"] + 0.5).floordiv(1)
    return acts.assign(
        level=acts.groupby([acts["group"], near], observed=True).cumcount(), group=acts["group"].astype("str")
    )


def _measure_bands(acts: pd.DataFrame) -> pd.DataFrame:
    """Return one row a phase: counts, mean and its range, and where its band lies, in pixels from the top."""
    bands = count_effects(acts, by="group").join(score_periods(acts, by="group")[["mean", "mean_low", "mean_high"]])
    bands = bands.loc[list(dict.fromkeys(acts["group"]))]
    stack = STEP * (acts.groupby("group")["level"].max() + 1).reindex(bands.index)
    foot = (bands["mean"].notna() * FOOT).replace(0, 10)
    bottom = (HEAD + stack + foot).cumsum()
    return bands.assign(bottom=bottom, base=bottom - foot, top=bottom - HEAD - stack - foot)


def _draw_axes(ax: Axes, height: float) -> None:
    ax.set(xlim=(-LIMIT, LIMIT), ylim=(height, 0), yticks=[], xlabel="Goldstein score")
    ax.set_xticks([-10, -5, 0, 5, 10], ["−10\nconflict", "−5", "0", "+5", "+10\ncooperation"])
    first, *_, last = ax.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    ax.xaxis.labelpad = -10
    ax.axvline(0, color=MARK, lw=0.75, zorder=0)


def _draw_band(ax: Axes, band: Any) -> None:
    y, pixel = band.top + 15, 1 / page.scale(ax)[0]
    ax.axhline(band.top, color=RULE, lw=0.75, zorder=0)
    write(ax, band.Index, -LIMIT, y, weight="bold")
    counts = [(0, f"▲ {band.together}", 1), (-46, f"▼ {band.apart}", -1), (-92, f"■ {band.neutral}", 0)]
    for dx, text, effect in counts if band.neutral else counts[:2]:
        colour = EFFECTS[effect][0] if effect else MUTED
        write(ax, text, LIMIT, y, dx=dx, ha="right", weight="bold", color=colour)
    if pd.notna(band.mean):
        y, text = band.base + 14, f"mean {format_number(band.mean, '+.1f')}"
        ax.hlines(y, band.mean_low, band.mean_high, color=INK, lw=1.2)
        ax.vlines(band.mean, y - 7, y + 7, color=INK, lw=2.4)
        far = band.mean_high > LIMIT - 80 * pixel
        x, dx = (band.mean_low, -6) if far else (band.mean_high, 6)
        write(ax, text, x, y, dx=dx, ha="right" if far else "left", size=NOTE)


def _find_contradictions(acts: pd.DataFrame) -> pd.DataFrame:
    """Return the acts whose score and effect point to different sides, the widest apart first."""
    apart = acts[acts["x"] * acts["effect"].astype(float) < 0]
    return apart.sort_values("x", key=lambda score: -score.abs(), kind="stable")


def _label_contradictions(ax: Axes, acts: pd.DataFrame) -> None:
    taken = placing.locate(ax, acts["x"], acts["y"])
    for act in each(_find_contradictions(acts)):
        text = f"{act.label}, {format_number(act.x, '+.1f')}"
        tries = (text, "\n".join(page.wrap_text(text, 110, NOTE)))
        any(placing.write_beside(ax, part, act.x, act.y, taken, sides="right left", size=NOTE) for part in tries)


def _list_keys(acts: pd.DataFrame, bands: pd.DataFrame) -> list[style.Key]:
    def mean(ax: Axes, x: float, y: float) -> None:
        ax.hlines(y, x - 11, x + 11, color=INK, lw=1.2)
        ax.vlines(x, y - 7, y + 7, color=INK, lw=2.4)

    keys: list[style.Key] = [(mean, "mean, and without any one act", 22)]
    return style.list_keys(acts) + (keys if bands["mean"].notna().any() else [])


def _find_title(bands: pd.DataFrame, acts: pd.DataFrame) -> str:
    turned = [str(group) for group in bands.index[bands["apart"] > bands["together"]]]
    neutral = f"{count_words(len(acts), 'act').capitalize()} on the Goldstein scale"
    if len(bands) < 2 or len(turned) > 1:
        return neutral
    if not turned:
        return "In no phase do more acts push apart than bring together"
    title = f"In “{turned[0]}” alone more acts push apart than bring together"
    odd = int(((acts["group"] == turned[0]) & (acts["effect"] < 0) & (acts["x"] > 0)).sum())
    longer = f"{title}; {count_words(odd, 'act')} there score{'s' * (odd == 1)} as friendly"
    return longer if odd and len(longer) <= 95 else title if len(title) <= 95 else neutral


def _describe_source(acts: pd.DataFrame, events: pd.DataFrame) -> str:
    left_out = {
        "without a score": events["counted"] & events["goldstein"].isna(),
        "as parts of larger acts": events["parent_id"].notna(),
        "as context": ~events["counted"] & events["parent_id"].isna(),
    }
    listed = [f"{found.sum()} {name}" for name, found in left_out.items() if found.any()]
    unsure = int((acts["cameo_confidence"] == "unsure").sum())
    words = [name_source(acts), "CAMEO codes with their Goldstein values; phases are those of the narrative."]
    words += [f"Not drawn: {join_words(listed)}."] if listed else []
    words += [f"Codes marked unsure: {unsure} of {len(acts)}."] if unsure else []
    return " ".join([*words, f"No mean of fewer than {count_words(FEWEST, 'act')}."])


def _describe(bands: pd.DataFrame, acts: pd.DataFrame) -> str:
    plain = bands["mean"].isna() & (bands["apart"] == 0)
    parts = [f"{band.Index} {band.together} to {band.apart}" for band in each(bands[~plain])]
    means = [f", mean {format_number(mean, '+.1f')}" if pd.notna(mean) else "" for mean in bands.loc[~plain, "mean"]]
    parts = [part + mean for part, mean in zip(parts, means, strict=True)]
    parts += [f"others {bands.loc[plain, 'together'].sum()} to 0"] if plain.any() else []
    parts += [f"in all {bands['neutral'].sum()} neither"] if bands["neutral"].any() else []
    odd = [f"{act.label} scores {format_number(act.x, '+.1f')}" for act in each(_find_contradictions(acts).head(2))]
    words = f"Dot plot of {len(acts)} acts, Goldstein −10 to +10. Together to apart: {'; '.join(parts)}."
    return words + (f" Against its effect, {join_words(odd)}." if odd else "")
