"""What the wordings of a base say: read once, as numbers, and kept from one start to the next.

Reading 30,000 wordings takes most of the time that building a matcher takes, and gives the same
as long as neither the wordings nor the word lists change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.keep import Arrays, Keep, fingerprint
from bot.knowledge.model import Base
from bot.language.read import WordLists, read_own
from bot.language.vocabulary import Vocabulary
from bot.matching.postings import Lexicon, Numbered, Packed, Terms
from bot.matching.score import Wordings
from bot.matching.terms import Concepts

_NAME = "wordings"


@dataclass(frozen=True, slots=True)
class Said:
    """The wordings as words with and without marks, as concepts, and as lines."""

    lexicon: Lexicon
    marked_lexicon: Lexicon
    folded: Numbered
    marked: Numbered
    concepts: Terms
    wordings: Wordings

    def vocabulary(self) -> Vocabulary:
        """The words without marks and how they follow one another."""
        terms = self.folded.word_terms()
        # Words are numbered from 1, and before all concepts.
        words = self.lexicon.words[: int(terms.keys.max(initial=0))]
        return Vocabulary.of_numbers(words, terms.keys - 1, terms.text_of.astype(np.int64))


def read_said(base: Base, texts: Sequence[str], concepts: Concepts, keep: Keep | None) -> Said:
    """What wordings of a base say, as it was kept or else read anew."""
    lists = base.words.lists
    if keep is None:
        return _read(texts, lists, concepts)
    made_of = fingerprint([base.version, *texts])
    held = keep.take(_NAME, made_of)
    said = None if held is None else _unpack(held)
    if said is None:
        said = _read(texts, lists, concepts)
        keep.put(_NAME, made_of, _pack(said))
    return said


def _read(texts: Iterable[str], lists: WordLists, find_concepts: Concepts) -> Said:
    lexicon, marked_lexicon = Lexicon(), Lexicon()
    all_folded, all_marked = Numbered(lexicon), Numbered(marked_lexicon)
    wordings = Wordings(Packed(), Packed())
    concepts: list[list[str]] = []
    for text in texts:
        marked, folded = read_own(text, lists)
        all_marked.add(marked)
        all_folded.add(folded)
        wordings.marked.add(" ".join(marked))
        wordings.folded.add(" ".join(folded))
        concepts.append(find_concepts(folded))
    told = Terms.of_texts(lexicon, concepts)
    return Said(lexicon, marked_lexicon, all_folded, all_marked, told, wordings)


def _pack(said: Said) -> Arrays:
    columns: dict[str, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = {
        "words": (_as_letters(said.lexicon.words), _as_letters(said.marked_lexicon.words)),
        "folded": said.folded.arrays,
        "marked": said.marked.arrays,
        "concepts": (said.concepts.keys, said.concepts.text_of),
        "folded_lines": said.wordings.folded.arrays,
        "marked_lines": said.wordings.marked.arrays,
    }
    return {
        f"{name}_{at}": column for name, both in columns.items() for at, column in enumerate(both)
    }


def _unpack(held: Arrays) -> Said | None:
    """What `_pack` packed; None where it is something else."""
    try:
        lexicon = Lexicon.of_words(_from_letters(held["words_0"]))
        marked_lexicon = Lexicon.of_words(_from_letters(held["words_1"]))
        return Said(
            lexicon,
            marked_lexicon,
            Numbered.of_arrays(lexicon, held["folded_0"], held["folded_1"]),
            Numbered.of_arrays(marked_lexicon, held["marked_0"], held["marked_1"]),
            Terms(held["concepts_0"], held["concepts_1"]),
            Wordings(
                Packed.of_arrays(held["folded_lines_0"], held["folded_lines_1"]),
                Packed.of_arrays(held["marked_lines_0"], held["marked_lines_1"]),
            ),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _as_letters(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(words).encode(), np.uint8)


def _from_letters(letters: npt.NDArray[Any]) -> list[str]:
    words: list[str] = json.loads(letters.tobytes())
    return words
