"""Language models of entries and of their families, held against plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bot.matching.counted import Counted, post
from bot.matching.emphasis import Emphasis
from bot.matching.likelihood import Evidence, Likelihood, Speakers
from bot.matching.postings import Lexicon, Numbered

# Entries 0 and 2 are one family, though not side by side.
TEXTS = [["the", "cu", "tri"], ["hom", "phieu"], ["mat", "the"]]
KIN_OF = np.array([0, 1, 0], dtype=np.int32)


def owned(lexicon: Lexicon) -> Counted:
    """The texts as postings by entry, each text an entry."""
    numbered = Numbered(lexicon)
    for words in TEXTS:
        numbered.add(words)
    return post(numbered.word_terms())


def speakers(lexicon: Lexicon, emphasis: dict[str, float]) -> Speakers:
    counted = owned(lexicon)
    return Speakers(counted, counted, KIN_OF, lexicon, Emphasis(emphasis))


def evidence_of(terms: list[str], emphasis: dict[str, float]) -> Evidence:
    """The evidence of a question's terms."""
    lexicon = Lexicon()
    model = speakers(lexicon, emphasis)
    keys = lexicon.keys(terms)
    return model.evidence(terms, keys, owned(lexicon).postings.look_up(keys), ())


def test_a_word_speaks_for_the_entry_that_says_it_by_how_much_more_it_says_it() -> None:
    lexicon = Lexicon()
    model = Likelihood(owned(lexicon), len(TEXTS))
    told = model.of(lexicon.keys(["the"]))
    # "the" is one of three words of entry 0, one of two of entry 2, and two of seven in all.
    assert told.tolist() == pytest.approx(
        [math.log1p((1 / 3) / (2 / 7)), 0.0, math.log1p((1 / 2) / (2 / 7))], rel=1e-5
    )
    assert model.of(lexicon.keys(["khac"])).tolist() == [0.0, 0.0, 0.0]


def test_kin_share_the_words_of_their_family() -> None:
    evidence = evidence_of(["mat"], {})
    assert evidence.own.tolist()[:2] == [0.0, 0.0]
    assert evidence.kin[0] == evidence.kin[2] > 0.0
    assert evidence.kin[1] == 0.0


def test_emphasis_weighs_own_and_kin_but_not_the_plain_words() -> None:
    plain, told = evidence_of(["the", "cu"], {}), evidence_of(["the", "cu"], {"cu": 0.0})
    assert told.words.tolist() == plain.words.tolist()
    assert told.own[0] < plain.own[0]
    assert told.kin[0] < plain.kin[0]
    assert plain.own.tolist() == pytest.approx(plain.own_told.table(2).sum(axis=0).tolist())


def test_what_each_term_says_adds_up_to_the_whole() -> None:
    evidence = evidence_of(["mat", "the", "phieu"], {})
    both = evidence.by_term(np.array([0, 2])).sum(axis=0)
    assert both.tolist() == pytest.approx(
        ((evidence.own + evidence.kin) / 2)[[0, 2]].tolist(), rel=1e-5
    )
