"""The cells of a CSV file as text: read as meant where only one reading is possible, else a fault that says where.

What is put right without loss is told as a note: UTF-16, semicolons or tabs between cells, columns in another order,
empty rows, a repeated header, thousands separators, decimal commas, digits of other scripts. What could be read in
two ways is not read.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from analysis.errors import Fault

LARGEST = 5_000_000  # bytes; a table coded by hand is far smaller
MARKS = {  # UTF-32 first, since its mark begins with that of UTF-16
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    codecs.BOM_UTF8: "utf-8-sig",
    **dict.fromkeys((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
}
LONGEST = 18  # digits of a whole number
PAGES = ("cp1251", "cp1256", "cp1252")
ONE_BYTE = {*PAGES, "latin-1", "latin1", "iso-8859-1"}
SEPARATORS = ",;\t|"
EXCEL_LINE = re.compile(r'\s*"?sep=.?"?\s*', re.IGNORECASE)  # what Excel writes for itself above the header
MISSING = {"..", "...", "…", "-", "–", "—", "−", "n/a", "na", "n.a.", "null", "none", "#n/a"}
BROKEN = ("#ref!", "#name?", "#value!", "#div/0!", "#num!", "#null!", "#n/a", "#spill!", "#calc!")  # of spreadsheets
TRUE = {"true", "1", "yes", "wahr", "vrai", "vero", "verdadero", "verdadeiro", "waar", "prawda", "истина", "doğru"}
FALSE = {"false", "0", "no", "falsch", "faux", "falso", "onwaar", "fałsz", "ложь", "yanlış"}  # as Excel saves them
SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
HYPHENS = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}", "-"))
DASHES = HYPHENS | str.maketrans(dict.fromkeys("\N{EN DASH}\N{FIGURE DASH}", "-"))


@dataclass
class Cells:
    """The records of one file, header left out, every cell as text in its plainest form.

    Attributes
    ----------
    header : list of str
    rows : list of list of str
    numbers : list of int
        Row of each record as a spreadsheet counts them; that of the header is 1.
    separator : str
        What stands between cells.
    faults : list of Fault
        Where there is one, the rows are not to be used.
    notes : list of str
        What was put right.
    """

    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    separator: str = ","
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def records(self) -> list[dict[str, str]]:
        """The rows, each by the names of its columns."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def read_cells(path: Path, fields: Sequence[Mapping[str, Any]], *, encoding: str = "utf-8", name: str = "") -> Cells:
    """Read a CSV file by the fields that a Table Schema gives it.

    Parameters
    ----------
    path : pathlib.Path
    fields : sequence of mapping
        Fields of a Table Schema: name, type, constraints.
    encoding : str
        Of a file without a byte-order mark.
    name : str
        Of the file in messages; empty for its own.

    Returns
    -------
    Cells
        A file that cannot be read has faults and no rows.

    Examples
    --------
    >>> import tempfile
    >>> fields = [{"name": "id", "type": "string"}, {"name": "value", "type": "number"}]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "trade.csv"
    ...     _ = path.write_text("id;value" + chr(10) + "T1;1.234,5", encoding="utf-8-sig")
    ...     cells = read_cells(path, fields)
    >>> cells.rows, cells.notes[1]
    ([['T1', '1234.5']], 'trade.csv: 1 number rewritten, such as 1.234,5 as 1234.5')
    """
    cells, name = Cells(), name or path.name
    text = _read_text(path, name, encoding, cells)
    names = [str(each["name"]) for each in fields]
    if not cells.faults:
        _read_records(name, text, names, cells)
    if not cells.faults:
        _order_columns(name, names, cells)
    if not cells.faults:
        by_name = {str(each["name"]): each for each in fields}
        known = [by_name.get(column, {"type": "string"}) for column in cells.header]
        _tidy_cells(name, cells, known, commas=cells.separator != ",")
    return cells


