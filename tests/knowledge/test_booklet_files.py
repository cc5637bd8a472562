"""Each sort of file is read, or refused with one sentence."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from bot.errors import InputRefused
from bot.knowledge.booklet import import_booklet
from bot.knowledge.booklet.read_file import LARGEST_FILE, LARGEST_TEXT
from bot.knowledge.model import Base
from tests.fixtures.booklets.pdf import Piece, make_pdf

TEXT = "Câu 1. Ai được bầu cử?\nTrả lời: Công dân đủ mười tám tuổi.\n\nCâu 2. Bầu ở đâu?\nTrả lời: Ở phòng bỏ phiếu.\n"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ANSWERS = ["Công dân đủ mười tám tuổi.", "Ở phòng bỏ phiếu."]


def answers(path: Path, base: Base) -> list[str]:
    return [d.answer for d in import_booklet(path, base, lambda _question: None).drafts]


def locked_pdf(path: Path, user: str) -> None:
    lock = StandardEncryption(user, ownerPassword="chu", canPrint=0, canCopy=0, strength=128)
    canvas = Canvas(str(path), encrypt=lock)
    canvas.drawString(72, 700, "Câu 1. Cô ta có sai không?")
    canvas.drawString(72, 680, "Không sai.")
    canvas.save()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_every_unicode_dress(encoding: str, base: Base, tmp_path: Path) -> None:
    path = tmp_path / "sach.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert answers(path, base) == ANSWERS


def as_old_windows(text: str) -> bytes:
    """Windows-1258 keeps a vowel with its hat or horn, and sets the tone after it."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        vowel = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
        out += (vowel + "".join(c for c in parts if c in tones)).encode("cp1258")
    return out


