"""A booklet that is a trap is read or refused with one sentence, in bounded memory, and leaves nothing.

What lies in the folder afterwards is looked at too: `kb import` writes all or nothing.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from bot.errors import InputRefused
from bot.knowledge.booklet import import_booklet
from bot.knowledge.booklet.apart import MEMORY_MB, read_apart
from bot.knowledge.booklet.model import Booklet
from bot.knowledge.booklet.read_file import read_file
from bot.knowledge.model import Base
from tests.conftest import ROOT
from tests.safety import traps
from tests.safety.traps import ASKED, CATALOG, MAIN, pdf, pdf_page, said, stream, word

PAGES = b"<</Type/Pages/Kids[%s]/Count %d>>"
DRAWN_TWICE = b"<<%s/Length 11>>\nstream\n/X Do /X Do\nendstream" % (
    b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
)
SPAN = '<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>'
TABLE = "<w:tbl><w:tblPr/><w:tblGrid/><w:tr>"

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "spaces.docx": (lambda: word(parts={MAIN: b" " * 70_000_000}), "quá lớn"),
    "marks.docx": (lambda: word(ASKED + "<w:p>" + "<w:r/>" * 3_500_000 + "</w:p>"), "quá lớn"),
    "odd.docx": (lambda: word(ASKED, {"word/a.bin": b"<w:r/>" * 3_500_000}), "quá lớn"),
    "picture.docx": (lambda: word(ASKED, {"word/media/a.png": bytes(320_000_000)}), "quá lớn"),
    "parts.docx": (lambda: word(ASKED, {f"word/a{n}.png": b"" for n in range(10_001)}), "quá lớn"),
    "laughs.docx": (lambda: word(parts={MAIN: traps.entities(traps.LAUGHS, "&a10;")}), "hỏng"),
    "outside.docx": (
        lambda: word(
            parts={MAIN: traps.entities('<!ENTITY p SYSTEM "file:///etc/passwd">', "&p;")}
        ),
        "hỏng",
    ),
    "deep.docx": (
        lambda: word(ASKED + "<w:tbl><w:tr><w:tc>" * 9_000 + "</w:tc></w:tr></w:tbl>" * 9_000),
        "hỏng",
    ),
    "ring.pdf": (lambda: pdf([CATALOG, PAGES % (b"2 0 R", 1)]), "hỏng"),
    "rings.pdf": (
        lambda: pdf([CATALOG, PAGES % (b"3 0 R", 10**9), PAGES % (b"2 0 R 3 0 R", 10**9)]),
        "hỏng",
    ),
    "counted.pdf": (lambda: pdf([CATALOG, PAGES % (b"", 2**31 - 1)]), "hỏng"),
    "before.pdf": (lambda: pdf([CATALOG, PAGES % (b"", 0)], b"/Root 1 0 R /Prev 9"), "hỏng"),
    "blown.pdf": (
        lambda: pdf_page(
            stream(traps.blown(1_200_000_000, times=2), b"/Filter[/FlateDecode/FlateDecode]")
        ),
        "quá lớn",
    ),
    "drawn.pdf": (
        lambda: pdf_page(stream(b"/X Do BT /F 9 Tf 9 90 Td (a) Tj ET"), DRAWN_TWICE),
        "quá lớn",
    ),
    "deep.pdf": (lambda: pdf_page(stream(b"BT ET"), b"[" * 3_000_000), "không có chữ"),
    "length.pdf": (
        lambda: pdf_page(b"<</Length 4 0 R>>\nstream\nBT ET\nendstream"),
        "không có chữ",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_trap_is_refused_with_one_sentence_and_bounded_memory(
    name: str, base: Base, tmp_path: Path
) -> None:
    make, sentence = REFUSED[name]
    path = traps.write(tmp_path, name, make())
    assert path.stat().st_size < 4_000_000, "a small file is what makes it dangerous"
    with pytest.raises(InputRefused, match=sentence) as refused:
        import_booklet(path, base, lambda _question: None, read=read_apart)
    assert str(refused.value).startswith(f"Tệp {name} ")
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == [path]
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_000
    assert most < MEMORY_MB * 1.1, "the largest of all processes that were started here"


def nested_zips() -> bytes:
    """A pack of packs of packs, each sixteen times the one inside."""
    content = bytes(10_000_000)
    for _ in range(4):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
            for n in range(16):
                out.writestr(f"{n}.zip", content)
        content = made.getvalue()
    return content


READ: dict[str, Callable[[], bytes]] = {
    "nested": lambda: word(ASKED, {"word/embeddings/a.zip": nested_zips()}),
    "ring of styles": lambda: word(shape=traps.ring_of_styles),
    "a span of milliards": lambda: word(f"{ASKED}{TABLE}{SPAN}{said('a')}</w:tc></w:tr></w:tbl>"),
    "a cell over all rows": lambda: word(ASKED + traps.merged_rows(5_000, "b" * 200)),
    "a long cell over all rows": lambda: word(ASKED + traps.merged_rows(5_000, "b " * 99_000)),
    "a list of milliards": lambda: word(shape=traps.counted_to_the_moon),
}


@pytest.mark.parametrize("name", READ)
def test_what_only_looks_large_is_read_without_being_unfolded(
    name: str, base: Base, tmp_path: Path
) -> None:
    path = traps.write(tmp_path, "sach.docx", READ[name]())
    booklet = read_file(path, lambda _done, _all: None)
    lines = [line.text for page in booklet.pages for line in page.lines]
    assert lines[:4] == list(traps.QUESTIONS)
    assert sum(map(len, lines)) < 2_000_000
    if name == "a cell over all rows":
        assert lines[4:] == ["b" * 200] * 5_001, "each row says what covers it"


def test_a_footnote_is_said_once_however_many_marks_it_has(tmp_path: Path) -> None:
    def note(document: docx.document.Document) -> None:
        words = f'<w:footnote w:id="2">{said("chú thích " * 10_000)}</w:footnote>'
        content = f"<w:footnotes {traps.W}>{words}</w:footnotes>".encode()
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        part = Part(PackURI("/word/footnotes.xml"), kind, content, document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        for _ in range(2_000):
            run = document.add_paragraph()._p.add_r()
            run.append(parse_xml(f'<w:footnoteReference {traps.W} w:id="2"/>'))

    path = traps.write(tmp_path, "sach.docx", word(shape=note))
    notes = read_file(path, lambda _done, _all: None).notes
    assert len(notes) == 2_000
    assert len(notes[0]) > 90_000
    assert set(notes[1:]) == {""}


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and what was asked of it."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_nothing_outside_is_asked_for(
    stranger: tuple[str, list[str]], base: Base, tmp_path: Path
) -> None:
    address, asked = stranger

    def refer(document: docx.document.Document) -> None:
        kinds = ("attachedTemplate", "footnotes", "image", "oleObject", "frame")
        for kind in kinds:
            whole = RELATIONSHIP_TYPE.IMAGE.replace("image", kind)
            document.part.relate_to(f"{address}/{kind}", whole, is_external=True)

    path = traps.write(tmp_path, "sach.docx", word(shape=refer))
    drafts = import_booklet(path, base, lambda _question: None, read=read_apart).drafts
    assert [draft.answer for draft in drafts] == [traps.QUESTIONS[1], traps.QUESTIONS[3]]
    link = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI(%s/pdf)>>>>" % address.encode()
    page = pdf_page(stream(b"BT /F 9 Tf 9 90 Td (Cau 1. Ai bau?) Tj ET")).replace(CATALOG, link)
    read_apart(traps.write(tmp_path, "sach.pdf", page), lambda _done, _all: None)
    assert asked == []


def test_what_is_read_apart_is_what_is_read_here(tmp_path: Path) -> None:
    path = traps.write(tmp_path, "sach.docx", word())
    told: list[tuple[int, int]] = []

    def hear(done: int, all_: int) -> None:
        told.append((done, all_))

    apart: Booklet = read_apart(path, hear)
    assert apart == read_file(path, lambda _done, _all: None)
    assert told == [(1, 1)]


def test_what_never_ends_is_ended(tmp_path: Path) -> None:
    page = stream(traps.blown(60_000_000, b"/X Do "), b"/Filter/FlateDecode")
    once = stream(
        b"BT /F 9 Tf 9 90 Td (Cau 1. Ai bau?) Tj ET",
        b"/Type/XObject/Subtype/Form/BBox[0 0 999 999]",
    )
    path = traps.write(tmp_path, "mai.pdf", pdf_page(page, once))
    with pytest.raises(InputRefused, match="đọc mãi không xong|quá lớn"):
        read_apart(path, lambda _done, _all: None, seconds=2)


def test_the_command_leaves_nothing_of_a_booklet_that_it_refuses(tmp_path: Path) -> None:
    path = traps.write(tmp_path, "bom.docx", REFUSED["laughs.docx"][0]())
    out = tmp_path / "nhap.yaml"
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "kb", "import", str(path), "--out", str(out)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.strip() == "Tệp bom.docx không phải Word (.docx) hoặc đã bị hỏng."
    assert list(tmp_path.iterdir()) == [path]
    assert json.dumps(ran.stderr).count("\\n") == 1
