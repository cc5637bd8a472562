"""The flat arrays of the index, held against plain counting."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.counted import join, post
from bot.matching.postings import Lexicon, Numbered, Postings, Terms
from bot.matching.terms import pairs_of

WORDS = st.sampled_from(["bau", "cu", "tri", "the", "phieu", "o", "dau"])
TEXTS = st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=12)


def numbered(lexicon: Lexicon, texts: list[list[str]]) -> Numbered:
    """The texts, numbered."""
    found = Numbered(lexicon)
    for words in texts:
        found.add(words)
    return found


def places_of(postings: Postings, lexicon: Lexicon, term: str) -> list[int]:
    """Where a term stands."""
    places: list[int] = postings.look_up(lexicon.keys([term])).places.tolist()
    return places


@given(TEXTS)
def test_every_word_and_pair_is_found_where_it_stands_and_as_often(texts: list[list[str]]) -> None:
    lexicon = Lexicon()
    held = numbered(lexicon, texts)
    for counted, terms in (
        (post(held.word_terms()), texts),
        (post(held.pair_terms()), [pairs_of(words) for words in texts]),
    ):
        expected = {(t, at): n for at, some in enumerate(terms) for t, n in Counter(some).items()}
        postings = counted.postings
        every = sorted({t for t, _ in expected})
        found = postings.look_up(lexicon.keys(every))
        told = [every[at] for at in found.term_of.tolist()]
        held_by = zip(told, found.places.tolist(), strict=True)
        assert dict(zip(held_by, found.of(counted.counts).tolist(), strict=True)) == expected
        assert len(postings.places) == len(expected)


@given(TEXTS, st.data())
def test_by_owner_every_entry_has_the_counts_of_its_texts(
    texts: list[list[str]], data: st.DataObject
) -> None:
    steps = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    owner_of = np.cumsum(steps).astype(np.int32)
    lexicon = Lexicon()
    owned = post(numbered(lexicon, texts).word_terms()).by_owner(owner_of)
    expected: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for at, words in enumerate(texts):
        for word in words:
            expected[word][int(owner_of[at])] += 1
    for word, counts in expected.items():
        found = owned.postings.look_up(lexicon.keys([word]))
        held_by = found.places.tolist()
        assert dict(zip(held_by, found.of(owned.counts).tolist(), strict=True)) == counts


def test_postings_of_two_kinds_joined_know_both_and_nothing_else() -> None:
    lexicon = Lexicon()
    texts = [["bau", "cu"], ["cu", "tri"], ["bau", "cu", "tri"]]
    held = numbered(lexicon, texts)
    concepts = Terms.of_texts(lexicon, [["#0"], [], ["#0"]])
    joined = join([post(held.word_terms()), post(concepts), post(held.pair_terms())]).postings
    assert places_of(joined, lexicon, "cu") == [0, 1, 2]
    assert places_of(joined, lexicon, "#0") == [0, 2]
    assert places_of(joined, lexicon, "cu_tri") == [1, 2]
    assert places_of(joined, lexicon, "tri_bau") == []
    assert places_of(joined, lexicon, "la") == []


def test_weights_add_up_where_several_terms_stand() -> None:
    lexicon = Lexicon()
    postings = post(numbered(lexicon, [["a", "b"], ["b"], []]).word_terms()).postings
    found = postings.look_up(lexicon.keys(["a", "c", "b"]))
    weights = np.array([2.0, 8.0, 0.5], dtype=np.float32)
    assert found.add_up(weights[found.term_of], 3).tolist() == [2.5, 0.5, 0.0]
    every = np.arange(len(found.places))
    assert postings.places[found.numbers_of(every)].tolist() == found.places.tolist()


def test_a_base_without_texts_has_empty_postings() -> None:
    lexicon = Lexicon()
    counted = post(Numbered(lexicon).word_terms()).by_owner(np.zeros(0, dtype=np.int32))
    found = counted.postings.look_up(lexicon.keys(["a"]))
    assert not len(found.terms)
    assert found.add_up(np.zeros(0, np.float32), 2).tolist() == [0.0, 0.0]