def _read_text(path: Path, name: str, encoding: str, cells: Cells) -> str:
    """Return the whole text with plain line ends; with a fault where there is none to be had."""
    refuse = partial(_refuse, cells, name)
    if kind := name_kind(path):
        return refuse("a CSV file", kind)
    if path.stat().st_size > LARGEST:
        return refuse(f"at most {LARGEST:,} bytes", f"{path.stat().st_size:,}", "a table is coded by hand, row by row")
    data = path.read_bytes()
    encoding = find_encoding(data, encoding)
    if data[:4] == b"PK\3\4":
        return refuse("text", "a workbook or a packed file", "save it as CSV, or unpack it")
    if b"\0" in data and not encoding.startswith(("utf-16", "utf-32")):
        row = data[: data.index(b"\0")].count(b"\n") + 1
        return refuse("text", "a NUL byte", "damaged, or UTF-16 without its mark; save it as UTF-8", row)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        start = error.start
        return refuse(f"text in {encoding}", f"byte {start}", _try_pages(data, start), data[:start].count(b"\n") + 1)
    except (LookupError, ValueError):
        return refuse("an encoding that Python knows", encoding, 'correct "encoding" in datapackage.json')
    if encoding.casefold() in ONE_BYTE and not data.isascii() and is_utf8(data):
        return refuse(f"text in {encoding}", "text in utf-8", 'take "encoding" out of datapackage.json')
    cells.notes += [f"{name}: read as {encoding}"] * (encoding not in ("utf-8", "utf-8-sig"))
    text = text.removesuffix("\x1a").replace("\r\n", "\n")
    text = text if "\n" in text else text.replace("\r", "\n")
    for row, line in enumerate(text.split("\n"), start=1):
        for sign in dict.fromkeys(re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", line)):
            refuse("text without control characters", name_sign(sign), "take it out", row)
    if not text.strip():
        refuse("a header and rows", "nothing", "an empty file; a table without rows keeps its header")
    return text


def name_kind(path: Path) -> str:
    """Return what stands where a file should, a pipe and a device as well; nothing for a file.

    Examples
    --------
    >>> name_kind(Path("nowhere.csv"))
    'none'
    """
    if path.is_file():
        return ""
    return "none" if not path.exists() else "a folder" if path.is_dir() else "no plain file"


def _refuse(cells: Cells, file: str, expected: str, found: str, hint: str = "", row: int = 0) -> str:
    cells.faults.append(Fault(file, row, "", expected, found, hint))
    return ""


def find_encoding(data: bytes, otherwise: str) -> str:
    """Return the encoding that a byte-order mark tells, or another where there is none.

    Examples
    --------
    >>> find_encoding("a".encode("utf-16"), "utf-8"), find_encoding(b"a", "utf-8")
    ('utf-16', 'utf-8')
    """
    return next((MARKS[mark] for mark in MARKS if data.startswith(mark)), otherwise)


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are text in UTF-8.

    Examples
    --------
    >>> is_utf8("é".encode()), is_utf8("é".encode("latin-1"))
    (True, False)
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _try_pages(data: bytes, start: int) -> str:
    """Return what the bytes around a fault would be in old code pages, for a person to choose."""
    begin = max(data.rfind(b"\n", 0, start), data.rfind(b",", 0, start), data.rfind(b";", 0, start)) + 1
    word = re.split(rb"[,;\r\n]", data[begin : begin + 60])[0]
    ways = ", ".join(f"in {page} {word.decode(page, 'replace')!r}" for page in PAGES)
    return f'it would be {ways}; save the file as UTF-8, or name the right one as "encoding" in datapackage.json'


def _read_records(file: str, text: str, names: list[str], cells: Cells) -> None:
    lines = text.split("\n")
    if EXCEL_LINE.fullmatch(lines[0]):
        del lines[0]
    top = next((line for line in lines if line.strip(f"{SEPARATORS} ")), "")
    mark = max(SEPARATORS, key=lambda mark: _count_names(top, mark, names))
    if not _count_names(top, mark, names):
        likely = [
            row for row, line in enumerate(lines, start=1) if any(_count_names(line, m, names) for m in SEPARATORS)
        ]
        hint = (
            f"it seems to be in row {likely[0]}; take away what is above it" if likely else f"it is {', '.join(names)}"
        )
        cells.faults.append(Fault(file, 1, "", "the header", top[:60], hint))
        return
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=mark, strict=True)
    row, line, dropped, cells.separator = 0, 0, Counter[str](), mark
    try:
        for row, record in enumerate(reader, start=1):
            before, line = line, reader.line_num
            row_like = rf"[\w-]+{re.escape(mark)}" if len(names) < 4 else ""
            whole = [each for each in lines[before + 1 : line] if each.count(mark) >= len(names) - 1]
            if any(re.match(row_like, each) for each in whole):
                hint = f"a quotation mark opens here and closes {line - before - 1} lines on; double it or take it away"
                cells.faults.append(Fault(file, row, "", "one row", f"{line - before} lines", hint))
            _keep_record([_trim(cell) for cell in record], row, cells, dropped)
    except csv.Error as error:
        hint = f"{error}; a quotation mark in a text is doubled, and the text stands between two of them"
        cells.faults.append(Fault(file, row + 1, "", "closed quotation marks", lines[line][:60], hint))
    while cells.header and not cells.header[-1] and not any(row[len(cells.header) - 1 :] != [""] for row in cells.rows):
        dropped["empty column"] += 1
        for record in (cells.header, *cells.rows):
            record.pop()
    cells.notes += [f"{file}: cells are separated by {'a tab' if mark == chr(9) else mark}"] * (mark != ",")
    cells.notes += [f"{file}: {count} {what}{'s' * (count > 1)} left out" for what, count in dropped.items()]


