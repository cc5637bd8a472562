from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculators.where import Where, find_chosen, find_named, find_place
from bot.knowledge.load import load
from bot.knowledge.model import Base, Citation, Election
from bot.knowledge.place_lists import load_places
from bot.knowledge.place_names import readings
from bot.knowledge.places import Places, PollingPlace, Unit
from bot.language.fold import fold
from tests.conftest import KEEP

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
ELECTION = date(2026, 3, 15)
BASE: Base = load(KNOWLEDGE, date(2026, 11, 23), KEEP).base
PLACES: Places = load_places(KNOWLEDGE / "places")[0]
BY_NAME = {unit.name: unit for unit in PLACES.units}

KHE_GIAY = (
    "Thôn Khe Giấy, xã Lương Minh bỏ phiếu tại nhà văn hóa thôn Khe Giấy (khu vực bỏ phiếu số 5), "
    "theo danh sách của kỳ bầu cử 15/3/2026."
)


def ask(text: str, places: Places = PLACES, base: Base = BASE) -> Where | None:
    return find_place(text, base, places)


def first_line(text: str, places: Places = PLACES) -> str:
    found = ask(text, places)
    assert found is not None, text
    return found.text.splitlines()[0]


def with_lists(*lists: tuple[str, int, str, str]) -> Places:
    """The real places with more lines: commune, area, village, place."""
    more = tuple(
        PollingPlace(BY_NAME[name].code, area, village, at, ELECTION)
        for name, area, village, at in lists
    )
    return replace(PLACES, polling=PLACES.polling + more)


# One clear place


@pytest.mark.parametrize(
    "text",
    [
        "thôn Khe Giấy bầu ở đâu",
        "thôn Khe Giấy bầu ở đâu?",
        "khe giay bo phieu o dau vay a",
        "KHE GIẤY BỎ PHIẾU Ở ĐÂU Ạ???",
        "cho em hỏi thôn khe giấy xã lương minh đi bầu chỗ nào ạ, em cảm ơn",
        "bầu cử ở đâu nếu em ở thôn Khe Giấy".replace("nếu em", "em"),
        "Thon Khe Giaays boor phieeus owr ddaau",
        "bo phieu o dau thon khe giay luong minh quang ninh",
        "thôn Khe Giấy, huyện Ba Chẽ, tỉnh Quảng Ninh bỏ phiếu ở đâu",
        "mẹ em ở khe giấy bầu ở mô rứa",
        "điểm bỏ phiếu thôn Khe Giấy",
        "địa điểm bầu cử khe giay ngày 15/3/2026",
        "dân khe giấy bỏ phiếu ở nhà văn hóa nào",
        "thôn khe giấy xã luong mihn bo phieu o dau",
        "bo phiu o dau thon khe giay nam 2026",
        "bản khe giay bầu ở đâu",
        "kvbp so may thon khe giay",
    ],
)
def test_a_village_is_told_its_place(text: str) -> None:
    assert first_line(text) == KHE_GIAY


def test_an_answer_says_that_the_next_place_is_announced_anew() -> None:
    found = ask("khe giấy bầu ở đâu")
    assert found
    assert "kỳ bầu cử sau, nơi bỏ phiếu được thông báo lại" in found.text
    assert "Ủy ban nhân dân xã Lương Minh" in found.text
    assert found.entries == ("dia-diem-bo-phieu", "xem-noi-bo-phieu-vneid")
    assert found.citations == (
        Citation("luat-bau-cu", 11, 4),
        Citation("luat-bau-cu", 70),
    )
    assert found.choices == ()
    assert len(found.text) <= 600


def test_the_coming_election_is_named_once_it_is_called() -> None:
    def during(day: date) -> str:
        coming = Election("toi", "Bầu cử bổ sung", day, "XVI", "2026-2031")
        base = replace(BASE, elections=replace(BASE.elections, next=coming))
        found = ask("khe giấy bầu ở đâu", base=base)
        assert found
        return found.text

    assert "Đến kỳ bầu cử 7/3/2027, nơi bỏ phiếu được thông báo lại" in during(date(2027, 3, 7))
    assert "thông báo lại" not in during(ELECTION)


def test_a_base_without_the_law_and_the_entries_names_neither() -> None:
    found = ask("khe giấy bầu ở đâu", base=replace(BASE, entries={}, laws={}))
    assert found
    assert (found.entries, found.citations) == ((), ())


def test_every_village_is_told_its_own_place() -> None:
    for place in PLACES.polling:
        for text in (
            f"{place.village} bỏ phiếu ở đâu",
            f"{fold(place.village)} bo phieu o dau",
            f"{place.village.removeprefix('thôn ')} xã Lương Minh bầu chỗ nào".upper(),
        ):
            said = first_line(text)
            assert f"tại {place.at} (khu vực bỏ phiếu số {place.area})" in said