def test_text_of_old_windows_is_read(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "sach.txt"
    path.write_bytes(as_old_windows(TEXT))
    assert answers(path, base) == ANSWERS


def test_decomposed_letters_and_odd_spaces_are_made_plain(base: Base, tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", TEXT).replace("mười ta", "mười\u00a0ta")
    path = tmp_path / "sach.txt"
    path.write_text(text.replace("phòng", "phò\u00adng"), encoding="utf-8")
    assert answers(path, base) == ANSWERS


def test_pages_of_a_text_are_told_by_their_numbers(base: Base, tmp_path: Path) -> None:
    told = ["Làm theo luật", "Gửi đơn", "Báo cho thôn", "Đến tận nơi", "Chờ kết quả"]
    pages = [
        f"HỎI ĐÁP BẦU CỬ\nCâu {n}. Việc thứ {n} làm ra sao?\n{answer}\n{n + 4}"
        for n, answer in enumerate(told, 1)
    ]
    path = tmp_path / "sach.txt"
    path.write_text("\n".join(pages), encoding="utf-8")
    assert answers(path, base) == told


def test_a_lock_against_printing_does_not_hinder_reading(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "sach.pdf"
    locked_pdf(path, user="")
    assert answers(path, base) == ["Không sai."]


def test_word_paragraphs_and_tables_are_read(base: Base, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("PHẦN I. CỬ TRI")
    document.add_paragraph("Câu 1. Ai được bầu cử?")
    document.add_paragraph("Công dân đủ mười tám tuổi.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Tuổi", "Quyền", "18", "bầu cử"), strict=True
    ):
        cell.text = text
    document.add_paragraph("Câu 2. Bầu ở đâu?")
    document.add_paragraph("Trả lời:")
    document.add_paragraph("Ở phòng bỏ phiếu.")
    path = tmp_path / "sach.docx"
    document.save(str(path))
    drafts = import_booklet(path, base, lambda _question: None).drafts
    assert [d.part for d in drafts] == ["PHẦN I. CỬ TRI"] * 2
    assert drafts[0].answer == "Công dân đủ mười tám tuổi.\nTuổi | Quyền\n18 | bầu cử"
    assert drafts[1].answer == "Ở phòng bỏ phiếu."


def test_footnotes_of_word_are_kept_beside(base: Base, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Câu 1. Ai được bầu cử?")
    paragraph = document.add_paragraph("Công dân")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    paragraph.add_run(" đủ mười tám tuổi.")
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r>'
        "<w:t>Xem Điều 27 Hiến pháp.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
    document.part.relate_to(part, f"{RELATIONS}/footnotes")
    path = tmp_path / "sach.docx"
    document.save(str(path))
    draft = import_booklet(path, base, lambda _question: None).drafts[0]
    assert draft.answer == ANSWERS[0]
    assert draft.notes == ("Xem Điều 27 Hiến pháp.",)


def test_questions_that_word_itself_numbers_are_found(base: Base, tmp_path: Path) -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="Câu %1."/></w:lvl></w:abstractNum>'
    ))  # fmt: skip
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    for question, answer in (("Ai được bầu cử?", ANSWERS[0]), ("Bầu ở đâu?", ANSWERS[1])):
        paragraph = document.add_paragraph(question)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>')
        )
        document.add_paragraph(answer)
    path = tmp_path / "sach.docx"
    document.save(str(path))
    assert answers(path, base) == ANSWERS


def test_a_table_of_questions_and_answers_is_read(base: Base, tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=0, cols=2)
    for number, (question, answer) in enumerate(
        (("Ai được bầu cử?", ANSWERS[0]), ("Bầu ở đâu?", ANSWERS[1])), 1
    ):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = f"Câu {number}. {question}", answer
    path = tmp_path / "sach.docx"
    document.save(str(path))
    assert answers(path, base) == ANSWERS


def refused(name: str, folder: Path) -> Path:
    """Makes one of the files that cannot be read."""
    path = folder / name
    if name == "khoa.pdf":
        locked_pdf(path, user="mat-khau")
    elif name == "anh.pdf":
        path.write_bytes(make_pdf([[], []]))
    elif name == "cut.pdf":
        path.write_bytes(make_pdf([[Piece(50, 500, "Câu 1. Ai?")]])[:300])
    elif name == "bang.docx":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("xl/workbook.xml", "<x/>")
    elif name == "hong.docx":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("word/document.xml", "<x")
    elif name.startswith("lon."):
        with path.open("wb") as file:
            file.truncate((LARGEST_TEXT if name == "lon.txt" else LARGEST_FILE) + 1)
    elif name == "no.docx":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("word/document.xml", b" " * 70_000_000)
    elif name == "mucluc.txt":
        lines = [f"Câu {n}. Việc thứ {n} làm ra sao? ........ {n + 5}" for n in range(1, 30)]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        path.write_bytes(CONTENTS[name])
    return path


CONTENTS = {
    "trong.pdf": b"",
    "gia.pdf": b"PK\x03\x04 something",
    "gia.docx": b"%PDF-1.4 something",
    "cu.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Word",
    "anh.txt": b"\x89PNG\r\n\x1a\n",
    "nhi-phan.txt": b"abc\x00def",
    "tcvn.txt": "C©u 1. Ai ®­îc bÇu cö? C«ng d©n ®ñ m­êi t¸m tuæi.".encode("latin-1"),
    "bang.xlsx": b"PK\x03\x04",
    "khong-cau.txt": "Không có câu hỏi nào ở đây.".encode(),
}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("trong.pdf", "trống"),
        ("gia.pdf", "bên trong không phải"),
        ("gia.docx", "bên trong không phải"),
        ("cu.docx", "lưu lại thành .docx"),
        ("anh.txt", "bên trong không phải"),
        ("nhi-phan.txt", "không phải là tệp chữ"),
        ("tcvn.txt", "Không đọc được bảng mã"),
        ("bang.xlsx", "Chỉ nhập được tệp"),
        ("khong-cau.txt", "Không thấy câu hỏi nào"),
        ("khoa.pdf", "cần mật khẩu"),
        ("anh.pdf", "chỉ có ảnh chụp"),
        ("cut.pdf", "hỏng"),
        ("bang.docx", "không phải Word"),
        ("hong.docx", "không phải Word"),
        ("lon.txt", "20 MB"),
        ("lon.pdf", "100 MB"),
        ("no.docx", "khi mở ra quá lớn"),
        ("mucluc.txt", "mục lục"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    name: str, sentence: str, base: Base, tmp_path: Path
) -> None:
    path = refused(name, tmp_path)
    with pytest.raises(InputRefused, match=sentence) as error:
        import_booklet(path, base, lambda _question: None)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(base: Base, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="Không mở được"):
        import_booklet(tmp_path / "khong.pdf", base, lambda _question: None)
    with pytest.raises(InputRefused, match="là một thư mục"):
        import_booklet(tmp_path, base, lambda _question: None)