def _keep_record(record: list[str], row: int, cells: Cells, dropped: Counter[str]) -> None:
    if not any(record):
        dropped["empty row"] += 1
    elif not cells.header:
        cells.header = record
    elif record == cells.header:
        dropped["repeated header"] += 1
    else:
        cells.rows.append(record)
        cells.numbers.append(row)


def _count_names(line: str, marks: str, names: list[str]) -> int:
    return len({_fold_name(name.strip('"')) for name in re.split(f"[{re.escape(marks)}]", line)} & set(names))


def _fold_name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", _trim(cell).casefold())


def _order_columns(file: str, names: list[str], cells: Cells) -> None:
    """Bring columns into the order of the schema; a fault for each that is missing, unknown or there twice."""
    given = [_fold_name(name) for name in cells.header]
    header = [folded if folded in names else name for folded, name in zip(given, cells.header, strict=True)]
    numbered = all(row[:1] in ([str(place)], [str(place + 1)]) for place, row in enumerate(cells.rows))
    if given[0] in ("", "unnamed:_0") and numbered:  # the row numbers of a data frame
        cells.notes.append(f"{file}: 1 column of row numbers left out")
        header, cells.rows = header[1:], [row[1:] for row in cells.rows]
    missing = [name for name in names if name not in header]
    extra = [name for place, name in enumerate(header) if name not in names or name in header[:place]]
    for name in missing:
        place = names.index(name)
        instead = header[place] if place < len(header) and header[place] in extra else ""
        extra = [other for other in extra if other != instead]
        cells.faults.append(Fault(file, 0, name, f"the column {name!r}", instead or "none"))
    for name in extra:
        hint = "it stands there twice" if header.count(name) > 1 else "take it away, or describe it in datapackage.json"
        cells.faults.append(Fault(file, 0, "", "no further column", name, hint))
    ragged = any(len(row) != len(header) for row in cells.rows)
    if header != names and not missing and not extra and not ragged:
        cells.notes.append(f"{file}: columns in another order than the schema's")
        cells.rows = [[row[header.index(name)] for name in names] for row in cells.rows]
    cells.header = header if ragged else names if not cells.faults else header