def test_an_area_is_found_by_its_number() -> None:
    assert first_line("khu vực bỏ phiếu số 5 xã Lương Minh ở đâu") == (
        "Khu vực bỏ phiếu số 5 (xã Lương Minh): nhà văn hóa thôn Khe Giấy, "
        "theo danh sách của kỳ bầu cử 15/3/2026."
    )
    assert first_line("kvbp so 99 luong minh o dau").startswith(
        "Danh sách không có khu vực bỏ phiếu số 99. Xã Lương Minh có 15 khu vực"
    )
    assert ask("khu vực bỏ phiếu số 5 ở đâu") is None


def test_a_village_that_is_a_number_needs_its_kind() -> None:
    places = with_lists(("Hà Tu", 1, "Khu 1", "Trường học"), ("Hà Tu", 11, "Khu 11", "Đình"))
    asked = ask("khu 1 bầu ở đâu", places)
    assert asked, "every ward has its Khu 1, so it is asked back"
    assert [choice.title for choice in asked.choices] == ["Khu 1, phường Hà Tu"]
    assert "Khu 1, phường Hà Tu bỏ phiếu tại trường học" in first_line(
        "khu 1 hà tu bầu ở đâu", places
    )
    assert "Khu 11" in first_line("khu phố 11 ha tu bau o dau", places)
    assert ask("tôi bầu ở đâu, số 1", places) is None
    assert ask("khu bầu cử ở đâu", places) is None


# A commune


def test_a_commune_with_a_list_is_told_all_of_it() -> None:
    found = ask("xã lương minh bỏ phiếu ở đâu")
    assert found
    head, *lines = found.text.splitlines()
    assert head == ("Xã Lương Minh có 15 khu vực bỏ phiếu, theo danh sách của kỳ bầu cử 15/3/2026:")
    assert lines[4] == "- Khu vực bỏ phiếu số 5: nhà văn hóa thôn Khe Giấy"
    assert len(found.text) <= 1_900


def test_a_long_list_asks_for_the_village() -> None:
    many = [("Hà Tu", n, f"Khu {n}", f"Nhà văn hóa khu {n}") for n in range(1, 60)]
    found = ask("phường Hà Tu bỏ phiếu ở đâu", with_lists(*many))
    assert found
    assert "59 khu vực bỏ phiếu" in found.text
    assert "kèm tên thôn, khu phố" in found.text
    assert len(found.text) <= 600


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ha tu bau o dau", "phường Hà Tu"),
        ("mong cai2 bau o dau", "phường Móng Cái 2"),
        ("đk Vân Đồn bỏ phiếu ở chỗ nào", "đặc khu Vân Đồn"),
        ("thôn Nà Sa, xã Kỳ Thượng bỏ phiếu ở đâu", "xã Kỳ Thượng"),
        ("thôn Đồng Tâm, xã Kỳ Thượng bỏ phiếu ở đâu", "xã Kỳ Thượng"),
        ("điểm bầu cử phường Bãi Cháy, Quảng Ninh", "phường Bãi Cháy"),
    ],
)
def test_a_commune_without_a_list_is_told_so(text: str, title: str) -> None:
    said = first_line(text)
    assert said.startswith(f"Chúng tôi chưa có danh sách nơi bỏ phiếu của {title}.")
    assert f"hỏi Ủy ban nhân dân {title}" in said


def test_a_village_that_is_in_no_list_is_told_so() -> None:
    said = first_line("thôn Nà Sa, xã Lương Minh bỏ phiếu ở đâu")
    assert said.startswith("Tên thôn, khu phố bạn hỏi không có trong danh sách. Xã Lương Minh có")


def test_a_commune_that_is_no_more_is_not_spoken_of() -> None:
    gone = Unit("00001", "xã", "Cẩm Lâm", "Quảng Ninh", date(2000, 1, 1), date(2025, 6, 30))
    places = replace(PLACES, units=(*PLACES.units, gone))
    assert ask("xã Cẩm Lâm bầu ở đâu", places) is None


