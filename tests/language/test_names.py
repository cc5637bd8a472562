"""Names of people are hidden, words that only look like names are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.names import NAME, mask_names


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("tôi là Nguyễn Văn An mất thẻ cử tri", f"tôi là {NAME} mất thẻ cử tri"),
        ("Trần Thị Bích Ngọc, thôn 3, chưa có thẻ", f"{NAME}, thôn 3, chưa có thẻ"),
        ("mẹ tôi Voòng A Mùi già yếu", "mẹ tôi Voòng A Mùi già yếu"),
        ("ở thành phố Hồ Chí Minh bầu ở đâu", "ở thành phố Hồ Chí Minh bầu ở đâu"),
        ("đi bầu ở xã Lương Minh", "đi bầu ở xã Lương Minh"),
        ("Hội đồng nhân dân họp khi nào", "Hội đồng nhân dân họp khi nào"),
        ("nguyễn văn an mất thẻ", "nguyễn văn an mất thẻ"),
        ("", ""),
    ],
)
def test_only_whole_names_are_hidden(text: str, masked: str) -> None:
    assert mask_names(text) == masked


@given(st.text())
def test_hiding_twice_changes_nothing(text: str) -> None:
    assert mask_names(mask_names(text)) == mask_names(text)
