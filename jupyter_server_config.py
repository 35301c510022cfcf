"""What `make lab` tells the JupyterLab server: a notebook is saved as the project keeps it, and no news is offered."""

from __future__ import annotations

import warnings
from typing import Any

import nbformat

NEWS = "@jupyterlab/apputils-extension:announcements"

c: Any = get_config()  # type: ignore[name-defined] # noqa: F821


def save_clean(model: dict[str, Any], **_: Any) -> None:
    """Clean a notebook before it is written, so that running all and saving changes no byte where nothing changed."""
    if model["type"] == "notebook" and model["content"]["nbformat"] == 4:
        from analysis.render import clean_notebook  # takes a second: at the first save, not at the start

        model["content"] = clean_notebook(nbformat.from_dict(model["content"]))


def hide_news(_: Any, page: dict[str, Any]) -> dict[str, Any]:
    """Leave out the part of JupyterLab that offers to fetch news and covers a corner of the notebook to ask."""
    page["disabledExtensions"] = sorted({*page.get("disabledExtensions", []), NEWS})
    return page


c.ContentsManager.pre_save_hook = save_clean
warnings.filterwarnings("ignore", "Overriding existing pre_save_hook")  # the server sets it twice
c.ServerApp.tornado_settings = {"page_config_hook": hide_news}
