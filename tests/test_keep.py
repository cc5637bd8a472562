"""Results kept between starts: the very same comes back, anything doubtful does not."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from bot.keep import Keep, fingerprint

NUMBERS = np.arange(1_000, dtype=np.int32)


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    return Keep(tmp_path / "kept")


def file_of(tmp_path: Path) -> Path:
    (only,) = (tmp_path / "kept").iterdir()
    return only


def test_what_was_kept_comes_back_for_the_same_sources_only(keep: Keep) -> None:
    assert keep.take("a", "these") is None
    keep.put("a", "these", {"numbers": NUMBERS})
    held = keep.take("a", "these")
    assert held is not None
    assert list(held) == ["numbers"]
    assert held["numbers"].tolist() == NUMBERS.tolist()
    assert keep.take("a", "others") is None
    assert keep.take("b", "these") is None


def test_a_newer_result_takes_the_place_of_the_old(keep: Keep, tmp_path: Path) -> None:
    keep.put("a", "old", {"numbers": NUMBERS})
    keep.put("a", "new", {"numbers": NUMBERS[:3]})
    assert keep.take("a", "old") is None
    assert keep.take("a", "new") is not None
    assert file_of(tmp_path).name == "a.npz"


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_counts_as_not_there(keep: Keep, tmp_path: Path, part: float) -> None:
    keep.put("a", "these", {"numbers": NUMBERS})
    path = file_of(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    assert keep.take("a", "these") is None


def test_a_single_wrong_byte_among_the_numbers_counts_as_not_there(
    keep: Keep, tmp_path: Path
) -> None:
    keep.put("a", "these", {"numbers": NUMBERS})
    path = file_of(tmp_path)
    whole = bytearray(path.read_bytes())
    whole[whole.index(NUMBERS[500:510].tobytes())] ^= 1
    path.write_bytes(whole)
    assert keep.take("a", "these") is None


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"rubbish", b"\x93NUMPY", pickle.dumps({"made_of": "these"})],
    ids=["empty", "words", "half a head", "pickle"],
)
def test_rubbish_counts_as_not_there(keep: Keep, tmp_path: Path, rubbish: bytes) -> None:
    keep.put("a", "these", {"numbers": NUMBERS})
    file_of(tmp_path).write_bytes(rubbish)
    assert keep.take("a", "these") is None


def test_a_single_array_is_no_result(keep: Keep, tmp_path: Path) -> None:
    keep.put("a", "these", {"numbers": NUMBERS})
    with file_of(tmp_path).open("wb") as file:
        np.save(file, NUMBERS)
    assert keep.take("a", "these") is None


def test_nothing_that_could_run_is_read(keep: Keep, tmp_path: Path) -> None:
    keep.put("a", "these", {"numbers": NUMBERS})
    with file_of(tmp_path).open("wb") as file:
        np.savez(file, made_of=np.array("these"), numbers=np.array([{"a": 1}], dtype=object))
    assert keep.take("a", "these") is None


def test_a_folder_that_takes_no_files_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    keep = Keep(tmp_path / "kept")
    keep.put("a", "these", {"numbers": NUMBERS})
    assert keep.take("a", "these") is None


@given(st.dictionaries(st.text("abc", min_size=1), arrays_of.arrays(np.int64, st.integers(0, 9))))
def test_all_arrays_come_back_as_they_went(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, np.ndarray]
) -> None:
    keep = Keep(tmp_path_factory.mktemp("kept"))
    keep.put("a", "these", columns)
    held = keep.take("a", "these")
    assert held is not None
    assert {name: column.tolist() for name, column in held.items()} == {
        name: column.tolist() for name, column in columns.items()
    }


def test_a_fingerprint_tells_the_parts_and_where_they_end() -> None:
    told = [fingerprint(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"], [])]
    assert len(set(told)) == len(told)
    assert fingerprint(["ab", b"c"]) == told[0]