# Questions back


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("tân ốc bầu ở đâu", ["Thôn Tân Ốc 1, xã Lương Minh", "Thôn Tân Ốc 2, xã Lương Minh"]),
        (
            "bầu ở đâu thôn đồng giảng ạ",
            ["Thôn Đồng Giảng A, xã Lương Minh", "Thôn Đồng Giảng B, xã Lương Minh"],
        ),
        ("thôn Đồng Tâm bỏ phiếu ở đâu", ["Thôn Đồng Tán, xã Lương Minh"]),
        ("thôn Đồng Tân bỏ phiếu ở đâu", ["Thôn Đồng Tán, xã Lương Minh"]),
        ("khe giấp bo phieu o dau", ["Thôn Khe Giấy, xã Lương Minh"]),
        (
            "khe giấy, khe áng bầu ở đâu",
            ["Thôn Khe Giấy, xã Lương Minh", "Thôn Khe Áng, xã Lương Minh"],
        ),
        (
            "thôn Khe Giấy xã Kỳ Thượng bỏ phiếu ở đâu",
            ["Thôn Khe Giấy, xã Lương Minh", "Xã Kỳ Thượng, Quảng Ninh"],
        ),
        (
            "Móng Cái bầu ở đâu",
            [f"Phường Móng Cái {n}, Quảng Ninh" for n in (1, 2, 3)],
        ),
        ("xã Hạ Long bầu ở đâu", ["Phường Hạ Long, Quảng Ninh"]),
    ],
)
def test_what_is_not_sure_is_asked_back(text: str, choices: list[str]) -> None:
    found = ask(text)
    assert found
    assert [choice.title for choice in found.choices] == choices
    assert "bỏ phiếu tại" not in found.text


def test_a_village_name_that_repeats_asks_for_the_commune() -> None:
    places = with_lists(
        ("Hà Tu", 1, "Khu 1", "Trường A"),
        ("Bãi Cháy", 1, "Khu 1", "Trường B"),
        ("Kỳ Thượng", 3, "thôn Khe Giấy", "Trường C"),
    )
    found = ask("thôn khe giấy bầu ở đâu", places)
    assert found
    assert found.text == "Thôn Khe Giấy có ở nhiều xã, phường. Bạn ở xã, phường nào?"
    assert [choice.question for choice in found.choices] == [
        "Thôn Khe Giấy, xã Lương Minh bỏ phiếu ở đâu?",
        "Thôn Khe Giấy, xã Kỳ Thượng bỏ phiếu ở đâu?",
    ]
    answer = first_line(found.choices[1].question, places)
    assert "trường C (khu vực bỏ phiếu số 3)" in answer
    assert "trường B" in first_line("khu 1 bãi cháy bỏ phiếu ở đâu", places)
    asked = ask("khu 1 bỏ phiếu ở đâu", places)
    assert asked
    assert len(asked.choices) == 2


def test_very_many_places_of_one_name_are_asked_for_in_words() -> None:
    names = [unit.name for unit in PLACES.units if unit.type == "phường"]
    places = with_lists(*((name, 1, "Khu 1", "Trường học") for name in names))
    found = ask("khu 1 bỏ phiếu ở đâu", places)
    assert found
    assert not found.choices
    assert "kèm tên xã, phường" in found.text
    assert "bỏ phiếu tại" not in found.text


def test_every_choice_is_a_question_that_has_one_answer() -> None:
    for text in ("tân ốc bầu ở đâu", "đồng giảng bầu ở đâu", "móng cái bầu ở đâu"):
        found = ask(text)
        assert found
        for choice in found.choices:
            answered = ask(choice.question)
            assert answered
            assert not answered.choices
            assert find_chosen(choice.unit, choice.village, BASE, PLACES) == answered


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("khe giấy", ["Thôn Khe Giấy, xã Lương Minh"]),
        ("em ở thôn khe giay", ["Thôn Khe Giấy, xã Lương Minh"]),
        ("thôn Khe Giấy, xã Lương Minh", ["Thôn Khe Giấy, xã Lương Minh"]),
        ("xa luong minh", ["Xã Lương Minh, Quảng Ninh"]),
        ("đồng giảng", []),
        ("hạ long đẹp", []),
        ("Quảng Ninh", []),
        ("", []),
        ("em ở nhà", []),
    ],
)
def test_a_bare_name_is_asked_back_and_never_answered(text: str, choices: list[str]) -> None:
    found = find_named(text, BASE, PLACES)
    assert [choice.title for choice in found.choices] == choices if found else not choices


@pytest.mark.parametrize(
    ("unit", "village"),
    [("", ""), ("99999", ""), ("06985", "thon-khong-co"), ("khong", "thon-khe-giay")],
)
def test_a_choice_that_is_no_longer_in_the_lists_has_no_answer(unit: str, village: str) -> None:
    assert find_chosen(unit, village, BASE, PLACES) is None


