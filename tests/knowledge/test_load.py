from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeFaulty
from bot.knowledge import source
from bot.knowledge.load import load_or_refuse
from bot.language.read import read
from tests.conftest import TODAY
from tests.knowledge.folder import ENTRIES, LAWS, entries, entry, look, swap, told, write_folder

LEVELS = [f"  - &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
BOMB = "part: cu-tri\nentries:\n" + "\n".join(["  - &a0 [x, x]", *LEVELS])


def test_a_faultless_folder_loads_whole(tmp_path: Path) -> None:
    loaded = look(write_folder(tmp_path))
    assert loaded.faults == loaded.blocking == ()
    base = loaded.base
    assert [(e.id, e.place.file, e.place.line) for e in base.spoken] == [
        ("tuoi", "entries/a.yaml", 4),
        ("the", "entries/a.yaml", 12),
    ]
    assert base.entries["the"].questions == ("Mất thẻ cử tri thì làm sao?", "mất thẻ")
    assert read("dạ ko với ạ", base.words.lists).words == ("không",)


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        ("", 1, "Tệp trống."),
        ("\n# chỉ có lời ghi\n", 1, "Tệp trống."),
        (ENTRIES.encode("utf-16"), 1, "Tệp không phải UTF-8. Hãy lưu lại với bảng mã UTF-8."),
        (ENTRIES.encode("utf-16-le"), 1, "Tệp không phải UTF-8. Hãy lưu lại với bảng mã UTF-8."),
        ("câu".encode("cp1258"), 1, "Tệp không phải UTF-8. Hãy lưu lại với bảng mã UTF-8."),
        (b"\x89PNG\r\n\x1a\n\x00", 1, "Tệp không phải UTF-8. Hãy lưu lại với bảng mã UTF-8."),
        ("part: a\0b", 1, "Tệp có ký tự mà YAML không cho phép."),
        (BOMB, 1, "Không dùng dấu & và * của YAML ở đây; hãy viết đủ ra."),
        ("a: &a [*a]", 1, "Không dùng dấu & và * của YAML ở đây; hãy viết đủ ra."),
        ("part: " + "[" * 300_000, 1, "Quá nhiều dấu ngoặc hoặc gạch ngang lồng vào nhau."),
        ("part: " + "[\n{a: " * 300_000, 1, "Quá nhiều dấu ngoặc hoặc gạch ngang lồng vào nhau."),
        ("- " * 300_000, 1, "Quá nhiều dấu ngoặc hoặc gạch ngang lồng vào nhau."),
        ("một dòng chữ", 1, "Chỗ này phải có dạng «tên: giá trị»."),
        ("- một danh sách", 1, "Chỗ này phải có dạng «tên: giá trị»."),
        (
            swap(ENTRIES, "    answer: Hãy", "\tanswer: Hãy"),
            14,
            "Có dấu tab ở đầu dòng. Hãy thụt dòng bằng dấu cách.",
        ),
        (swap(ENTRIES, "answer: Hãy", 'answer: "Hãy'), 14, "Một dấu ngoặc kép chưa được đóng lại."),
        (swap(ENTRIES, "answer: Hãy", "answer: 'Hãy"), 14, "Một dấu ngoặc kép chưa được đóng lại."),
        (
            swap(ENTRIES, "answer: Hãy", "answer: Lưu ý: hãy"),
            14,
            'Dấu hai chấm làm YAML hiểu sai. Hãy đặt cả câu trong ngoặc kép: "...".',
        ),
        (
            swap(ENTRIES, "answer: Hãy", "answer: *Hãy"),
            14,
            "Câu bắt đầu bằng dấu * hoặc & phải đặt trong ngoặc kép.",
        ),
        (
            swap(ENTRIES, "answer: Hãy", "answer: *hay"),
            14,
            "Câu bắt đầu bằng dấu * hoặc & phải đặt trong ngoặc kép.",
        ),
        (
            ENTRIES + "---\n" + ENTRIES,
            20,
            "YAML không đọc được chỗ này: hãy xem lại thụt dòng, dấu hai chấm và ngoặc kép.",
        ),
    ],
)
def test_an_unreadable_file_is_one_fault_with_a_reason(
    tmp_path: Path, content: str | bytes, line: int, sentence: str
) -> None:
    # The other file's entry points into the unreadable one, and nobody blames it for that.
    more = entries(entry("khac", "Hỏi khác?", more="related: [tuoi]"))
    assert told(write_folder(tmp_path, content, more=more)) == [
        f"entries/a.yaml:{line}: {sentence}"
    ]


