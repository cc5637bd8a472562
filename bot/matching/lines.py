"""Many lines of text as one: as separate strings they would take four times the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from bot.matching.postings import Ints, Places


class Lines:
    """Lines in one string, of which a line is cut when it is wanted; immutable."""

    def __init__(self, letters: str, ends: Ints) -> None:
        """`ends` has the place after the last letter of each line, from 0."""
        self._letters, self._ends = letters, ends

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> Lines:
        """The lines that these are."""
        lines = list(texts)
        ends = np.cumsum([0, *map(len, lines)], dtype=np.int64)
        return cls("".join(lines), ends)

    @classmethod
    def of_arrays(cls, letters: npt.NDArray[np.uint8], ends: Ints) -> Lines:
        """The lines that `arrays` told. Raises `ValueError` where they told something else."""
        return cls(letters.tobytes().decode(), ends)

    @property
    def arrays(self) -> tuple[npt.NDArray[np.uint8], Ints]:
        """All letters as UTF-8, and the ends of the lines."""
        return np.frombuffer(self._letters.encode(), np.uint8), self._ends

    def sorted(self) -> Places:
        """The numbers of the lines in the order of their letters; of the same lines, in theirs."""
        lines = list(self)
        return np.array(sorted(range(len(lines)), key=lines.__getitem__), np.int32)

    def at(self, numbers: Ints) -> list[str]:
        """The lines with these numbers."""
        starts, ends = self._ends[numbers].tolist(), self._ends[numbers + 1].tolist()
        return [self._letters[start:end] for start, end in zip(starts, ends, strict=True)]

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return iter(self.at(np.arange(len(self))))

    def __getitem__(self, number: int) -> str:
        return self._letters[self._ends[number] : self._ends[number + 1]]
