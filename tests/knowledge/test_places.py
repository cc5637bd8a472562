from __future__ import annotations

import csv
import io
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Fault, InputRefused
from bot.knowledge import packed
from bot.knowledge.place_files import decode
from bot.knowledge.place_lists import load_places
from bot.knowledge.place_names import EXACT
from bot.knowledge.places import Places, PollingPlace
from bot.language.fold import fold

FOLDER = Path(__file__).parents[2] / "knowledge" / "places"
ELECTION = date(2026, 3, 15)
HEADING = ["TT", "Xã/phường/đặc khu", "Khu vực số", "Thôn/khu phố", "Địa điểm", "Kỳ bầu cử"]
ROWS = [
    ["1", "phường Hà Tu", "1", "Khu 1", "Nhà văn hóa khu 1, đường Trần Phú", "15/3/2026"],
    ["2", "phường Hà Tu", "2", "Khu 2", "Trường Tiểu học Quyết Thắng", "15/3/2026"],
    ["3", "xã Hải Hoà", "1", "thôn Giữa", "Nhà văn hóa thôn Giữa", "15/3/2026"],
]
Write = Callable[[str, str | bytes], None]
Load = Callable[[], tuple[Places, list[Fault]]]


@pytest.fixture(scope="session")
def real() -> Places:
    places, faults = load_places(FOLDER)
    assert not faults
    return places


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the real communes and no list."""
    made = tmp_path / "places"
    made.mkdir()
    for name in ("provinces.yaml", "units-quang-ninh.yaml"):
        (made / name).write_text((FOLDER / name).read_text("utf-8"), "utf-8")
    return made


def table(rows: list[list[str]], delimiter: str = ",", heading: list[str] = HEADING) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([heading, *rows])
    return written.getvalue()


def in_windows_1258(text: str) -> bytes:
    """As Vietnamese Windows programs write it: tone marks that have no letter stand apart."""
    found = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        try:
            found += letter.encode("cp1258")
        except UnicodeEncodeError:
            first, *marks = list(unicodedata.normalize("NFD", letter))
            tones = [m for m in marks if m in "\u0300\u0301\u0303\u0309\u0323"]
            shape = [m for m in marks if m not in tones]
            base = unicodedata.normalize("NFC", first + "".join(shape))
            found += base.encode("cp1258") + "".join(tones).encode("cp1258")
    return bytes(found)


def sentences(faults: list[Fault]) -> list[str]:
    return [str(fault) for fault in faults]


def only_fault(folder: Path) -> str:
    places, faults = load_places(folder)
    assert not places.polling
    assert len(faults) == 1, sentences(faults)
    return str(faults[0])


def of(unit: str, places: Places) -> list[tuple[int, str, str]]:
    found = next(u for u in places.units if u.title == unit)
    return [(p.area, p.village, p.at) for p in places.of_unit(found)]


# The files that are shipped


def test_the_shipped_places_are_whole(real: Places) -> None:
    assert len(real.provinces) == 34
    assert len(real.units) == 54
    types = [unit.type for unit in real.units]
    assert (types.count("phường"), types.count("xã"), types.count("đặc khu")) == (30, 22, 2)
    assert {unit.province for unit in real.units} == {"Quảng Ninh"}
    assert len(real.polling) == 15
    assert real.polling[4] == PollingPlace(
        "06985", 5, "thôn Khe Giấy", "nhà văn hóa thôn Khe Giấy", ELECTION
    )


def test_a_folder_that_is_missing_or_empty_holds_no_places(tmp_path: Path) -> None:
    assert load_places(tmp_path / "places") == (Places(), [])
    assert load_places(tmp_path) == (Places(), [])


def test_notes_and_lock_files_are_passed_over(folder: Path) -> None:
    for name in ("README.md", ".DS_Store", "~$ds.xlsx"):
        (folder / name).write_bytes(b"\0")
    assert load_places(folder)[1] == []


# Finding names


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ha tu", "phường Hà Tu"),
        ("p. Ha Tu", "phường Hà Tu"),
        ("P.HÀ TU", "phường Hà Tu"),
        ("hatu", "phường Hà Tu"),
        ("ha ty", "phường Hà Tu"),
        ("Mong Cai 2", "phường Móng Cái 2"),
        ("mong cai2", "phường Móng Cái 2"),
        ("mongcai 02", "phường Móng Cái 2"),
        ("đặc khu Vân Đồn", "đặc khu Vân Đồn"),
        ("đk Van Don", "đặc khu Vân Đồn"),
        ("Hải Hoà", "xã Hải Hòa"),
        ("Hải Hòa", "xã Hải Hòa"),
        ("Ha\u0309i Ho\u0300a", "xã Hải Hòa"),
        ("Hair Hoaf", "xã Hải Hòa"),
        ("Hòn Gai", "phường Hồng Gai"),
        ("cam phả", "phường Cẩm Phả"),
        ("cẩm phã", "phường Cẩm Phả"),
        ("uong bí, Quảng Ninh", "phường Uông Bí"),
        ("luong mihn", "xã Lương Minh"),
        ("x. Đầm hà", "xã Đầm Hà"),
        ("quảng hà", "xã Quảng Hà"),
        ("tiên y", "xã Tiên Yên"),
    ],
)
def test_a_commune_is_found_as_it_is_typed(real: Places, text: str, title: str) -> None:
    assert real.find_units(text)[0].item.title == title


@pytest.mark.parametrize("text", ["", "?", "x", "phường", "Quảng Ninh", "Bạch Đằng", "ha", "1"])
def test_nothing_is_found_where_nothing_is_named(real: Places, text: str) -> None:
    assert real.find_units(text) == ()


def test_every_commune_is_found_by_every_writing(real: Places) -> None:
    for unit in real.units:
        for text in (unit.title, unit.name.upper(), fold(unit.title)):
            best, *others = real.find_units(text)
            assert (best.item, best.score) == (unit, EXACT)
            assert all(other.score < EXACT for other in others)
        decomposed = unicodedata.normalize("NFD", unit.name)
        assert real.find_units(decomposed)[0].item == unit


def test_a_number_is_never_taken_for_another(real: Places) -> None:
    scores = {f.item.title: f.score for f in real.find_units("Móng Cái 2")}
    assert scores["phường Móng Cái 2"] == EXACT
    assert scores["phường Móng Cái 1"] < 70
    assert {f.score for f in real.find_units("móng cái")} == {60.0}


def test_another_sort_of_place_is_less_sure(real: Places) -> None:
    assert real.find_units("xã Hạ Long")[0].score < EXACT
    assert real.find_units("huyện Ba Chẽ")[0].score < real.find_units("xã hạ long")[0].score
    assert real.find_villages("xã Khe Giấy")[0].score < EXACT


def test_a_village_is_found_inside_a_sentence(real: Places) -> None:
    found = real.find_villages("cho em hỏi thôn khe giay xa luong minh bau o dau")
    assert [f.item.village for f in found] == ["thôn Khe Giấy"]
    assert found[0].score == EXACT


def test_the_latest_list_counts(folder: Path) -> None:
    later = [[*row[:4], "Nơi mới", "7/6/2026"] for row in ROWS[:1]]
    (folder / "ds.csv").write_text(table([*ROWS, *later]), "utf-8")
    places, faults = load_places(folder)
    assert not faults
    assert of("phường Hà Tu", places) == [(1, "Khu 1", "Nơi mới")]
    assert of("xã Hải Hòa", places) == [(1, "thôn Giữa", "Nhà văn hóa thôn Giữa")]
    assert [f.item.at for f in places.find_villages("khu 1")] == ["Nơi mới"]
    assert places.find_villages("khu 2")[0].item.election_day == ELECTION


# Tables


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode("utf-8"),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-8, letters and marks apart": lambda text: unicodedata.normalize("NFD", text).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, the other order": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "Windows-1258": in_windows_1258,
}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_csv_list_is_read_in_every_encoding(folder: Path, encoding: str, delimiter: str) -> None:
    (folder / "ds.csv").write_bytes(ENCODINGS[encoding](table(ROWS, delimiter)))
    places, faults = load_places(folder)
    assert not faults
    assert of("phường Hà Tu", places) == [
        (1, "Khu 1", "Nhà văn hóa khu 1, đường Trần Phú"),
        (2, "Khu 2", "Trường Tiểu học Quyết Thắng"),
    ]
    assert of("xã Hải Hòa", places) == [(1, "thôn Giữa", "Nhà văn hóa thôn Giữa")]


def test_every_name_survives_windows_1258(real: Places) -> None:
    for text in [unit.title for unit in real.units] + [p.village for p in real.polling]:
        if not text.isascii():
            assert decode(in_windows_1258(text)) == text


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ("Khu vực: Địa điểm".encode("utf-16-le"), "UTF-8"),
        (b"\xff\xfea", "hỏng"),
        # The same words in TCVN3, in a VNI font and in a Western encoding.
        (b"Khu v\xf9c; \xa7\xdea \xaei\xd3m", "bảng mã"),
        (b"\xd1\xf2a \xf1ie\xe5m", "bảng mã"),
        ("Straße, niño".encode("cp1252"), "bảng mã"),
        (b"\x81\x8d\x90", "bảng mã"),
        ("Địa điểm".encode().decode("cp1252", "replace").encode(), "bảng mã"),
        ("Lương Minh".encode().decode("latin-1").encode(), "bảng mã"),
        ("X\ufffd L\ufffd\ufffdng Minh".encode(), "mất chữ"),
        (b"Xa Luong Minh, Ti?n Y?n", "mất chữ"),
        (b"PK\x03\x04...", "Excel"),
    ],
)
def test_letters_that_cannot_be_trusted_are_refused(data: bytes, part: str) -> None:
    with pytest.raises(InputRefused, match=part):
        decode(data)


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text = decode(data)
    except InputRefused:
        return
    assert "\ufffd" not in text
    assert text == unicodedata.normalize("NFC", text)


@given(st.binary(max_size=200), st.sampled_from([".csv", ".xlsx"]))
@settings(max_examples=60, deadline=None)
def test_a_file_of_rubbish_is_a_fault_and_no_crash(data: bytes, ending: str) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / f"ds{ending}").write_bytes(data)
        places, faults = load_places(folder)
    assert not places.polling
    assert faults


@pytest.mark.parametrize(
    "heading",
    [
        ["STT", "Tên xã, phường", "Khu vực bỏ phiếu số", "Thôn", "Địa điểm bỏ phiếu", "Ngày"],
        ["tt", "XA/PHUONG/DAC KHU", "KHU VUC SO", "THON/KHU PHO", "DIA DIEM", "KY BAU CU"],
        ["", "Xã", "KVBP", "Tổ dân phố, khu", "Nơi bỏ phiếu (địa chỉ)", "Ngày bầu cử"],
        ["", "Phường", "Số khu vực", "Khu phố", "Phòng bỏ phiếu", "Kỳ bầu cử (ngày)"],
        ["", "Đơn vị hành chính", "Khu vuc sô", "Thôn/khu phô", "Địa diểm", "Kỳ bầu cư"],
    ],
)
def test_headings_are_understood_in_many_writings(folder: Path, heading: list[str]) -> None:
    (folder / "ds.csv").write_text(table(ROWS, heading=heading), "utf-8")
    places, faults = load_places(folder)
    assert not faults
    assert len(places.polling) == 3


def test_a_table_may_stand_below_a_title_in_any_column_order(folder: Path) -> None:
    order = [5, 4, 3, 2, 1]
    rows = [[row[i] for i in order] for row in ROWS]
    title = "\n,DANH SÁCH KHU VỰC BỎ PHIẾU,,,\n\n"
    written = title + table(rows, heading=[HEADING[i] for i in order])
    (folder / "ds.csv").write_text(written, "utf-8")
    places, faults = load_places(folder)
    assert not faults
    assert len(places.polling) == 3


def test_an_empty_commune_or_day_is_that_of_the_line_above(folder: Path) -> None:
    rows = [ROWS[0], ["2", "", "2", "Khu 2", "Trường học", ""], ["", "", "", "", "", ""]]
    (folder / "ds.csv").write_text(table(rows), "utf-8")
    places, faults = load_places(folder)
    assert not faults
    assert len(of("phường Hà Tu", places)) == 2


@pytest.mark.parametrize(
    ("cell", "villages"),
    [
        ("Khu 1; Khu 2", ["Khu 1", "Khu 2"]),
        ("Khu 1\nKhu 2\n", ["Khu 1", "Khu 2"]),
        ("thôn Nà Sa, thôn Xóm Mới và bản Lý", ["thôn Nà Sa", "thôn Xóm Mới", "bản Lý"]),
        ("Khu 1 (từ tổ 1, tổ 2)", ["Khu 1 (từ tổ 1, tổ 2)"]),
    ],
)  # fmt: skip
def test_an_area_may_hold_several_villages(folder: Path, cell: str, villages: list[str]) -> None:
    rows = [["1", "phường Hà Tu", "1", cell, "Trường học", "15/3/2026"]]
    (folder / "ds.csv").write_text(table(rows), "utf-8")
    places, faults = load_places(folder)
    assert not faults
    assert [(p.area, p.village) for p in places.polling] == [(1, v) for v in villages]


def save_book(path: Path, rows: list[list[object]], above: int = 0) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append(["Danh sách"])
    for row in [list[object](HEADING), *rows]:
        sheet.append(row)
    hidden = book.create_sheet("Nháp")
    hidden.append(["rác"])
    book.save(path)
    book.close()


def test_an_excel_list_is_read(folder: Path) -> None:
    save_book(
        folder / "ds.xlsx",
        [
            [1, "phường Hà Tu", 1, "Khu 1", "Nhà văn hóa khu 1", datetime(2026, 3, 15)],  # noqa: DTZ001
            [2, None, 2.0, "Khu 2", "Trường học", None],
            [None, None, None, None, None, None],
            [3, "06985", "KV số 03", "thôn Khe Giấy", "=1+1", "Chủ nhật, 15/03/2026"],
        ],
        above=2,
    )
    places, faults = load_places(folder)
    assert sentences(faults) == ["places/ds.xlsx:7: Ô địa điểm phải có chữ, tối đa 200 chữ cái."]
    assert of("phường Hà Tu", places) == [
        (1, "Khu 1", "Nhà văn hóa khu 1"),
        (2, "Khu 2", "Trường học"),
    ]


def test_files_that_are_no_tables_are_refused_with_one_sentence(folder: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    path = folder / "ds.xlsx"
    cases = {
        b"": "trống",
        b"  \n": "trống",
        b"hello": "không phải là tệp Excel",
        ole: ".xls",
        ole + "EncryptedPackage".encode("utf-16-le"): "mật khẩu",
        b"PK\x03\x04broken": "hỏng",
    }
    for data, part in cases.items():
        path.write_bytes(data)
        told = only_fault(folder)
        assert told.startswith("places/ds.xlsx:1: ")
        assert part in told
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("a.txt", "a")
    assert "hỏng" in only_fault(folder)
    path.unlink()
    (folder / "ds.pdf").write_bytes(b"%PDF")
    assert "loại tệp" in only_fault(folder)


def test_a_file_too_large_is_not_even_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "ds.csv").open("wb") as file:
        file.truncate(20_000_001)
    assert "quá lớn" in only_fault(folder)
    (folder / "ds.csv").unlink()
    save_book(folder / "ds.xlsx", [])
    monkeypatch.setattr(packed, "MOST_MARKS", 10)
    assert "giải nén" in only_fault(folder)


def test_columns_that_are_missing_are_named(folder: Path) -> None:
    (folder / "ds.csv").write_text(table([], heading=HEADING[:4]), "utf-8")
    assert only_fault(folder) == "places/ds.csv:1: Thiếu cột: địa điểm, kỳ bầu cử."
    (folder / "ds.csv").write_text("a,b\n1,2\n", "utf-8")
    assert "Không thấy dòng tiêu đề" in only_fault(folder)


# Checks


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (["", "xã Lương Mính Mới", "1", "thôn A", "b", "15/3/2026"], "Không có xã, phường nào"),
        (["", "phường Hà Tú X", "1", "Khu 1", "b", "15/3/2026"], "«phường Hà Tu»?"),
        (["", "xã Hà Tu", "1", "Khu 1", "b", "15/3/2026"], "«phường Hà Tu»?"),
        (["", "huyện Ba Chẽ", "1", "Khu 1", "b", "15/3/2026"], "«xã Ba Chẽ»?"),
        (["", "phường Hà Tu", "1", "Khu 1", "b", "31/2/2026"], "«31/2/2026» không phải là ngày"),
        (["", "phường Hà Tu", "1", "Khu 1", "b", "năm 2026"], "không phải là ngày"),
        (["", "phường Hà Tu", "1", "Khu 1", "b", "16/3/2026"], "không phải là Chủ nhật"),
        (["", "phường Hà Tu", "1", "Khu 1", "b", "23/5/2021"], "không có đơn vị hành chính"),
        (["", "phường Hà Tu", "không", "Khu 1", "b", "15/3/2026"], "phải là một số"),
        (["", "phường Hà Tu", "0", "Khu 1", "b", "15/3/2026"], "phải là một số"),
        (["", "phường Hà Tu", "1", "", "b", "15/3/2026"], "Ô thôn, khu phố"),
        (["", "phường Hà Tu", "1", "Khu 1", "", "15/3/2026"], "Ô địa điểm"),
        (["", "phường Hà Tu", "1", "Khu 1", "b" * 201, "15/3/2026"], "Ô địa điểm"),
    ],
)
def test_a_wrong_line_is_a_fault_with_its_number(folder: Path, row: list[str], part: str) -> None:
    (folder / "ds.csv").write_text(table([row]), "utf-8")
    told = only_fault(folder)
    assert told.startswith("places/ds.csv:2: ")
    assert part in told


def test_doubled_areas_and_villages_are_faults(folder: Path) -> None:
    rows = [
        *ROWS,
        ["", "phường Hà Tu", "2", "Khu 3", "Trường học", "15/3/2026"],
        ["", "phường Hà Tu", "4", "khu phố 01", "Trường học", "15/3/2026"],
    ]
    (folder / "ds.csv").write_text(table(rows), "utf-8")
    (folder / "ha-tu.yaml").write_text(
        "commune: Hà Tu\nelection_day: 2026-03-15\nplaces:\n"
        "  - {area: 9, village: Khu 2, at: Trường học}\n",
        "utf-8",
    )
    places, faults = load_places(folder)
    assert len(places.polling) == 3
    first, second, third = sentences(faults)
    assert first.startswith(
        "places/ds.csv:5: Khu vực số 2 của phường Hà Tu đã có ở places/ds.csv:3"
    )
    assert second.startswith(
        "places/ds.csv:6: «khu phố 01» của phường Hà Tu đã có ở places/ds.csv:2"
    )
    assert third.startswith("places/ha-tu.yaml:4: «Khu 2» của phường Hà Tu đã có ở places/ds.csv:3")


def test_the_same_mistake_in_many_lines_is_told_once(folder: Path) -> None:
    rows = [["", "xã Không Có", str(i), f"Khu {i}", "b", "15/3/2026"] for i in range(1, 9)]
    (folder / "ds.csv").write_text(table(rows), "utf-8")
    assert only_fault(folder).startswith("places/ds.csv:2: ")


def test_faults_of_yaml_files_name_their_lines(folder: Path) -> None:
    (folder / "b.yaml").write_text(
        "province: Quảng Nin\nvalid: {from: 2026-01-01, to: 2025-01-01}\nunits:\n"
        '  - {code: "06985", type: xa, name: Lương Minh, cu: [a]}\n'
        '  - {code: "06985", type: xã, name: Khác}\n',
        "utf-8",
    )
    (folder / "a.yaml").write_text("hello: 1\n", "utf-8")
    (folder / "c.yaml").write_text(
        "commune: xã Lương Minh\nelection_day: 15/3/2026\nplaces: []\n", "utf-8"
    )
    (folder / "d.yaml").write_text(
        "provinces: [{code: 22, type: tỉnh, name: Quảng Ninh}]\n", "utf-8"
    )
    _, faults = load_places(folder)
    told = sentences(faults)
    assert {fault.line for fault in faults if fault.file == "places/b.yaml"} >= {2, 4, 5}
    for part in (
        "places/a.yaml:1: Tệp phải có khóa",
        "đứng trước ngày bắt đầu",
        "«xa» không dùng được",
        "Không có khóa nào tên «cu»",
        "Mã 06985 đã dùng cho",
        "Không có tỉnh, thành phố nào tên «Quảng Nin»",
        "places/c.yaml:2: «15/3/2026» không phải là ngày",
        "places/d.yaml:1: YAML không hiểu «22» là chữ",
        "«Quảng Ninh» viết hai lần",
    ):
        assert any(part in line for line in told), (part, told)


def test_a_commune_of_the_same_name_elsewhere_needs_its_code(folder: Path) -> None:
    (folder / "units-hai-phong.yaml").write_text(
        "province: Hải Phòng\nvalid: {from: 2025-07-01}\nunits:\n"
        '  - {code: "99999", type: phường, name: Hà Tu}\n',
        "utf-8",
    )
    (folder / "ds.csv").write_text(table(ROWS[:1]), "utf-8")
    assert "Hãy ghi mã đơn vị" in only_fault(folder)
    (folder / "ds.csv").write_text(table([["", "99999", *ROWS[0][2:]]]), "utf-8")
    places, faults = load_places(folder)
    assert not faults
    assert places.polling[0].unit_code == "99999"
