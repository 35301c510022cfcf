"""Time `import` over a large file of UN Comtrade against other readers: `python benchmarks/agency.py [ROWS]`.

Each reader is a process of its own; the rounds are interleaved, and the median of five counts. pyarrow, DuckDB and
Polars take part where they are installed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HEADER = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,"
    "partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,"
    "classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,"
    "mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,"
    "isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,"
    "legacyEstimationFlag,isReported,isAggregate"
)
NAMES = ("Côte d'Ivoire", "Australia", "Türkiye", "Iran", "Tajikistan", "Germany")
OURS = "from analysis.agency import _read_flows; from pathlib import Path; n = len(_read_flows(Path(F), C)[1])"
WHERE = "reporterISO in ('TJK','IRN') and partnerISO in ('TJK','IRN')"
READERS = {
    "import": "C = {'IRN': {'comtrade': '364'}, 'TJK': {'comtrade': '762'}}; " + OURS,
    "csv": "import csv; f = open(F, encoding='latin-1', newline=''); "
    "n = sum(c[7] in ('TJK', 'IRN') and c[12] in ('TJK', 'IRN') for c in csv.reader(f))",
    "pandas": "import pandas as pd; n = sum(len(c.query(W.replace('(', '[').replace(')', ']'))) for c in "
    "pd.read_csv(F, dtype=str, encoding='latin-1', chunksize=200_000, usecols=U, keep_default_na=False))",
    "pyarrow": "import pyarrow as pa, pyarrow.csv as pc, pyarrow.compute as c; w = pa.array([b'TJK', b'IRN']); "
    "b = pa.binary(); o = pc.ConvertOptions(include_columns=U, column_types={u: b for u in U}); "
    "n = sum(t.filter(c.and_(c.is_in(t[U[0]], value_set=w), c.is_in(t[U[1]], value_set=w))).num_rows for t in "
    "pc.open_csv(F, read_options=pc.ReadOptions(block_size=1 << 22), convert_options=o))",
    "duckdb": "import duckdb; duckdb.execute('set preserve_insertion_order = false'); n = len(duckdb.sql("
    "f\"select * from read_csv('{F}', all_varchar=true, header=true, encoding='latin-1', delim=',') where {W}\""
    ").fetchall())",
    "polars": "import polars as pl; q = pl.scan_csv(F, infer_schema=False, encoding='utf8-lossy'); "
    "n = len(q.filter(*(pl.col(u).is_in(['TJK', 'IRN']) for u in U[:2])).select(U).collect(engine='streaming'))",
}
TIMED = """
import json, resource, time
F, W, U = {file!r}, {where!r}, ["reporterISO", "partnerISO", "period", "flowCode", "cmdCode", "primaryValue"]
begin = time.perf_counter()
{code}
spent, peak = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([n, spent, peak]))
"""


def make_file(path: Path, rows: int) -> None:
    """Write invented rows, of which 60 are totals of the two countries."""
    with path.open("w", encoding="latin-1") as file:
        file.write(HEADER + "\n")
        for row in range(rows):
            ours, year, value = row % (rows // 60) == 0, 1990 + row % 30, 7919 * row % 10**7
            code, goods = (762, "TOTAL") if ours else (4 + row % 895, f"{10000 + row % 960000:06}")
            iso, other = ("TJK", "364,IRN") if ours else (f"A{row % 90}", f"{4 + 31 * row % 895},B{row % 80}")
            file.write(
                f'C,A,{year}0101,{year},52,{year},{code},{iso},"{NAMES[row % 6]}",{"MX"[row % 2]},Import,{other},'
                f'"{NAMES[row % 5]}",0,W00,World,H6,HS,0,{goods},"Live animals, and others; n.e.s.",6,1,C00,TOTAL CPC,'
                f"0,0,TOTAL MOT,8,kg,{value},0,-1,N/A,0,0,{value}.5,0,0,0,{value}.12,,{value}.12,0,0,1\n"
            )


def main(rows: int) -> None:
    """Print a table and its numbers as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        path, runs = Path(folder) / "comtrade.csv", dict[str, list[list[float]]]()
        make_file(path, rows)
        for _ in range(5):
            for name, code in READERS.items():
                script = TIMED.format(file=str(path), where=WHERE, code=code)
                done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
                if done.returncode == 0:
                    runs.setdefault(name, []).append(json.loads(done.stdout.splitlines()[-1]))
        print(f"{rows:,} rows, {path.stat().st_size / 1e9:.2f} GB")
    base = statistics.median(run[1] for run in runs["import"])
    for name, found in runs.items():
        seconds = statistics.median(run[1] for run in found)
        peak = max(run[2] for run in found)
        print(f"{name:8} {seconds:6.2f} s  {seconds / base:5.2f} x  {peak:5.0f} MB  {found[0][0]} rows")
    print(json.dumps(runs))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
