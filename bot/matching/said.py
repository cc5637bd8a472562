"""What the wordings and answers of a base say: read once, counted, and kept from start to start.

Reading and counting 40,000 wordings takes most of the time that building a matcher takes, and gives
the same as long as neither the texts nor the word lists change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from bot.keep import Arrays, Keep, fingerprint, letters_of, words_of
from bot.knowledge.model import Base
from bot.language.read import WordLists, read_own
from bot.language.vocabulary import Vocabulary
from bot.matching.counted import Counted, join, post
from bot.matching.lines import Lines
from bot.matching.postings import FIRST_PAIR, Lexicon, Numbered, Places, Postings, Terms
from bot.matching.score import Wordings
from bot.matching.terms import Concepts, terms_of

_NAME = "wordings"
_COUNTED = ("words", "pairs", "marked", "answers")


@dataclass(frozen=True, slots=True)
class Said:
    """The wordings as words (with concepts), as pairs, as words with marks, and as lines.

    `answers` has the terms of what is answered. `by_line` has the wordings in the order of their
    folded lines.
    """

    lexicon: Lexicon
    marked_lexicon: Lexicon
    words: Counted
    pairs: Counted
    marked: Counted
    answers: Counted
    wordings: Wordings
    by_line: Places

    def vocabulary(self) -> Vocabulary:
        """The words without marks and how they follow one another."""
        # Words are numbered from 1, and before all concepts; these stand in no pair.
        keys, counts = self.words.postings.keys, self.words.totals
        known = self.lexicon.words
        words = [word for word in known[: len(keys)] if word[0] != "#"]
        pairs = self.pairs.postings.keys - FIRST_PAIR
        return Vocabulary.of_counts(words, counts[: len(words)], pairs, self.pairs.totals)


def read_said(
    base: Base, texts: Sequence[str], answers: Sequence[str], concepts: Concepts, keep: Keep | None
) -> Said:
    """What wordings and answers of a base say, as it was kept or else read anew."""
    lists = base.words.lists
    if keep is None:
        return _read(texts, answers, lists, concepts)
    made_of = fingerprint([base.version, "\0".join(texts), "\0".join(answers)])
    held = keep.take(_NAME, made_of)
    said = None if held is None else _unpack(held)
    if said is None:
        said = _read(texts, answers, lists, concepts)
        keep.put(_NAME, made_of, _pack(said))
    return said


def _read(
    texts: Sequence[str], answers: Sequence[str], lists: WordLists, find_concepts: Concepts
) -> Said:
    lexicon, marked_lexicon = Lexicon(), Lexicon()
    all_folded, all_marked = Numbered(lexicon), Numbered(marked_lexicon)
    marked_lines: list[str] = []
    folded_lines: list[str] = []
    concepts: list[list[str]] = []
    for text in texts:
        marked, folded = read_own(text, lists)
        all_marked.add(marked)
        all_folded.add(folded)
        marked_lines.append(" ".join(marked))
        folded_lines.append(" ".join(folded))
        concepts.append(find_concepts(folded))
    # Concepts are numbered after all words, and a pair's key is above every number.
    found = post(Terms.of_texts(lexicon, concepts))
    told = (terms_of(read_own(text)[1], find_concepts) for text in answers)
    folded_as_lines = Lines.of_texts(folded_lines)
    return Said(
        lexicon,
        marked_lexicon,
        join([post(all_folded.word_terms()), found]),
        post(all_folded.pair_terms()),
        post(all_marked.word_terms()),
        post(Terms.of_texts(lexicon, told)),
        Wordings(folded_as_lines, Lines.of_texts(marked_lines)),
        folded_as_lines.sorted(),
    )


def _pack(said: Said) -> Arrays:
    columns: dict[str, tuple[npt.NDArray[Any], ...]] = {
        "lexicon": (letters_of(said.lexicon.words), letters_of(said.marked_lexicon.words)),
        "folded_lines": said.wordings.folded.arrays,
        "marked_lines": said.wordings.marked.arrays,
        "by_line": (said.by_line,),
    }
    for name in _COUNTED:
        counted: Counted = getattr(said, name)
        postings = counted.postings
        columns[name] = (postings.keys, postings.spread, postings.places, counted.counts)
    return {f"{name}_{at}": one for name, some in columns.items() for at, one in enumerate(some)}


def _unpack(held: Arrays) -> Said | None:
    """What `_pack` packed; None where it is something else."""

    def counted(name: str) -> Counted:
        keys, spread, places, counts = (held[f"{name}_{at}"] for at in range(4))
        return Counted(Postings(keys, spread, places), counts)

    try:
        return Said(
            Lexicon.of_words(words_of(held["lexicon_0"])),
            Lexicon.of_words(words_of(held["lexicon_1"])),
            counted("words"),
            counted("pairs"),
            counted("marked"),
            counted("answers"),
            Wordings(
                Lines.of_arrays(held["folded_lines_0"], held["folded_lines_1"]),
                Lines.of_arrays(held["marked_lines_0"], held["marked_lines_1"]),
            ),
            held["by_line_0"],
        )
    except (ValueError, KeyError, TypeError):
        return None
