"""More wordings for a subject outside: only their lines are new, a bad edit is not written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputRefused, KnowledgeFaulty
from bot.knowledge.outside import FILE, add_wordings
from bot.knowledge.source import Faults, open_source
from bot.knowledge.word_files import parse_outside
from tests.conftest import KNOWLEDGE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words").mkdir()
    shutil.copy(KNOWLEDGE / FILE, tmp_path / FILE)
    return tmp_path


def subjects(folder: Path) -> dict[str, tuple[str, ...]]:
    faults = Faults(FILE)
    root = open_source(folder / FILE, FILE, faults)
    assert root is not None
    found = {one.id: one.phrasings for one in parse_outside(root)}
    assert faults.found == []
    return found


def test_every_subject_can_take_one_more(folder: Path) -> None:
    for subject, before in subjects(folder).items():
        add_wordings(folder, subject, ['xe buýt: có "vé" #1 không?', "no"])
        assert subjects(folder)[subject] == (*before, 'xe buýt: có "vé" #1 không?', "no")


def test_all_other_lines_stay_to_the_letter(folder: Path) -> None:
    before = (folder / FILE).read_text(encoding="utf-8").splitlines()
    add_wordings(folder, "dat-dai", ["một dòng mới"])
    after = (folder / FILE).read_text(encoding="utf-8").splitlines()
    assert [line for line in after if "một dòng mới" not in line] == before
    assert len(after) == len(before) + 1


@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=0x1EFF), min_size=1, max_size=60))
def test_whatever_is_added_is_read_back_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("kho")
    (folder / "words").mkdir()
    shutil.copy(KNOWLEDGE / FILE, folder / FILE)
    before = (folder / FILE).read_bytes()
    try:
        add_wordings(folder, "dat-dai", [text])
    except KnowledgeFaulty:
        assert (folder / FILE).read_bytes() == before
    else:
        assert subjects(folder)["dat-dai"][-1] == text


def test_a_subject_or_a_file_that_is_not_there_is_told(folder: Path) -> None:
    with pytest.raises(InputRefused, match="«khong-co»"):
        add_wordings(folder, "khong-co", ["a"])
    (folder / FILE).unlink()
    with pytest.raises(InputRefused, match="Không đọc được"):
        add_wordings(folder, "dat-dai", ["a"])
