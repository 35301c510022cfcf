"""The command line: `python -m analysis render`, `validate`, `diff`, `import`, `new` and `coverage`."""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.errors import AnalysisError, DataError

if TYPE_CHECKING:
    from analysis.render import Report
    from analysis.state import Job

ROOT = Path(__file__).resolve().parents[2]
SECONDS = click.IntRange(min=1)


@click.group()
def main() -> None:
    """Render the notebooks as reports; compare two folders of them; check the data they rest on."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=ROOT / "data", metavar="[FOLDER]")
def validate(folder: Path) -> None:
    """List every fault of a dossier (default: data/) and exit 1 if there is one."""
    from analysis.dossier import describe_faults
    from analysis.faults import find_faults, find_notes

    faults = find_faults(folder)
    for note in find_notes(folder):
        click.echo(_plain(f"Note: {note}"), err=True)
    if faults:
        sys.exit(_plain(describe_faults(faults)))
    click.echo(f"No faults in {folder.name}/.")


@main.command()
@click.argument("notebooks", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the notebook; repeatable."
)
@click.option(
    "--batch", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Render what a batch file lists."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / "reports",
    metavar="DIR",
    help="Folder of the reports (default: reports/).",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that render at once (default: one for each core)."
)
@click.option("--dask", metavar="ADDRESS", help="Render on a Dask cluster, such as tcp://10.0.0.1:8786.")
@click.option("--force", is_flag=True, help="Render what is up to date as well.")
@click.option("--cell-timeout", type=SECONDS, default=120, show_default=True, help="Seconds for a cell.")
@click.option("--timeout", type=SECONDS, default=600, show_default=True, help="Seconds for a notebook.")
def render(
    notebooks: tuple[Path, ...],
    parameters: tuple[str, ...],
    batch: Path | None,
    output: Path,
    workers: int | None,
    dask: str | None,
    force: bool,
    cell_timeout: int,
    timeout: int,
) -> None:
    """Render notebooks (default: all) as HTML reports, and the index of the folder; what is up to date is skipped."""
    pairs = [_split(text) for text in parameters]
    given = dict(pairs)
    if len(given) < len(pairs):
        raise click.UsageError("-p: expected each name once")
    if batch and (notebooks or given):
        raise click.UsageError("--batch names its own notebooks and parameters; give one or the other")
    if dask and workers:
        raise click.UsageError("--dask has workers of its own; give one or the other")
    chosen = [_find(path) for path in notebooks] or sorted((ROOT / "notebooks").glob("*.ipynb"))

    from analysis.state import SEAL, describe_sources, is_sealed, list_files, list_stale, seal_folder

    request = {"batch": str(batch or ""), "notebooks": [] if batch else list(map(str, chosen)), "parameters": pairs}
    if not force and is_sealed(output, request):
        click.echo(f"Up to date. Open {output / 'index.html'}")
        return
    from analysis.kernels import prepare_kernels

    if not dask:  # first, so that it goes on while the rest is imported here
        prepare_kernels((batch.parent.parent if batch else ROOT) / "notebooks")
    from analysis.batch import count_cores, list_looked_at, plan_batch, plan_job, run_jobs
    from analysis.render import Limits
    from analysis.report import write_whole

    jobs = plan_batch(batch, output) if batch else [plan_job(path, output, given) for path in chosen]
    looked_at, patterns = list_looked_at(batch) if batch else ([], [])
    tables = [path for folder in {job.dossier: 0 for job in jobs} for path in list_files(folder)]
    sources = describe_sources(request, [*looked_at, *(job.notebook for job in jobs), *tables], patterns)
    stale = jobs if force else list_stale(jobs)
    limits = Limits(cell_timeout, timeout)
    if dask:
        from analysis.cluster import run_remote

        reports: Iterable[Report] = run_remote(stale, dask, limits=limits)
    else:
        reports = run_jobs(stale, workers=workers or count_cores(), limits=limits)
    try:
        failed = [f"- {report.output.stem}: {report.error}" for report in _follow(reports, jobs, stale) if report.error]
    except KeyboardInterrupt:
        click.echo("Stopped. The reports that are there are whole; the next run goes on from there.", err=True)
        sys.exit(130)
    _finish(failed, len(jobs), output)
    if output.is_dir():
        write_whole(output / SEAL, f"{json.dumps(seal_folder(output, sources))}\n")


@main.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("new", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page of it.")
def diff(old: Path, new: Path, html: Path | None) -> None:
    """Tell what two folders of reports say differently, and why. Exit status 0, whatever differs."""
    from analysis.diff import compare_folders
    from analysis.report import fill_template, write_whole

    changes = compare_folders(old, new)
    title = f"{len(changes)} report{'s' * (len(changes) != 1)} changed" if changes else "No report changed"
    if html:
        html.parent.mkdir(parents=True, exist_ok=True)
        write_whole(html, fill_template("diff", title=title, old=str(old), new=str(new), changes=changes))
    click.echo(f"{title}.")
    for change in changes:
        click.echo(
            _plain(f"\n{change.name}: {change.state}{', because of ' * bool(change.why)}{'; '.join(change.why)}")
        )
        for difference in change.differences:
            click.echo(_plain(f"  {difference}"))


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--dossier",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=ROOT / "data",
    metavar="DIR",
    help="Whose two countries are looked for (default: data/).",
)
@click.option("--series", default="", help="Whose figures the rows say they are (default: the agency).")
@click.option("--source", default="", help="Id of the file in sources.csv (default: COMTRADE or COW).")
@click.option("--write", is_flag=True, help="Add the rows to evidence.csv instead of printing them.")
def import_file(file: Path, dossier: Path, series: str, source: str, write: bool) -> None:
    """Turn a file of UN Comtrade or Correlates of War into rows of evidence.csv."""
    from analysis.agency import add_rows, format_rows, read_agency
    from analysis.report import write_whole
    from analysis.schema import read_schema

    found = read_agency(file, dossier, series=series, source=source)
    table = read_schema(dossier)["tables"]["evidence"]
    for note in found.notes:
        click.echo(_plain(f"Note: {note}"), err=True)
    if write and found.rows:
        write_whole(dossier / table["path"], add_rows(found, dossier))
    elif not write:
        names = [field["name"] for field in table["schema"]["fields"]]
        click.echo(format_rows([dict(zip(names, names, strict=True)), *found.rows], names), nl=False)
    count = f"{len(found.rows)} row{'s' * (len(found.rows) != 1)}"
    click.echo(f"{count} {'added to' if write else 'for'} {table['path']}.", err=True)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--pair", nargs=2, required=True, metavar="CODE CODE", help="The two countries, by ISO 3166-1 alpha-3.")
@click.option("--title", required=True, help="Title of the article.")
@click.option("--url", default="", help="Address of the article.")
@click.option("--publisher", default="", help="Who published it.")
@click.option("--date", default="", help="When it appeared, as 2025-02-26 or 2025-02; left out where not known.")
def new(folder: Path, pair: tuple[str, str], title: str, url: str, publisher: str, date: str) -> None:
    """Write a dossier without rows for another article: its tables, schema, source and codebook."""
    from analysis.new import write_dossier

    for note in write_dossier(folder, pair, title, url=url, publisher=publisher, date=date):
        click.echo(_plain(f"Note: {note}"), err=True)
    click.echo(_plain(f"Wrote {folder}. Its README.md says what goes into which table; check with:"))
    click.echo(_plain(f"python -m analysis validate {shlex.quote(str(folder))}"))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    *("--article", "text"),
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The article as plain text, an empty line between paragraphs or each begun with its number, as [7].",
)
def coverage(folder: Path, text: Path) -> None:
    """List what an article mentions, each with the rows that code it; exit 1 where a locator does not match it."""
    from analysis.dossier import describe_faults, load_dossier
    from analysis.passages import cover_text, describe_coverage

    try:
        article = text.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{text.name}: expected text in UTF-8, found another encoding") from error
    mentions, faults = cover_text(load_dossier(folder), article)
    for line in describe_coverage(mentions):
        click.echo(_plain(line))
    if faults:
        sys.exit(_plain(describe_faults(faults, f"the locators of {folder.name}/")))


def _follow(reports: Iterable[Report], jobs: Sequence[Job], stale: Sequence[Job]) -> Iterator[Report]:
    """Pass reports on and show how far they are: a bar in a terminal, else a line for each."""
    from tqdm import tqdm

    counts = {"failed": 0, "skipped": len(jobs) - len(stale)}
    if counts["skipped"]:
        click.echo(f"{counts['skipped']} of {len(jobs)} reports are up to date.", err=True)
    with tqdm(total=len(stale), unit="report", disable=None, postfix=counts) as bar:
        for place, report in enumerate(reports, start=1):
            counts["failed"] += bool(report.error)
            bar.set_postfix(counts, refresh=False)
            bar.update()
            if bar.disable:
                said = "failed" if report.error else "done"
                click.echo(_plain(f"{place}/{len(stale)} {report.output.stem}: {said}"), err=True)
            yield report


def _finish(failed: list[str], count: int, output: Path) -> None:
    """Write the index and say where it is; where a report failed or there is no room, say so and exit 1."""
    from analysis.index import write_index

    lines = [f"{len(failed)} of {count} reports failed.", *failed] if failed else []
    try:
        index = f"Open {write_index(output)}" if output.is_dir() else ""
    except OSError as error:
        sys.exit(_plain("\n".join([*lines, f"{output}/index.html cannot be written: {error.strerror or error}"])))
    if failed:
        lines += [f"{index}: what there is of them is shown there in red."] * bool(index)
        sys.exit(_plain("\n".join(lines)))
    click.echo(index)


def _plain(text: str) -> str:
    """Return a message in which nothing from a file or a name can steer the terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in text)