# None of its business


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ạ",
        "?!",
        "bỏ phiếu ở đâu",
        "tôi bầu ở đâu",
        "thôn tôi bầu ở đâu",
        "xã bầu ở đâu",
        "thôn Khe Giấy",
        "xã Lương Minh",
        "thôn Khe Giấy bầu ai",
        "thôn Khe Giấy bầu mấy giờ",
        "thôn Khe Giấy bầu ngày nào ở đâu",
        "thôn Khe Giấy có được bỏ phiếu ở nhà không",
        "thôn Khe Giấy năm 2021 bầu ở đâu",
        "bầu trưởng thôn Khe Giấy ở đâu",
        "danh sách cử tri xã Lương Minh dán ở đâu",
        "phiếu bầu xã Lương Minh in ở đâu",
        "hòm phiếu xã Lương Minh để ở đâu",
        "tổ bầu cử xã Lương Minh ở đâu",
        "ban bầu cử Lương Minh ở đâu",
        "mất thẻ cử tri ở Hạ Long thì xin lại ở đâu",
        "quê Lương Minh, làm ở Hạ Long thì bầu ở đâu",
        "thuê nhà ở Hạ Long nhưng quê Thái Bình, ra chỗ nào bầu",
        "em ở Hạ Long về Lương Minh bầu ở đâu",
        "người Lương Minh đi tù thì bầu ở đâu",
        "kết quả bầu cử Lương Minh xem ở đâu",
        "Lương Minh có bao nhiêu cử tri đi bầu",
        "đi Hạ Long chơi ở đâu",
        "thành phố Hạ Long bầu ở đâu",
        "huyện Ba Chẽ bầu ở đâu",
        "Quảng Ninh bầu ở đâu",
        "thôn Khe Giấy, Nghệ An bầu ở đâu",
        "phường Hạ Long, tỉnh Nghệ An bỏ phiếu ở đâu",
        "nếu có tờ khai thì bầu ở đâu",
        "bầu có tổ ở đâu",
        "cấm vận động ngay tại nơi bỏ phiếu",
        "ngay bau cu, o noi bo phieu co duoc van dong khong?",
        "thôn Bạch Đằng bầu ở đâu",
        "khe giấy bầu ở đâu " + "nhé " * 60,
        "x" * 1_001,
    ],
)
def test_other_questions_are_left_to_the_base(text: str) -> None:
    assert ask(text) is None


def test_no_question_of_the_base_is_taken() -> None:
    taken = [text for entry in BASE.entries.values() for text in entry.questions if ask(text)]
    assert taken == []


def test_nothing_is_known_without_lists() -> None:
    assert ask("thôn Khe Giấy bầu ở đâu", Places()) is None


# Errors in typing never lead to another village


def read_as(text: str) -> set[str]:
    """The letters and numbers of each reading, without spaces, which may be lost in typing."""
    return {fold("".join(words)) for words in readings(text)}


LETTERS = "abcdeghiklmnopqrstuvxyđăâêôơưáàảãạ 12"


@st.composite
def misspelt(draw: st.DrawFn) -> tuple[PollingPlace, str]:
    place = draw(st.sampled_from(PLACES.polling))
    name = place.village.removeprefix("thôn ").lower()
    name = draw(st.sampled_from([name, fold(name)]))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(name)))
        how = draw(st.sampled_from(["cut", "drop", "add", "swap", "change"]))
        if how == "cut":
            name = name[:at]
        elif how == "drop":
            name = name[:at] + name[at + 1 :]
        elif how == "swap":
            name = name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
        else:
            skip = how == "change"
            name = name[:at] + draw(st.sampled_from(LETTERS)) + name[at + skip :]
    return place, name


@given(misspelt(), st.sampled_from(["", ", xã Lương Minh", " luong minh"]))
@settings(max_examples=200, deadline=None)
def test_a_misspelt_village_is_never_given_the_place_of_another(
    case: tuple[PollingPlace, str], commune: str
) -> None:
    place, typed = case
    found = ask(f"thôn {typed}{commune} bỏ phiếu ở đâu")
    if found is None or "bỏ phiếu tại" not in found.text:
        return
    named = [p for p in PLACES.polling if f"tại {p.at} (" in found.text]
    assert len(named) == 1
    # Either it is the village that was meant, or the very name of another came out of the typing.
    (told,) = read_as(named[0].village.removeprefix("thôn "))
    assert named[0] == place or told in read_as(typed)


@given(misspelt())
@settings(max_examples=200, deadline=None)
def test_a_place_is_told_only_for_the_very_name(case: tuple[PollingPlace, str]) -> None:
    _, typed = case
    found = ask(f"thôn {typed} bỏ phiếu ở đâu")
    if found and not found.choices:
        names = [p.village.removeprefix("thôn ") for p in PLACES.polling if p.at in found.text]
        typed_as = read_as(typed)
        assert any(told in letters for n in names for told in read_as(n) for letters in typed_as)


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_survived(text: str) -> None:
    ask(text)
    ask(f"{text} bầu ở đâu khe giấy")
    PLACES.find_units(text)
    PLACES.find_villages(text)
