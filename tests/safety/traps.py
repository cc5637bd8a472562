"""Files that are traps: small ones that unpack to gigabytes, go round in rings, or call elsewhere."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

W = nsdecls("w")
MAIN = "word/document.xml"
QUESTIONS = ("Câu 1. Ai được bầu cử?", "Công dân đủ mười tám tuổi.", "Câu 2. Bầu ở đâu?", "Ở nhà.")


def word(
    body: str | None = None,
    parts: Mapping[str, bytes] | None = None,
    shape: Callable[[docx.document.Document], None] = lambda _: None,
) -> bytes:
    """A small booklet of Word; `body` replaces what stands in it, `parts` replace and add parts."""
    document = docx.Document()
    for text in QUESTIONS:
        document.add_paragraph(text)
    shape(document)
    plain, made = io.BytesIO(), io.BytesIO()
    document.save(plain)
    new = dict(parts or {})
    if body is not None:
        new[MAIN] = f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()
    with zipfile.ZipFile(plain) as inside, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in inside.namelist():
            out.writestr(name, new.pop(name) if name in new else inside.read(name))
        for name, content in new.items():
            out.writestr(name, content)
    return made.getvalue()


def said(*texts: str) -> str:
    """Paragraphs of a Word file."""
    return "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)


ASKED = said(*QUESTIONS)


def ring_of_styles(document: docx.document.Document) -> None:
    """Every paragraph has a style that stands on one that stands on it."""
    styles = document.styles.element
    for name, below in (("vong1", "vong2"), ("vong2", "vong1")):
        styles.append(
            parse_xml(
                f'<w:style {W} w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/>'
                f'<w:basedOn w:val="{below}"/></w:style>'
            )
        )
    for paragraph in document.paragraphs:
        paragraph._p.get_or_add_pPr().style = "vong1"


def counted_to_the_moon(document: docx.document.Document) -> None:
    """A list in Roman figures that begins at a thousand milliards, said a thousand times a line."""
    numbering = document.part.numbering_part.element
    pattern = "%1" * 300_000
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {W} w:abstractNumId="77"><w:lvl w:ilvl="0">'
            f'<w:start w:val="1000000000000"/><w:numFmt w:val="upperRoman"/>'
            f'<w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum>'
        ),
    )
    numbering.append(parse_xml(f'<w:num {W} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for _ in range(2_000):
        paragraph = document.add_paragraph("và")
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {W}><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>')
        )


def merged_rows(rows: int, text: str) -> str:
    """A table whose first column is one cell over all rows."""
    first = f'<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{said(text)}</w:tc></w:tr>'
    more = "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>"
    return f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{first}{more * rows}</w:tbl>"


def entities(declared: str, text: str) -> bytes:
    """A main part that declares entities."""
    return (
        f'<?xml version="1.0"?><!DOCTYPE w:document [{declared}]>'
        f"<w:document {W}><w:body>{said(*QUESTIONS, text)}</w:body></w:document>"
    ).encode()


LAUGHS = '<!ENTITY a0 "haha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11)
)


def pdf(objects: Sequence[bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1."""
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<</Size %d %s>>\n" % (len(objects) + 1, trailer)
    made += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(made)


def stream(content: bytes, more: bytes = b"") -> bytes:
    """A stream of a PDF."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (more, len(content), content)


def blown(size: int, unit: bytes = b" ", times: int = 1) -> bytes:
    """So many times a unit of bytes, packed as often as told, without ever holding it whole."""
    packer, made = zlib.compressobj(9), bytearray()
    block = unit * ((1 << 20) // len(unit))
    for _ in range(size // len(block)):
        made += packer.compress(block)
    made += packer.flush()
    packed = bytes(made)
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    return packed


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf_page(content: bytes, *more: bytes) -> bytes:
    """A PDF of one page, drawn by object 4; object 5 is its font, `more` come after it."""
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>"
        b"/XObject<</X 6 0 R>>>>>>"
    )
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf([CATALOG, pages, page, content, FONT, *more])


def write(folder: Path, name: str, content: bytes) -> Path:
    """The file, in a folder of its own."""
    path = folder / name
    path.write_bytes(content)
    return path
