"""Files of agencies become rows of evidence.csv; what they could mean twice is told, never guessed."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from copies import read

from analysis import load_dossier
from analysis.__main__ import main
from analysis.agency import add_rows, read_agency
from analysis.errors import DataError
from analysis.faults import find_faults

NEW = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,"
    "partnerCode,partnerISO,partnerDesc,partner2Code,cmdCode,customsCode,motCode,cifvalue,fobvalue,primaryValue"
)
LEGACY = (
    "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,"
    "Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,Commodity Code,Commodity,Netweight (kg),Trade Value (US$),"
    "Flag"
)
WAR = "ccode1,ccode2,year,importer1,importer2,flow1,flow2,smoothflow1,smoothflow2,source1,source2,version"
REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "cow_trade_v4_irn_tjk.csv"


def new(reporter="901", partner="902", flow="X", goods="TOTAL", value="1234.5", period="2019", part="0", iso=True):
    names = {"901": "XAA", "902": "XBB"} if iso else {}
    cells = [
        *f"C,A,{period}0101,{period[:4]},52,{period}".split(","),
        reporter,
        names.get(reporter, ""),
        "Côte d'Azur, Rép.",
    ]
    cells += [flow, "", partner, names.get(partner, ""), "", part, goods, "C00", "0", "", "", value]
    return write(cells)


def legacy(flow="1", goods="TOTAL", value="91128858", period="2016"):
    cells = ["H4", period[:4], period, period, "0", "0", flow, "", "901", "Arcadia", "XAA", "902", "Borduria", "XBB"]
    return write([*cells, goods, "All", "", value, "0"])


def war(one="991", other="992", year="2007", flow1="23", flow2="61.25"):
    names = {"991": "Arcadia", "992": "Borduria"}
    return write([one, other, year, names.get(one, ""), names.get(other, ""), flow1, flow2, "23", "61", "1", "1", "4"])


def write(cells, separator=","):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerow(cells)
    return text.getvalue()


def make(folder, header, *lines, encoding="latin-1"):
    path = folder / "file.csv"
    path.write_bytes((header + "\n" + "".join(lines)).encode(encoding))
    return path


def fail(path, folder):
    with pytest.raises(DataError) as caught:
        read_agency(path, folder)
    return str(caught.value)


def test_a_new_file_of_comtrade(folder):
    path = make(folder, NEW, new(), new("902", "901", "M", value="1300"), new(partner="0", value="99"))
    found = read_agency(path, folder)
    one, other = found.rows
    assert (one["exporter"], one["importer"], one["role"], one["reporter"]) == ("XAA", "XBB", "exporter", "Arcadia")
    assert (other["exporter"], other["importer"], other["role"]) == ("XAA", "XBB", "importer")
    assert (one["value"], one["value_low"], one["value_high"], one["unit"]) == ("1234.5", "1234.45", "1234.55", "USD")
    assert (other["value"], other["rounding"]) == ("1300", "0.1")  # the file prints tenths
    assert found.notes == ["sources.csv: no row COMTRADE yet, which says where this file is from; add one"]


def test_a_legacy_file_of_comtrade(folder):
    found = read_agency(make(folder, LEGACY, legacy(), legacy("2", value="5", period="201603")), folder)
    year, month = found.rows
    assert (year["exporter"], year["importer"], year["role"], year["value"]) == ("XBB", "XAA", "importer", "91128858")
    assert (year["rounding"], year["value_low"]) == ("1", "91128857.5")
    assert (month["date"], month["period_kind"], month["exporter"]) == ("2016-03", "month", "XAA")


def test_the_spellings_of_the_stored_legacy_header(folder):
    header = LEGACY.replace("Trade Flow", "TradeFlow").replace("Trade Value (US$)", "TradeValueUS")
    assert len(read_agency(make(folder, header, legacy()), folder).rows) == 1


def test_a_file_of_correlates_of_war(folder):
    found = read_agency(make(folder, WAR, war()), folder)
    one, other = found.rows
    assert (one["exporter"], one["importer"], one["role"], one["value"]) == ("XBB", "XAA", "importer", "23")
    assert (other["exporter"], other["importer"], other["value"]) == ("XAA", "XBB", "61.25")
    assert {row["unit"] for row in found.rows} == {"million USD"}
    assert {row["reporter"] for row in found.rows} == {"Correlates of War Project"}
    assert one["value_low"] == "22.995"


def test_minus_nine_is_missing_not_a_number(folder):
    found = read_agency(make(folder, WAR, war(flow1="-9"), war(year="2008", flow1="-9.0", flow2="0")), folder)
    assert [row["value"] for row in found.rows] == ["61.25", "0"]
    assert found.rows[1]["value_low"] == "0"
    assert "file.csv: 2 flows left out: without a value" in found.notes
    assert read_agency(make(folder, WAR, war(flow1="-9", flow2="-9")), folder).rows == []


def test_reversed_rows_of_a_directed_copy_count_once(folder):
    lines = [war(), war("992", "991", flow1="61.25", flow2="23")]
    assert len(read_agency(make(folder, WAR, *lines), folder).rows) == 2
    assert "row 3, column 'flow2': expected 23, as row 2 has for the same flow, found '24'" in fail(
        make(folder, WAR, war(), war("992", "991", flow1="61.25", flow2="24")), folder
    )


def test_the_copy_that_the_dossier_was_coded_from_holds_nothing_new():
    if not REFERENCE.exists():
        pytest.skip("the reference files are not beside the project")
    data = Path(__file__).parents[1] / "data"
    found = read_agency(REFERENCE, data, source="COW4")
    assert found.rows == []
    assert found.notes[0] == "cow_trade_v4_irn_tjk.csv: 45 flows left out: in evidence.csv already"


def test_reexports_goods_and_parts_are_left_out_and_told(folder):
    lines = [new(), new(flow="RX", value="1"), new(goods="01", value="2"), new(part="643", value="3")]
    found = read_agency(make(folder, NEW, *lines), folder)
    assert [row["value"] for row in found.rows] == ["1234.5"]
    assert [note.split(": ")[1] for note in found.notes] == ["1 flow left out"] * 3 + [
        "no row COMTRADE yet, which says where this file is from; add one"
    ]


def spoil(line, header, **cells):
    """Write cells into a line by the names of its columns."""
    row = next(csv.reader([line]))
    for name, cell in cells.items():
        row[header.split(",").index(name.replace("_", " "))] = cell
    return write(row)


@pytest.mark.parametrize(
    ("header", "line", "cells", "said"),
    [
        (NEW, new(), {"flowDesc": "Import"}, "'flowDesc': expected the flow of an exporter, as X says, found 'Import'"),
        (LEGACY, legacy(), {"Trade_Flow": "Export"}, "'Trade Flow': expected the flow of an importer, as 1 says"),
        (NEW, new(), {"refYear": "2018"}, "'refYear': expected the year of the period 2019, found '2018'"),
        (LEGACY, legacy(), {"Year": "2014"}, "'Year': expected the year of the period 2016, found '2014'"),
        (NEW, new(), {"reporterCode": "4"}, "'reporterCode': expected the code of XAA, as reporterISO has it"),
        (NEW, new(), {"partnerISO": "XYZ"}, "'partnerCode': expected the code of XYZ, as partnerISO has it"),
        (NEW, new(), {"reporterDesc": "Borduria"}, "'reporterDesc': expected a name of XAA, whose code stands in"),
        (NEW, new(), {"reporterDesc": "Kazakhstan"}, "'reporterDesc': expected a name of XAA, whose code stands in"),
        (LEGACY, legacy(), {"Partner": "KAZ"}, "'Partner': expected a name of XBB, whose code stands in"),
        (LEGACY, legacy(), {"Partner": "Arcadia"}, "'Partner': expected a name of XBB, whose code stands in"),
        (WAR, war(), {"importer1": "Borduria"}, "'importer1': expected a name of XAA, whose code stands in ccode1"),
    ],
)
def test_columns_that_contradict_each_other(folder, header, line, cells, said):
    read_agency(make(folder, header, line), folder)
    assert f"row 2, column {said}" in fail(make(folder, header, spoil(line, header, **cells)), folder)


@pytest.mark.parametrize("other", [{"flow1": "12,5"}, {"flow1": "1.234,5"}])
def test_a_point_beside_decimal_commas_between_commas(folder, other):
    file = make(folder, WAR, war(flow2="1.234", **other), war(year="2008"))
    assert "row 2, column 'flow2': expected a number, found '1.234' (it could be 1234 or 1.234" in fail(file, folder)
    file = make(folder, WAR, war(flow2="1.234"), war(year="2008", flow2="61.25", **other))
    assert "row 2, column 'flow2': expected a number, found '1.234'" in fail(file, folder)


def test_services_are_no_goods(folder):
    file = make(folder, NEW, spoil(new(), NEW, typeCode="S"), new(goods="01"))
    assert "found 'none' (1 left out: of services; 1 left out: of single goods; ask for all goods" in fail(file, folder)


def test_goods_alone_make_no_total(folder):
    message = fail(make(folder, NEW, new(goods="01"), new(goods="02")), folder)
    assert "expected totals of the trade between XAA and XBB, found 'none' (2 left out: of single goods; ask" in message


def test_a_file_without_the_two_countries(folder):
    assert "found 'none'" in fail(make(folder, NEW, new(partner="0")), folder)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings(folder, separator, encoding):
    rows = csv.reader(io.StringIO(NEW + "\n" + new()))
    header, line = (write(row, separator) for row in rows)
    assert len(read_agency(make(folder, header.strip(), line, encoding=encoding), folder).rows) == 1


def test_a_separator_at_the_end_of_each_line_shifts_nothing(folder):
    found = read_agency(make(folder, NEW, new().replace("\n", ",\n")), folder)
    assert found.rows[0]["value"] == "1234.5"


def test_a_column_of_row_numbers_in_front_shifts_nothing(folder):
    assert read_agency(make(folder, "," + NEW, "0," + new()), folder).rows[0]["value"] == "1234.5"


def test_codes_as_numbers_without_iso_codes(folder):
    line = new(iso=False).replace(",901,", ",901.0,")
    assert len(read_agency(make(folder, NEW, line), folder).rows) == 1


@pytest.mark.parametrize("line", [new().replace("901", "901,x", 1), new()[:-9] + "\n", new().replace('"', "", 1)])
def test_a_torn_line_is_told(folder, line):
    assert "row 3: expected 21 cells, as in the header" in fail(make(folder, NEW, new(period="2018"), line), folder)


def test_all_faults_at_once(folder):
    lines = [
        new(value="12 apples"),
        new(period="20191"),
        new(value="-4", period="2017"),
        new("902", value="-9", partner="901"),
    ]
    message = fail(make(folder, NEW, *lines), folder)
    assert message.startswith("4 faults in file.csv:")
    assert "row 2, column 'primaryValue': expected a number not below 0, found '12 apples'" in message
    assert "row 3, column 'period': expected a year such as 2020 or a month such as 202001, found '20191'" in message
    assert "row 5, column 'primaryValue': expected a number not below 0, found '-9'" in message


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (NEW.replace(",primaryValue", ""), "of UN Comtrade, but without primaryvalue"),
        (LEGACY.replace("Trade Value (US$)", "Trade Value 1000USD"), "but without tradevalueus"),
        (WAR.replace("flow2,", "", 1), "of Correlates of War, but without flow2"),
        ("t,i,j,k,v,q", "expected the header of UN Comtrade (new or legacy) or Correlates of War (dyadic trade)"),
        ("", "expected the header"),
        ("PK\x03\x04", "unpack it if it is packed"),
    ],
)
def test_another_header_is_refused_never_guessed(folder, header, words):
    assert words in fail(make(folder, header, war()), folder)


def test_no_file_and_no_code(folder):
    assert "expected a file of an agency, found 'a folder'" in fail(folder, folder)
    assert "nowhere.csv" in fail(folder / "nowhere.csv", folder)
    actors = read(folder, "actors.csv")
    text = "\n".join(",".join([*row[:-1], ""] if row[0] == "XBB" else row) for row in actors)
    (folder / "actors.csv").write_text(text, encoding="utf-8")
    assert "actors.csv, column 'cow': expected the code of Correlates of War for XBB, found 'none'" in fail(
        make(folder, WAR, war()), folder
    )


def run(*arguments):
    return CliRunner().invoke(main, ["import", *map(str, arguments)])


def test_rows_are_printed_and_nothing_is_written(folder):
    before = (folder / "evidence.csv").read_bytes()
    result = run(make(folder, NEW, new()), "--dossier", folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        ",".join(read(folder, "evidence.csv")[0]),
        "V001,UN Comtrade,2019,calendar_year,stated,one_way,XAA,XBB,Arcadia,1234.5,1234.45,1234.55,USD,exact,0.1,"
        "reported,total,exporter,observed,asserted,COMTRADE,",
    ]
    assert (folder / "evidence.csv").read_bytes() == before


def test_rows_are_written_once_and_the_dossier_keeps_to_its_rules(folder):
    path = make(folder, NEW, new(), new(flow="M", value="7"))
    before = (folder / "evidence.csv").read_bytes()
    result = run(path, "--dossier", folder, "--write")
    assert "column 'source_id': expected an id of sources.csv, found 'COMTRADE'" in str(result.exception)
    assert (folder / "evidence.csv").read_bytes() == before
    assert run(path, "--dossier", folder, "--write", "--source", "GAZETTE").exit_code == 0
    assert (folder / "evidence.csv").read_bytes().startswith(before)
    assert find_faults(folder) == []
    evidence = load_dossier(folder).evidence
    assert evidence["value"].tolist() == [1234.5, 7]
    assert evidence["series"].tolist() == ["UN Comtrade"] * 2
    written = (folder / "evidence.csv").read_bytes()
    again = run(path, "--dossier", folder, "--write", "--source", "GAZETTE")
    assert "2 flows left out: in evidence.csv already" in again.output
    assert (folder / "evidence.csv").read_bytes() == written


def test_another_release_is_a_series_of_its_own(folder):
    run(make(folder, NEW, new()), "--dossier", folder, "--write", "--source", "GAZETTE")
    path = make(folder, NEW, new(value="2000"))
    assert "expected 1234.5 USD, as V001 of evidence.csv has for the same flow, found '2000'" in fail(path, folder)
    run(path, "--dossier", folder, "--write", "--source", "GAZETTE", "--series", "UN Comtrade 2021")
    assert load_dossier(folder).evidence.index.tolist() == ["V001", "V002"]


def test_line_ends_of_the_file_are_kept(folder):
    path = folder / "evidence.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    text = add_rows(read_agency(make(folder, NEW, new()), folder, source="GAZETTE"), folder)
    assert text.count("\r\n") == text.count("\n") == 2


@pytest.mark.parametrize("form", ["semicolons", "utf-16", "turned"])
def test_a_file_in_another_form_is_not_added_to(folder, form):
    path = folder / "evidence.csv"
    text = path.read_text(encoding="utf-8").strip()
    turned = ",".join(text.split(",")[::-1])
    forms = {"semicolons": text.replace(",", ";").encode(), "utf-16": text.encode("utf-16"), "turned": turned.encode()}
    path.write_bytes(forms[form])
    found = read_agency(make(folder, NEW, new()), folder, source="GAZETTE")
    with pytest.raises(DataError, match=r"evidence\.csv: expected UTF-8 with commas"):
        add_rows(found, folder)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(folder):
    import tracemalloc

    path = folder / "large.csv"
    with path.open("w", encoding="latin-1") as file:
        file.write(NEW + "\n")
        file.writelines(new(partner=str(5 + row % 600), goods=f"{row:06}") for row in range(200_000))
        file.write(new())
    tracemalloc.start()
    found = read_agency(path, folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.rows) == 1
    assert path.stat().st_size > 15_000_000 > 5 * peak
    assert sys.getsizeof(found.rows) < 1000


def test_values_are_those_that_pandas_reads(folder):
    lines = [new(value=str(value), period=str(2000 + place)) for place, value in enumerate((0, 12, 12.5, 1e6, 0.001))]
    path = make(folder, NEW, *lines)
    frame = pd.read_csv(path, encoding="latin-1")
    assert [float(row["value"]) for row in read_agency(path, folder).rows] == frame["primaryValue"].tolist()


SEMICOLONS = "ccode1;ccode2;year;flow1;flow2"


@pytest.mark.parametrize("line", ["991;992;2007;1.234;12,5", "991;992;2007;91.128;1"])
def test_a_point_where_commas_stand_before_decimals_is_doubtful(folder, line):
    message = fail(make(folder, SEMICOLONS, line), folder)
    assert "column 'flow1': expected a number not below 0" in message
    assert "it could be" in message


def test_precision_is_that_of_the_file_whatever_is_known_already(folder):
    path = make(folder, NEW, new(value="12.5", period="2018"), new(value="13"))
    run(make(folder, NEW, new(value="12.5", period="2018")), "--dossier", folder, "--write", "--source", "GAZETTE")
    path = make(folder, NEW, new(value="12.5", period="2018"), new(value="13"))
    (row,) = read_agency(path, folder).rows
    assert (row["value_low"], row["value_high"], row["rounding"]) == ("12.95", "13.05", "0.1")


def test_figures_are_compared_in_one_unit(folder):
    run(make(folder, WAR, war(flow1="23", flow2="-9")), "--dossier", folder, "--write", "--source", "GAZETTE")
    path = folder / "evidence.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("million", "thousand"), encoding="utf-8")
    again = make(folder, WAR, war(flow1="23", flow2="-9"))
    assert "expected 23 thousand USD, as V001 of evidence.csv has for the same flow, found '23'" in fail(again, folder)


def test_a_separator_at_the_end_of_one_line_only_is_a_torn_line(folder):
    torn = new(value="91,128").replace('"91,128"', "91,128").replace("\n", ",\n")
    assert "row 3: expected 21 cells" in fail(make(folder, NEW, new(period="2018"), torn), folder)
    shifted = "991,992,2007,Arcadia,Borduria,12,5,61,23,61,1,1,\n"
    assert "row 3: expected 12 cells" in fail(make(folder, WAR, war(year="2006"), shifted), folder)


def test_a_line_break_or_a_stray_quotation_mark_loses_no_line(folder):
    broken = new(period="2018").replace("Côte d'Azur, Rép.", "Côte\nd'Azur, Rép.")
    assert [row["date"] for row in read_agency(make(folder, NEW, broken, new()), folder).rows] == ["2018", "2019"]
    open_ended = new(period="2018").replace('Rép."', "Rép.")
    assert "row 2: expected 21 cells" in fail(make(folder, NEW, open_ended, new()), folder)


def test_a_second_header_in_another_order_is_refused_and_the_same_one_left_out(folder):
    header, other = "ccode1,ccode2,year,flow1,flow2", "ccode1,ccode2,year,flow2,flow1"
    path = make(folder, header, "991,992,2007,23,61\n", f"{other}\n", "991,992,2008,61,23\n")
    assert "row 3: expected no other header than that of row 1" in fail(path, folder)
    assert len(read_agency(make(folder, NEW, new(), NEW + "\n", new(period="2018")), folder).rows) == 2


@pytest.mark.parametrize("column", ["flow1", "FLOW_1", "Flow-1"])
def test_a_column_twice_is_refused(folder, column):
    path = make(folder, f"ccode1,ccode2,year,flow1,flow2,{column}", "991,992,2007,99,61,23")
    assert "column 'flow1': expected one column of this name, found 'two'" in fail(path, folder)


def test_a_column_of_another_currency_is_another_column(folder):
    path = make(folder, NEW.replace("primaryValue", "primaryValue (€)"), new(), encoding="utf-8")
    assert "of UN Comtrade, but without primaryvalue" in fail(path, folder)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            new().replace("XAA", "XBB"),
            "column 'reporterCode': expected the code of XBB, as reporterISO has it, found '901'",
        ),
        (new(flow="Q"), "column 'flowCode': expected a flow such as M or X, or 1 or 2, found 'Q'"),
        (new().replace("C,A,", "C,M,"), "column 'period': expected a period of the frequency M, found '2019'"),
        (new(value="1e+05"), "column 'primaryValue': expected digits, no power of ten, found '1e+05'"),
        (new(period="1402"), "column 'period': expected a year such as 2020"),
        (new(value="12,345"), "(it could be 12345 or 12.345;"),
        (new().replace("C,A,", "S,A,"), "expected totals of the trade between XAA and XBB, found 'none'"),
        (new(flow="RX"), "expected totals of the trade between XAA and XBB, found 'none'"),
    ],
)
def test_what_contradicts_itself_is_told(folder, line, words):
    assert words in fail(make(folder, NEW, line), folder)


def test_flows_in_words_and_as_a_spreadsheet_saves_them(folder):
    found = read_agency(make(folder, NEW, new(flow="Export"), new("902", "901", "1.0")), folder)
    assert [row["role"] for row in found.rows] == ["exporter", "importer"]


def test_a_line_for_excel_above(folder):
    path = make(folder, "sep=,\n" + NEW, new())
    assert len(read_agency(path, folder).rows) == 1


def test_a_faulty_dossier_is_told_first(folder):
    (folder / "actors.csv").unlink()
    assert "actors.csv: expected a CSV file, found 'none'" in fail(make(folder, NEW, new()), folder)


def test_rows_are_not_added_where_the_file_would_no_longer_be_read(folder):
    path = folder / "evidence.csv"
    text = path.read_text(encoding="utf-8")
    found = read_agency(make(folder, NEW, new()), folder, source="GAZETTE")
    path.write_bytes(text.encode() + b"\x1a")
    assert add_rows(found, folder).endswith("GAZETTE,\n")
    path.write_text(text.replace("\n", ",\n"), encoding="utf-8")
    with pytest.raises(DataError):
        add_rows(found, folder)
