"""Nasty text: encodings, control characters, headers, quotation marks, delimiters and torn rows."""

from collections.abc import Iterator
from itertools import chain

from tests.support.exports import POLICE_HEADER, police_row
from tests.support.nasty import GOOD, HEADER, STREET, Nasty, both, export, refused, street_table, table

_ENCODINGS = (
    *("utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-32", "utf-32-be-bom", "utf-7"),
    *("latin-1", "cp1252", "cp1250", "cp437", "mac-roman", "iso8859-15"),
)
_FOREIGN = {"koi8-r": "кража", "shift-jis": "窃盗", "gbk": "盗窃", "big5": "竊盜", "euc-kr": "절도", "cp1256": "سرقة"}
_BARE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_BOMS = {"utf-16-le-bom": b"\xff\xfe", "utf-16-be-bom": b"\xfe\xff", "utf-32-be-bom": b"\0\0\xfe\xff"}
_MARKS = {
    "right-to-left override": "\u202e",
    "zero-width space": "\u200b",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "bell": "\a",
    "escape": "\x1b[31m",
    "delete": "\x7f",
    "next line": "\x85",
    "line separator": "\u2028",
    "form feed": "\f",
    "vertical tab": "\v",
    "emoji": "🚓👮🏽\u200d♀️",
    "private use": "\ue000",
    "combining marks": "x" + "\u0301" * 200,
}


def nasty_text() -> list[Nasty]:
    """Return them all."""
    return list(chain(_encodings(), _broken_bytes(), _line_ends(), _headers(), _quotes(), _torn(), _delimiters()))


def _encoded(text: str, encoding: str) -> bytes:
    return _BOMS.get(encoding, b"") + text.encode(encoding.removesuffix("-bom"))


def _encodings() -> Iterator[Nasty]:
    for encoding in _ENCODINGS:
        texts = table().replace("x", "é"), street_table().replace("Burglary", "Burglaré")
        yield from both(encoding, _encoded(texts[0], encoding), _encoded(texts[1], encoding))
    for encoding, word in _FOREIGN.items():
        yield export(f"{word} in {encoding}", table().replace("x", word).encode(encoding))
    for encoding in _BARE:
        yield from both(
            f"{encoding} without a mark", table().encode(encoding), street_table().encode(encoding), None, {}, "no text"
        )
    yield refused("ebcdic", table().encode("cp037"), "save it as CSV")


def _broken_bytes() -> Iterator[Nasty]:
    plain, street = table().encode(), street_table().encode()
    yield from both("invalid utf-8 in a cell", plain.replace(b"x", b"\xc3\x28"), street.replace(b"X", b"\xff\xfe"))
    yield from both("cut inside a character", plain + b"2024-01-09,A,caf\xc3", street + b"\xc3", 4, {"ragged-row": 1})[
        1:
    ]
    yield export("cut inside a character", plain + b"2024-01-09,A,caf\xc3", 4)
    yield export("overlong utf-8", plain.replace(b"y", b"\xc0\x80"))
    yield export("surrogates as utf-8", plain.replace(b"y", b"\xed\xa0\xbd\xed\xb8\x80"))
    yield from both("two byte order marks", b"\xef\xbb\xbf" * 2 + plain, b"\xef\xbb\xbf" * 2 + street)
    yield export("byte order mark inside", plain.replace(b"\n2024-01-06", b"\n\xef\xbb\xbf2024-01-06"), 3)
    yield refused("byte order mark alone", b"\xef\xbb\xbf", "empty")
    yield refused("utf-16 mark alone", b"\xff\xfe", "empty")
    yield refused("mark and header alone", b"\xef\xbb\xbfwhen,where,what\n", "no rows")
    yield export("utf-16 of odd length", table().encode("utf-16") + b"\0", 4, rules={"ragged-row": 1})
    yield refused("utf-8 mark before utf-16", b"\xef\xbb\xbf" + table().encode("utf-16-le"), "no text")
    yield from both("only NUL", b"\0" * 5000, b"\0" * 5000, None, {}, "no text")
    for name, mark in _MARKS.items():
        yield export(f"{name} in a cell", table([*GOOD, f'2024-01-08,A,"x{mark}"']), 4)
    yield export("NUL in a cell", table([*GOOD, "2024-01-08,A,x\0"]), 4, rules={"nul-byte": 1})
    yield from both("NUL in a place", plain.replace(b"B", b"\0"), street.replace(b"E02", b"E\0"), 3, {"nul-byte": 1})
    yield export("NUL in a column that is not read", table([f"{row},\0" for row in GOOD], f"{HEADER},note"))
    yield export("end of file mark of DOS", plain + b"\x1a")