def _find(path: Path) -> Path:
    """Return a notebook's path; a bare name such as ``01-trade`` is looked for in `notebooks/`."""
    named = ROOT / "notebooks" / f"{path.name.removesuffix('.ipynb')}.ipynb"
    if path.exists() or len(path.parts) > 1:
        return path
    if named.exists():
        return named
    from difflib import get_close_matches

    stems = sorted(each.stem for each in named.parent.glob("*.ipynb"))
    if near := [stem for stem in stems if stem.startswith(named.stem)] or get_close_matches(named.stem, stems):
        raise click.UsageError(f"expected a notebook, found {str(path)!r} (did you mean {near[0]!r}?)")
    return path


def _split(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(f"-p: expected NAME=VALUE, found {text!r}")
    return name.strip(), value


def run() -> None:
    """Run the command; an error that a person can mend is printed without a traceback, exit status 1.

    Examples
    --------
    >>> from click.testing import CliRunner
    >>> CliRunner().invoke(main, ["--help"]).exit_code
    0
    """
    if sys.getfilesystemencoding() != "utf-8":  # a plain C locale: names and parameters would not be what was given
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "analysis", *sys.argv[1:]])
    try:
        with _find_home():
            main(prog_name="python -m analysis")
    except AnalysisError as error:
        sys.exit(_plain(str(error)))
    except OSError as error:
        sys.exit(_plain(f"{error.filename or 'a file'}: {error.strerror or error}"))


@contextmanager
def _find_home() -> Iterator[None]:
    """Give IPython, Jupyter and matplotlib a passing home where the user's cannot be written, as in some containers."""
    writable = False
    with suppress(OSError, RuntimeError), tempfile.TemporaryFile(dir=Path.home()):
        writable = True
    if writable:
        yield
        return
    with tempfile.TemporaryDirectory() as passing:
        os.environ["HOME"] = passing
        os.environ.setdefault("MPLCONFIGDIR", passing)  # else it says in a cell where its cache lies
        yield


if __name__ == "__main__":
    run()
