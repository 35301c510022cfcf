"""A figure as one slim SVG for light, dark and print, and as a PNG."""

from __future__ import annotations

import io
import re
from collections import Counter

import matplotlib.pyplot as plt
from matplotlib import patheffects
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.style import MATH, PALETTE, PAPER, house_style

CSS = (
    ":root{color-scheme:light dark}@media screen and (prefers-color-scheme:dark){svg{"
    + ";".join(f"--c-{name}:{colour}" for name, (_, colour) in PALETTE.items())
    + "}}text{fill:var(--c-ink,#000);font-family:'DejaVu Sans',Verdana,system-ui,sans-serif}"
    ".h text{paint-order:stroke;stroke:var(--c-paper,#fff);stroke-width:3px;stroke-linejoin:round}"
)

THEMED = {
    colour: f"var(--c-{name},{colour})"
    for name, colour in [*((name, light) for name, (light, _) in PALETTE.items()), ("ink", "#000000")]
}


def picture(figure: Figure) -> str:
    """Return a figure as SVG text: text stays text, colours follow the light or dark setting.

    Examples
    --------
    >>> picture(Figure(figsize=(1, 1)))[:4]
    '<svg'
    """
    page = io.StringIO()
    with house_style(), plt.rc_context(MATH):
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    svg = page.getvalue()
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = svg.replace('<g id="halo">', '<g class="h">')
    svg = re.sub(r'(<rect[^>]*?) fill="(#\w{6})"', r'\1 style="fill: \2"', svg)
    svg = re.sub(r"<[^>]+>", lambda tag: _slim_tag(tag[0]), svg)  # what a text says stays as it is
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if f"#{found[1]}" in svg else "", svg)
    svg, css = _share_styles(_shorten(svg))
    return re.sub(r"(<svg[^>]*?)>", lambda found: f"{found[1]}><style>{CSS}{css}</style>", svg, count=1)


def _slim_tag(tag: str) -> str:
    """Return a tag with colours that follow the reader's theme, two decimals, and no font."""
    tag = re.sub(r"#[0-9a-f]{6}", lambda found: THEMED.get(found[0], found[0]), tag)
    tag = re.sub(r"font-family: [^;\"]*;?", "", tag)
    return re.sub(r"-?\d+\.\d{3,}", lambda found: f"{round(float(found[0]), 2) + 0:g}", tag)


def _share_styles(svg: str) -> tuple[str, str]:
    """Write a style that occurs often once, as a class."""
    found = Counter(re.findall(r' style="([^"]*)"', svg))
    names = {text: f"s{number}" for number, (text, count) in enumerate(found.items()) if count > 2}
    svg = re.sub(r' style="([^"]*)"', lambda hit: f' class="{names[hit[1]]}"' if hit[1] in names else hit[0], svg)
    return svg, "".join(f".{name}{{{text}}}" for text, name in names.items())


def _shorten(svg: str) -> str:
    svg = re.sub(r' transform="rotate\(-?0 [^"]*"', "", svg)
    svg = re.sub(r'(?<=style=")[^"]*', lambda found: re.sub(r"([:;]) +", r"\1", found[0]).strip("; "), svg)
    svg = re.sub(r'(?<= d=")[^"]*', lambda found: re.sub(r"\s*([A-Za-z])\s*", r"\1", found[0]).strip(), svg)
    svg = re.sub(r"<g\b[^>]*/>", "", svg)
    svg = re.sub(r">[^<]+<", lambda found: found[0].replace('"', "&quot;"), svg)
    groups: list[bool] = []

    def unwrap(found: re.Match[str]) -> str:
        if found[0] != "</g>":
            groups.append(found[0] != "<g>")
            return found[0] if groups[-1] else ""
        return "</g>" if groups.pop() else ""

    return re.sub(r"\s*\n\s*", "\n", re.sub(r"</?g\b[^>]*>", unwrap, svg))


def data_uri(svg: str) -> str:
    """Return an SVG as a data URI that can stand in `src` and in `srcset`.

    Examples
    --------
    >>> data_uri('<svg width="1"/>')
    "data:image/svg+xml,%3Csvg%20width='1'/%3E"
    """
    escapes: dict[str, str | int | None] = {
        "%": "%25",
        "&": "%26",
        '"': "'",
        "#": "%23",
        "\n": "%20",
        " ": "%20",
        "<": "%3C",
        ">": "%3E",
    }
    return "data:image/svg+xml," + svg.translate(str.maketrans(escapes))


def png(figure: Figure) -> bytes:
    """Return a figure as PNG at twice its size, on white paper, for pages that show no SVG.

    Examples
    --------
    >>> png(Figure(figsize=(1, 1)))[1:4]
    b'PNG'
    """
    page = io.BytesIO()
    texts = [text for text in figure.findobj(Text) if text.get_gid() == "halo"]
    for text in texts:
        text.set_path_effects([patheffects.withStroke(linewidth=3, foreground=PAPER)])
    with house_style(), plt.rc_context(MATH):
        figure.savefig(page, format="png", dpi=192, metadata={"Software": None})
    for text in texts:
        text.set_path_effects([])
    return page.getvalue()