def _trim(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip().strip("\ufeff")


def _tidy_cells(file: str, cells: Cells, fields: Sequence[Mapping[str, Any]], *, commas: bool) -> None:
    """Bring numbers, dates and codes into their plain form; say how many were rewritten.

    `commas` says that the file comes from where commas stand before decimals, so that a point may part thousands.
    """
    changed: dict[str, list[tuple[str, str]]] = {}
    numeric = [place for place, each in enumerate(fields) if each["type"] in ("number", "integer")]
    numbers = [row[place] for row in cells.rows for place in numeric if place < len(row)]
    commas = (
        commas
        or any(map(has_decimal_comma, numbers))
        or any(re.search(r"[.]\d{3}[.]\d{3}", number) for number in numbers)
    )
    for number, row in zip(cells.numbers, cells.rows, strict=True):
        for place, (cell, each) in enumerate(zip(row, fields, strict=False)):
            plain, what = _tidy(cell, each, commas=commas)
            if what == "fault":
                wish = "a number" if each["type"] in ("number", "integer") else "text"
                cells.faults.append(Fault(file, number, str(each["name"]), wish, cell, plain))
            elif plain != cell:
                changed.setdefault(what, []).append((cell, plain))
                row[place] = plain
    for what, pairs in changed.items():
        cell, plain = pairs[0]
        example = f"such as {cell} as {plain or 'an empty cell'}"
        cells.notes.append(f"{file}: {len(pairs)} {what}{'s' * (len(pairs) > 1)} rewritten, {example}")


def has_decimal_comma(cell: str) -> bool:
    """Return whether a number has a comma before its decimals.

    Examples
    --------
    >>> [has_decimal_comma(cell) for cell in ("12,5", "1.234,5", "1,234.5", "1,234", "12.5", "")]
    [True, True, False, False, False, False]
    """
    return cell.rfind(",") > cell.rfind(".") and "." in (read_number(cell) or "")


def find_words(text: str) -> set[str]:
    """Return the words of a text, folded as `fold_text` does.

    Examples
    --------
    >>> sorted(find_words("Iran (Islamic Rep. of)"))
    ['iran', 'islamic', 'of', 'rep']
    """
    return set(re.findall(r"\w+", fold_text(text)))


def _tidy(cell: str, each: Mapping[str, Any], *, commas: bool) -> tuple[str, str]:
    """Return a cell in its plain form and what it is; for a number that is none, why."""
    rules = each.get("constraints", {})
    if cell.casefold().startswith(BROKEN) and (each["type"] == "string" or cell.casefold() not in MISSING):
        return "what a spreadsheet writes where a formula failed; put in what was meant", "fault"
    if each["type"] in ("number", "integer"):
        if cell.casefold() in MISSING and not rules.get("required"):
            return "", "missing value"
        plain = read_number(cell, commas=commas)
        if plain and each["type"] == "integer":
            plain = re.sub(r"(?<=\d)[.]0+$", "", plain)  # as pandas writes whole numbers beside blanks
        long = plain and each["type"] == "integer" and len(plain) > LONGEST
        return (explain_number(cell), "fault") if plain is None or long else (plain, "number")
    if each["type"] == "boolean":
        word = cell.casefold()
        return ("TRUE" if word in TRUE else "FALSE" if word in FALSE else cell), "truth value"
    if "enum" in rules:
        alike = [word for word in rules["enum"] if str(word).casefold() == cell.casefold()]
        return (alike[0] if len(alike) == 1 and cell not in rules["enum"] else cell), "code"
    if "pattern" in rules:
        plain = INVISIBLE.sub("", cell).strip()
        plain = plain if plain.isascii() else cell  # in a word of another script they may be meant
        return (_read_period(plain), "date") if "\\.\\." in rules.get("pattern", "") else (plain, "code")
    return cell, "text"


def read_number(cell: str, *, commas: bool = False) -> str | None:
    """Return a number with ASCII digits and a point, as `float` reads it; None where it is none or could be two.

    Parameters
    ----------
    cell : str
    commas : bool
        Whether the file has decimal commas, so that a point before three digits could be either.

    Examples
    --------
    >>> [read_number(cell) for cell in ("1 234", "1.234,5", "1,234,567", "۱۲٫۵", "−3", "12,34,567", "12,5", "")]
    ['1234', '1234.5', '1234567', '12.5', '-3', '1234567', '12.5', '']
    >>> [read_number(cell) for cell in ("1,234", "NaN", "(12)", "49-", "12 apples", "1 23")]
    [None, None, None, None, None, None]
    """
    text = INVISIBLE.sub("", _fold_digits(cell)).translate(DASHES).replace("٫", ".").replace("٬", "'").replace("’", "'")
    sign, body = re.fullmatch(r"([+-]?)\s*(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    if lakhs := re.fullmatch(r"([1-9]\d?(?:,\d{2})+,\d{3})([.]\d+)?", body, re.ASCII):  # as in India
        return sign.removeprefix("+") + lakhs[1].replace(",", "") + (lakhs[2] or "")
    if cell.count("٫") > 1:
        return None
    if commas and "٫" not in cell and re.fullmatch(r"[1-9]\d{0,2}[.]\d{3}", body, re.ASCII):
        return None
    if not text or re.fullmatch(r"(\d+([.]\d*)?|[.]\d+)(e[+-]?\d{1,2})?", body, re.ASCII | re.IGNORECASE):
        return (sign + body).removeprefix("+")
    for mark in (*SPACES, "'", ",", "."):
        whole = rf"[1-9]\d{{0,2}}({re.escape(mark)}\d{{3}})+"
        point = "[.]" if mark == "," else "," if mark == "." else "[.,]"
        if found := re.fullmatch(rf"({whole})(?:{point}(\d+))?", body, re.ASCII):
            if mark in ",." and body.count(mark) == 1 and found[3] is None:
                return None
            return sign.removeprefix("+") + found[1].replace(mark, "") + (f".{found[3]}" if found[3] else "")
    return (sign.removeprefix("+") + body.replace(",", ".")) if re.fullmatch(r"\d+,\d+", body, re.ASCII) else None


def _fold_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in text)


def explain_number(cell: str) -> str:
    """Return why a cell is no number that could be read in one way only.

    Examples
    --------
    >>> explain_number("1,234")
    'it could be 1234 or 1.234; write it without a sign between thousands'
    """
    if re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", cell):
        whole, part = re.split("[.,]", cell)
        return f"it could be {whole}{part} or {whole}.{part}; write it without a sign between thousands"
    if cell.casefold() in MISSING:
        return "a cell of this column must not be missing"
    if re.fullmatch(r"\([\d.,]+\)|[\d.,]+[-–−]", cell):
        return "a minus sign stands before the digits; brackets can mean an estimate too"
    if re.fullmatch(r"[\d.,]+ ?[-–—/] ?[\d.,]+", cell):
        return "a range has its ends in value_low and value_high, and its middle in value"
    if re.search(r"\d", cell) and re.search(r"[^\W\d_]{2}|[$€£¥₽%*†¹²³]|[(]", cell):
        return "digits only; units, currencies, marks of footnotes and words stand in columns of their own"
    return name_letters(cell) or "digits with a point, such as 12.5; an empty cell is a missing value"


def name_letters(cell: str) -> str:
    """Return the letters that are none of ASCII, which the eye may take for those; nothing where there is none.

    Examples
    --------
    >>> name_letters("XАA")
    "'А' is U+0410 CYRILLIC CAPITAL LETTER A"
    """
    signs = [sign for sign in dict.fromkeys(cell) if ord(sign) > 127]
    more = [f"{len(signs) - 3} more of another script"] * (len(signs) > 3)
    return ", ".join([f"{sign!r} is {name_sign(sign)}" for sign in signs[:3]] + more)


def fold_text(text: str) -> str:
    """Return a text so that spellings which look alike are equal: for comparing only, never for showing.

    Examples
    --------
    >>> fold_text("Co\u0302te d\u2019Ivoire"), fold_text("كريمي") == fold_text("کریمی")
    ("cote d'ivoire", True)
    """
    letters = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ه", "ة": "ه", "ـ": "", "’": "'", "ʼ": "'"})
    text = unicodedata.normalize("NFKD", INVISIBLE.sub("", text.replace("\u200c", " "))).translate(letters)
    return " ".join("".join(sign for sign in text if not unicodedata.combining(sign)).casefold().split())


def name_sign(sign: str) -> str:
    """Return a character's code point and name, for what the eye cannot tell apart.

    Examples
    --------
    >>> name_sign("А")
    'U+0410 CYRILLIC CAPITAL LETTER A'
    """
    return f"U+{ord(sign):04X} {unicodedata.name(sign, 'without a name')}"


def _read_period(cell: str) -> str:
    """Return a date with plain digits and hyphens; months and quarters of agencies as EDTF.

    An en dash stays: in print it stands between two years.
    """
    text = _fold_digits(cell).translate(HYPHENS)
    text = re.sub(r"[ T]00:00(:00([.]0+)?)?$", "", text)  # a day, as a spreadsheet may save it
    if month := re.fullmatch(r"(\d{4})-?M(0[1-9]|1[0-2])", text, re.ASCII | re.IGNORECASE):
        return f"{month[1]}-{month[2]}"
    turned = re.sub(r"^(Q[1-4]|H[12])[ /-]?(\d{4})$", r"\2\1", text, flags=re.ASCII | re.IGNORECASE)
    if part := re.fullmatch(r"(\d{4})[ -]?(?:Q([1-4])|H([12]))", turned, re.ASCII | re.IGNORECASE):
        months = 3 if part[2] else 6
        last = months * int(part[2] or part[3])
        return f"{part[1]}-{last - months + 1:02}/{part[1]}-{last:02}"
    return text
