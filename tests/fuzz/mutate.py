"""Changes to files, drawn by chance: the same chance makes the same change."""

from __future__ import annotations

import io
import json
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Change = Callable[[bytes, Random, Sequence[bytes]], bytes]

#: No mutant is longer: what is large by intent has tests of its own.
MOST = 1 << 20

#: What stands where something else is expected.
ODD = (
    b"", b"0", b"-1", b"-", b"1e400", b"1e-400", b"NaN", b"Infinity", b"9" * 40, b"9" * 5000, b"9223372036854775808", b"0.1",
    b"0x41", b"1_000", b"\xc2\xbd", b"\xd9\xa1\xd9\xa2", b"\xc2\xb2", b"null", b"true", b"[]", b"{}", b"[[[[", b"}}}}", b'"', b'""',
    b"'", b"`", b"\\", b"\\u0000", b"\\ud800", b"\0", b"\r", b"\n", b"\r\n", b"\t", b"\x0b", b"\x1b[31m", b"\x7f", b"\x85",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xae", b"\xe2\x80\xa8",
    b"\xcc\x81" * 40, b"=1+1", b"=cmd|' /C calc'!A0", b"@SUM(1)", b"+1", b"2024-13-45", b"0000-00-00", b"9999-12-31", b"10000-01-01",
    b"2024-02-30", b"31.12.2024", b"a" * 3000, b"A:B", b"/", b"../../etc/passwd", b"C:\\x", b"geonames:456172", b"wikidata:Q1", b"Q0",
    b"own:", b":", b"#", b"//", b"<x>", b"&amp;", b"%s%n", b"{0}", b"${x}", b"anna@example.org", b"+358 40 123 4567", b"GR", b"EL",
    b"UK", b"XX", b"\xc3\x9f", b"\xc4\xb0", b"\xe2\x84\xaa", b"1.234", b"1,234", b"12;13", b"a;b;;c", b"POINT(1 2)",
    b"POINT(nan inf)", b"1e308", b"-0", b"  ", b"\xc2\xa0", b"\xe2\x80\x8b",
)  # fmt: skip


def _place(content: bytes, chance: Random) -> int:
    return chance.randrange(len(content) + 1)


def _span(content: bytes, chance: Random) -> tuple[int, int]:
    begin = _place(content, chance)
    return begin, min(len(content), begin + chance.choice((1, 1, 2, 4, 16, 64, 1024)))