def _line_ends() -> Iterator[Nasty]:
    for name, end in {"carriage returns": "\r\n", "lone carriage returns": "\r"}.items():
        yield from both(name, table(end=end).encode(), street_table(end=end).encode())
    yield export("mixed line ends", f"{HEADER}\r\n{GOOD[0]}\n{GOOD[1]}\r{GOOD[2]}")
    yield export("line feed before carriage return", table(end="\n\r"))
    yield from both("no line end at the end", table().rstrip().encode(), street_table().rstrip().encode())
    yield from both("blank lines between", table(end="\n\n\n").encode(), street_table(end="\n\n").encode())
    yield export("lines of blanks and delimiters", table([GOOD[0], "   ", ",,", " , , ", *GOOD[1:]]), 3)
    yield export("a million blank lines", table([*GOOD, "\n" * 1_000_000]))
    yield export("a hundred thousand empty rows", table([*GOOD, *[",,"] * 100_000]))
    yield from both("empty", b"", b"", None, {}, "empty")
    yield from both("blanks alone", b" \n\t\n  \r\n", b" \n\n", None, {}, "empty")
    yield from both("header alone", HEADER.encode(), POLICE_HEADER.encode(), None, {}, "no rows")
    yield refused("header and blank lines", HEADER + "\n" * 500, "no rows")


def _headers() -> Iterator[Nasty]:
    street = street_table()
    yield from both(
        "a wanted column twice",
        table([f"{row},B" for row in GOOD], f"{HEADER},where").encode(),
        street.replace("LSOA name", "LSOA code").encode(),
        None,
        {},
        "stands 2 times",
    )
    yield refused(
        "a wanted column twice but for case", table([f"{r},B" for r in GOOD], "when,WHERE,what,Where"), "2 times"
    )
    yield export("another column twice", table([f"{row},1,2" for row in GOOD], f"{HEADER},note,note"))
    yield export("columns without a name", table([f"{row},1,2" for row in GOOD], f"{HEADER},,"))
    yield export("header in other letters", table(header="WHEN , Where,\twhat"))
    yield export("header in composed letters", table(header="when,where,caf\u00e9"), columns={"offence": "cafe\u0301"})
    yield refused(
        "composed and decomposed letters",
        table([f"{row},z" for row in GOOD], "when,where,caf\u00e9,cafe\u0301"),
        "2 times",
        columns={"offence": "CAF\u00c9"},
    )
    yield refused("homoglyph in the header", table(header="wh\u0435n,where,what"), "has no column 'when'")
    yield refused("no header", table(header=GOOD[0]), "has no column")
    yield refused("numbers for a header", table(header="1,2,3"), "has no column")
    yield export("quoted header over two lines", table([f"{r},1" for r in GOOD], f'{HEADER},"of\nnote"'))
    yield refused("quotation mark open in the header", table(header='when,"where,what'), "")
    yield export("header again in the middle", table([*GOOD, HEADER, *GOOD]), 7, rules={"bad-date": 1})
    yield export("header again without commas", table([*GOOD, "when"]), 4, rules={"ragged-row": 1})
    yield export("title above", "Report of incidents\n\nPrinted by X\n" + table())
    yield refused("thirty lines above", "Title\n" * 30 + table(), "single column")
    yield export("separator named", "sep=;\n" + table().replace(",", ";"))
    yield export("name of a column of 100 kB", table([f"{r},1" for r in GOOD], f"{HEADER},{'n' * 100_000}"))
    yield refused(
        "name of a column of 2 MB", table([f"{r},1" for r in GOOD], f"{HEADER},{'n' * 2_000_000}"), "no header"
    )
    many = ",".join(f"column {number} of the export of incidents" for number in range(10_000))
    yield export("ten thousand columns", table([f"{row}{',1' * 10_000}" for row in GOOD], f"{HEADER},{many}"))
    yield export("ten thousand columns before", table([f"{'1,' * 10_000}{row}" for row in GOOD], f"{many},{HEADER}"))
    yield from both(
        "a column missing",
        table(header="when,where,why").encode(),
        street.replace("Month", "Year").encode(),
        None,
        {},
        "no column",
    )
    yield export(
        "strict and a column more",
        table([f"{r},1" for r in GOOD], f"{HEADER},note"),
        None,
        keys={"strict": True},
        refusal="not mapped: note",
    )