@pytest.mark.parametrize("file", ["base", "laws", "elections", "short", "fillers", "concepts"])
def test_a_missing_file_is_one_fault_and_not_one_for_each_entry(tmp_path: Path, file: str) -> None:
    text = swap(ENTRIES, "18 tuổi", "18 tuổi vào {ngay_bau_cu}")
    faults = told(write_folder(tmp_path, text, **{file: None}))
    assert len(faults) == 1
    assert faults[0].endswith(".yaml:1: Thiếu tệp này trong thư mục kiến thức.")


def test_a_folder_in_the_place_of_a_file_is_a_missing_file(tmp_path: Path) -> None:
    (write_folder(tmp_path, more=None) / "entries" / "b.yaml").mkdir()
    assert told(tmp_path) == ["entries/b.yaml:1: Thiếu tệp này trong thư mục kiến thức."]


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST_FILE", len(LAWS.encode()) - 1)
    assert "laws.yaml:1: Tệp quá lớn." in told(write_folder(tmp_path))


def test_no_entries_at_all_are_told(tmp_path: Path) -> None:
    expected = ["entries:1: Chưa có mục hỏi đáp nào trong thư mục entries/."]
    assert told(write_folder(tmp_path, None)) == expected
    assert told(write_folder(tmp_path, "part: cu-tri\nentries: []\n")) == expected


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "không có"
    assert told(folder) == [f"{folder}:1: Không có thư mục kiến thức này."]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_files_of_windows_editors_are_read(tmp_path: Path, bom: bytes) -> None:
    answer = "Dòng một.\n\n\n\nDòng hai."
    block = "|\n      " + answer.replace("\n", "\n      ").replace("      \n", "\n")
    text = swap(ENTRIES, "Hãy báo tổ bầu cử.", block)
    loaded = look(write_folder(tmp_path, bom + text.replace("\n", "\r\n").encode()))
    assert loaded.faults == ()
    assert loaded.base.entries["the"].answer == "Dòng một.\n\nDòng hai."


def test_texts_are_composed_and_tones_placed(tmp_path: Path) -> None:
    text = swap(ENTRIES, "Hãy báo tổ bầu cử.", "Hoà gia\u0309i.")
    assert look(write_folder(tmp_path, text)).base.entries["the"].answer == "Hòa giải."


def test_the_version_tells_every_change_and_nothing_else(tmp_path: Path) -> None:
    first = look(write_folder(tmp_path)).base.version
    assert look(write_folder(tmp_path)).base.version == first
    versions = {first}
    for files in (
        {"laws": LAWS + "\n"},
        {"short": "short: {}\n"},
        {"more": entries(entry("x", "X?"))},
    ):
        versions.add(look(write_folder(tmp_path, **files)).base.version)
    assert len(versions) == 4


def test_a_base_with_only_stale_entries_is_served(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, entries(entry("the", "Mất thẻ?", more="valid: {to: 2026-01-31}"))
    )
    assert [fault.blocking for fault in look(folder).faults] == [False]
    assert set(load_or_refuse(folder, TODAY).entries) == {"the"}


def test_a_refused_base_tells_every_fault(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, swap(ENTRIES, "- mất thẻ", "- no"), laws=None)
    with pytest.raises(KnowledgeFaulty) as refused:
        load_or_refuse(folder, TODAY)
    assert str(refused.value).splitlines() == told(folder)
    assert len(refused.value.faults) == 2