def change_bytes(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Turn bits, and cut, repeat, move or insert bytes; or join two files."""
    begin, end = _span(content, chance)
    match chance.randrange(9):
        case 0 if content:
            place = chance.randrange(len(content))
            return content[:place] + bytes((content[place] ^ 1 << chance.randrange(8),)) + content[place + 1 :]
        case 1 if content:
            place = chance.randrange(len(content))
            return (
                content[:place]
                + bytes((chance.choice((0, 255, 10, 34, 44, chance.randrange(256))),))
                + content[place + 1 :]
            )
        case 2:
            return content[:begin] + content[end:]
        case 3:
            return content[:end] + content[begin:end] * chance.choice((1, 2, 50)) + content[end:]
        case 4:
            other = _place(content, chance)
            return content[:begin] + content[end:other] + content[begin:end] + content[max(end, other) :]
        case 5:
            return content[:begin]
        case 6 if others:
            other_content = chance.choice(others)
            return content[:begin] + other_content[_place(other_content, chance) :]
        case 7:
            numbers = list(re.finditer(rb"\d+", content[:65536]))
            if numbers:
                one = chance.choice(numbers)
                return content[: one.start()] + chance.choice(ODD) + content[one.end() :]
    return content[:begin] + chance.choice(ODD) + content[chance.choice((begin, end)) :]


def change_lines(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Drop, repeat, move, join or indent lines, or take one of another file."""
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(7):
        case 0:
            del lines[one]
        case 1:
            lines[one:one] = [lines[other]] * chance.choice((1, 1, 2, 60))
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case 3 if one + 1 < len(lines):
            lines[one : one + 2] = [lines[one] + chance.choice((b"", b" ", b"\r")) + lines[one + 1]]
        case 4:
            lines[one] = chance.choice((b" ", b"  ", b"\t", b"- ", b"#", b"//")) + lines[one]
        case 5 if others:
            lines.insert(one, chance.choice(chance.choice(others).split(b"\n")))
        case _:
            key, colon, value = lines[one].partition(b":")
            lines[one] = (
                key + colon + b" " + chance.choice(ODD) if chance.random() < 0.7 else key.lstrip() + colon + value
            )
    return b"\n".join(lines)


def change_cells(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change the cells of a table: one of them, a column, a heading, the separator, quotation marks."""
    lines = content.split(b"\n")
    separator = max((b",", b";", b"\t", b"|"), key=lines[0].count)
    row = chance.randrange(len(lines))
    cells = lines[row].split(separator)
    column = chance.randrange(len(cells))
    match chance.randrange(9):
        case 0 | 1 | 2:
            cells[column] = chance.choice(ODD)
        case 3:
            cells[column] = b'"' + cells[column].strip(b'"') + chance.choice((b'"', b"", b'""', b'\n"'))
        case 4:
            del cells[column]
        case 5:
            cells.insert(column, chance.choice((b"", chance.choice(ODD), chance.choice(cells))))
        case 6:
            table = [line.split(separator) for line in lines]
            for line in table:
                if column < len(line):
                    del line[column]
            return b"\n".join(map(separator.join, table))
        case 7:
            return content.replace(separator, chance.choice((b",", b";", b"\t", b"|", b"\0")))
        case _:
            taken = chance.choice(others) if others else content
            cells[column] = chance.choice(re.split(rb"[,;\t|\n]", taken))
    lines[row] = separator.join(cells)
    return b"\n".join(lines)


def _odd_value(chance: Random) -> Any:
    return chance.choice(
        (
            None, True, 0, -1, 1.5, 1e308, 10**20, 2**63, "", " ", [], {}, [[]], [{}], {"": ""}, {"a": {"b": {}}}, "\ud800", "\0",
            "\x1b[2J", "2024-13-45", "http://www.wikidata.org/entity/Q1", "Q1", ["x"] * 300, "x" * 3000, [None], [1, "a"],
            "##big##", "##inf##", "##nan##", "##deep##", chance.choice(ODD).decode("utf-8", "surrogateescape"),
        )
    )  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        found += _paths(below, (*path, key))
    return found


def change_json(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change a value of a document of JSON, take it away, or put one in the place of another."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return change_bytes(content, chance, others)
    return _dumped(_changed(document, chance))


def _changed(document: Any, chance: Random) -> Any:
    for _ in range(chance.choice((1, 1, 2, 5))):
        paths = _paths(document)[1:]
        if not paths:
            return _odd_value(chance)
        *above, key = chance.choice(paths)
        holder = document
        for step in above:
            holder = holder[step]
        match chance.randrange(7):
            case 0:
                del holder[key]
            case 1:
                holder[key] = [holder[key]]
            case 2:
                holder[key] = {"value": holder[key]}
            case 3 if isinstance(holder, dict):
                holder[
                    chance.choice(("", "id", "name", "value", "type", "$", "\ud800", chance.choice(list(holder))))
                ] = holder[key]
            case 4:
                holder[key] = json.loads(json.dumps(document)) if len(paths) < 200 else None
            case _:
                holder[key] = _odd_value(chance)
    return document


def _dumped(document: Any) -> bytes:
    text = json.dumps(document, ensure_ascii=True)
    for word, instead in (
        ('"##big##"', "9" * 5000),
        ('"##inf##"', "1e999"),
        ('"##nan##"', "NaN"),
        ('"##deep##"', "[" * 99 + "]" * 99),
    ):
        text = text.replace(word, instead)
    return text.encode()


def change_json_lines(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change one line of JSON lines as a document."""
    lines = content.split(b"\n")
    one = chance.randrange(len(lines))
    lines[one] = change_json(lines[one], chance, others)
    return b"\n".join(lines)


def change_xml(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change a tag, an attribute or a text of XML, or repeat or drop an element."""
    pieces = re.split(rb"(<[^>]*>)", content)
    one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    match chance.randrange(7):
        case 0:
            del pieces[one]
        case 1:
            pieces.insert(one, pieces[other])
        case 2:
            pieces[one] = re.sub(
                rb'="[^"]*"', lambda _: b'="' + chance.choice(ODD).replace(b'"', b"") + b'"', pieces[one], count=1
            )
        case 3:
            references = (b"A1", b"ZZZ99999", b"XFD1048576", b"A0", b"AAAAAAAA1", b"1A", b"", b"A99999999999")
            pieces[one] = re.sub(rb'r="[^"]*"', lambda _: b'r="' + chance.choice(references) + b'"', pieces[one])
        case 4:
            extra = (
                b"<!DOCTYPE x>",
                b"<!-- x -->",
                b"<![CDATA[x]]>",
                b"<f>1+1</f>",
                b"<v>1e999</v>",
                b'<c r="A1" t="e"><v>#REF!</v></c>',
                b"&#0;",
                b"&#xD800;",
                b"&x;",
            )
            pieces.insert(one, chance.choice(extra))
        case 5:
            pieces[one] = re.sub(
                rb'(t|s|type)="[^"]*"',
                lambda _: b't="' + chance.choice((b"s", b"b", b"d", b"e", b"n", b"str", b"inlineStr", b"99")) + b'"',
                pieces[one],
            )
        case _:
            return change_bytes(content, chance, others)
    return b"".join(pieces)


def change_member(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change a member of a zip, or its name, or how it is packed, and pack all of them again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()[:40]]
    except Exception:  # noqa: BLE001 - it was broken before
        return change_bytes(content, chance, others)
    if not members:
        return change_bytes(content, chance, others)
    one = chance.randrange(len(members))
    name, inside = members[one]
    match chance.randrange(10):
        case 0:
            members[one] = (
                chance.choice(
                    (
                        "../x.csv",
                        "/etc/passwd",
                        "a\\b.csv",
                        "x/",
                        "\U0001f600.xml",
                        name.upper(),
                        "a" * 300,
                        name + "\0x",
                    )
                ),
                inside,
            )
        case 1:
            del members[one]
        case 2:
            members.append((name, chance.choice(members)[1]))
        case 3:
            members[one] = name, chance.choice(members)[1]
        case _:
            members[one] = name, _by_name(name)(inside, chance, [])
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for name, inside in members:
            packing = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED))
            archive.writestr(zipfile.ZipInfo(name.encode(errors="replace").decode()), inside, packing)
    return out.getvalue()


def _by_name(name: str) -> Change:
    ending = name.rpartition(".")[2]
    kinds: dict[str, Change] = {
        "csv": change_cells,
        "txt": change_cells,
        "json": change_json,
        "jsonl": change_json_lines,
        "xml": change_xml,
        "rels": change_xml,
    }
    return kinds.get(ending, change_bytes)


_SIGNATURES = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")


def change_headers(content: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Change a number in one of the headers of a zip: sizes, places, flags, ways of packing."""
    headers = [match.start() for sign in _SIGNATURES for match in re.finditer(re.escape(sign), content)]
    if not headers:
        return change_bytes(content, chance, others)
    place = chance.choice(headers) + chance.randrange(4, 46)
    number = chance.choice((0, 1, 8, 9, 12, 14, 0xFFFF, 0xFFFFFFFF, chance.randrange(1 << 16), len(content)))
    changed = bytearray(content)
    piece = struct.pack("<I", number)[: chance.choice((1, 2, 4))]
    changed[place : place + len(piece)] = piece
    return bytes(changed)


def mutant(content: bytes, changes: Sequence[Change], chance: Random, others: Sequence[bytes]) -> bytes:
    """Return a file that differs from ``content`` by one to eight changes."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 8))):
        content = chance.choice(changes)(content, chance, others)[:MOST]
    return content