def _quotes() -> Iterator[Nasty]:
    yield from both(
        "quotation mark never closed",
        table(['2024-01-05,A,"x', *GOOD]).encode(),
        street_table([police_row().replace("On or near X", '"On or near X'), *STREET]).encode(),
        None,
        {},
        "never closed",
    )
    yield refused("quotation mark never closed at the end", table([*GOOD, '2024-01-05,A,"x']), "never closed")
    yield refused("quotation mark never closed, long", table(['2024-01-05,A,"x', *GOOD * 20_000]), "never closed")
    swallowing = ['2024-01-08,A,"x', *GOOD, '2024-01-09,B,"y"']
    yield refused("a quotation closed rows later", table([*GOOD, *swallowing, *GOOD]), "line 5: a quotation mark")
    swallowing = ['2024-01-08,A,"5 inch', *GOOD, '2024-01-09,B,5 inch"']
    yield refused(
        "a quotation closed rows later at the end of a field", table([*GOOD, *swallowing]), "line 5: a quotation"
    )
    yield export("quotation mark inside", table([*GOOD, '2024-01-05,A,5" knife']), 4)
    yield export("two quotation marks inside", table([*GOOD, '2024-01-05,A,a "big" knife']), 4)
    yield export("quoted quotation marks", table([*GOOD, '2024-01-05,A,"a ""big"" knife"']), 4)
    yield export("text after a quotation", table([*GOOD, '2024-01-05,A,"x" y']), 4)
    yield export("apostrophes for quotation marks", table([*GOOD, "2024-01-05,A,'x'"]), 4)
    yield export("quoted delimiters", table([*GOOD, '2024-01-05,A,"x, y; z|"']), 4)
    yield export("quoted line ends", table([*GOOD, '2024-01-05,A,"x\ny"', '2024-01-05,A,"x\r\n\r\ny"', GOOD[0]]), 6)
    yield export("quoted line ends of a note", table([f'{r},"a\nb\n\nc"' for r in GOOD], f"{HEADER},note"), 3)
    yield export("everything quoted", table(['"' + '","'.join(row.split(",")) + '"' for row in GOOD]))
    yield export(
        "field of 10 MB", table([*(f"{r}," for r in GOOD), f"{GOOD[0]},{'n' * 10_000_000}"], f"{HEADER},note"), 4
    )
    yield export("offence of 10 MB", table([*GOOD, f"2024-01-05,A,{'n' * 10_000_000}"]), 4)
    lines = "line\n" * 200_000
    yield export(
        "quoted field of 200,000 lines", table([*(f"{r}," for r in GOOD), f'{GOOD[0]},"{lines}"'], f"{HEADER},note"), 4
    )


def _torn() -> Iterator[Nasty]:
    short, long = "2024-01-05,A", "2024-01-05,A,x,y"
    yield export("a short row", table([*GOOD, short]), 4, rules={"ragged-row": 1})
    yield export("a long row", table([*GOOD, long]), 4, rules={"ragged-row": 1})
    yield export("short and long rows", table([short, *GOOD, long, short, GOOD[0]]), 7, rules={"ragged-row": 3})
    yield from both(
        "a torn street row",
        table([*GOOD, ","]).encode(),
        street_table([*STREET, "a9,2024-01"]).encode(),
        4,
        {"ragged-row": 1},
    )[1:]
    yield refused("only short rows", table([short] * 5), "no row can be used")
    yield refused("only long rows", table([long] * 5), "no row can be used")
    yield export("a delimiter at the end of every row", table([f"{row}," for row in GOOD]))
    yield export("a delimiter at the end of some rows", table([f"{GOOD[0]},", *GOOD * 2]), 7, rules={"ragged-row": 1})
    yield export("cut in its last row", table().rstrip()[:-3], 3, rules={"ragged-row": 1})
    yield export("a row of 10,000 fields", table([*GOOD, ",".join("1" * 10_000)]), 4, rules={"ragged-row": 1})


def _delimiters() -> Iterator[Nasty]:
    for name, delimiter in {"semicolons": ";", "bars": "|", "tabs": "\t"}.items():
        texts = table().replace(",", delimiter), street_table().replace(",", delimiter)
        yield from both(name, texts[0].encode(), texts[1].encode())
    yield refused("carets", table().replace(",", "^"), "single column")
    yield refused("blanks", table().replace(",", " "), "single column")
    yield refused("fixed widths", table().replace(",", "    "), "single column")
    yield export("two delimiters", table([*GOOD, GOOD[0].replace(",", ";")]), 4, rules={"ragged-row": 1})
    yield export("semicolons and commas in cells", table([f"{r.replace(',', ';')},5" for r in GOOD], "when;where;what"))
