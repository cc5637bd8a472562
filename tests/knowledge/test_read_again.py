from __future__ import annotations

import shutil
from pathlib import Path

from bot.knowledge.load import load
from tests.conftest import KNOWLEDGE, TODAY

FILE = "entries/03a-cu-tri.yaml"


def test_after_an_edit_only_the_edited_file_is_read_again_and_everything_is_told(
    tmp_path: Path,
) -> None:
    folder = Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))
    before = load(folder, TODAY)
    same = load(folder, TODAY)
    assert same.base.version == before.base.version
    # The very same values: the file was not read again.
    assert same.base.entries["tuoi-bau-cu"] is before.base.entries["tuoi-bau-cu"]

    file = folder / FILE
    whole = file.read_text()
    file.write_text(whole.replace("    answer: |", "    anser: |", 1))
    broken = load(folder, TODAY)
    again = load(folder, TODAY)
    assert broken.blocking
    assert again.faults == broken.faults

    file.write_text(whole.replace("thì được bầu.", "thì được đi bầu.", 1))
    edited = load(folder, TODAY)
    assert "thì được đi bầu." in edited.base.entries["tuoi-bau-cu"].answer
    assert edited.base.version != before.base.version
    other = next(e for e in before.base.entries.values() if e.place.file != FILE)
    assert edited.base.entries[other.id] is other
