"""Files are written whole or not at all, and a text is quoted only where it must be."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.errors import InputRefused
from bot.knowledge.writing import is_plain, write_all, write_whole


def test_a_file_is_replaced_and_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("cũ", encoding="utf-8")
    path.chmod(0o600)
    write_whole(path, "mới\r\n")
    assert path.read_bytes() == "mới\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_where_one_file_cannot_be_written_all_stay_as_they_were(tmp_path: Path) -> None:
    old, new, folder = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"
    old.write_text("cũ", encoding="utf-8")
    folder.mkdir()
    with pytest.raises(InputRefused, match="Không ghi được tệp .*c.yaml"):
        write_all({old: "mới", new: "mới", folder: "mới"})
    assert old.read_text(encoding="utf-8") == "cũ"
    assert sorted(tmp_path.iterdir()) == [old, folder]


@pytest.mark.parametrize(
    ("text", "in_a_block", "in_flow"),
    [
        ("Ai bầu, bầu ai?", True, False),
        ("cu-tri", True, True),
        ("Tuổi: bao nhiêu?", False, False),
        ("no", False, False),
        ("12:30", False, False),
        ("y", False, False),
        ("câu # năm", False, False),
        ("- gạch", False, False),
        ("a]", True, False),
        ("2026-03-15", False, False),
    ],
)
def test_a_text_is_plain_only_where_it_is_read_back_the_same(
    text: str, in_a_block: bool, in_flow: bool
) -> None:
    assert (is_plain(text), is_plain(text, in_flow=True)) == (in_a_block, in_flow)
    if in_a_block:
        assert yaml.safe_load(f"k: {text}") == {"k": text}
