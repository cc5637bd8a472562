from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calculators.calculate import calculate
from bot.knowledge.model import Base
from bot.language.fold import fold
from tests.growth import growth

from .conftest import TODAY, Ask

NOT_OURS = """
bao nhiêu tuổi được bầu
mấy tuổi thì được ứng cử
tuổi tính thế nào
tính tuổi theo âm lịch hay dương lịch
16 tuổi có được bầu không
từ 18 tuổi trở lên được bầu phải không
chưa đủ 18 tuổi có được bầu không
em chưa đủ 18 tuổi có được bầu không
em sắp 18 tuổi được bầu chưa
em gần 18 tuổi đi bầu được không
tôi hơn 18 tuổi được bầu không
em 17 tuổi 11 tháng được bầu không
em 18 tuổi bầu ở đâu
em 18 tuổi đi bầu cần mang giấy tờ gì
em 18 tuổi chưa có thẻ cử tri có được bầu không
em 18 tuổi không đi bầu được không
em 18 tuổi đi bầu rồi
em 18 tuổi có phải đi bầu không
em 17 tuổi bầu hộ mẹ được không
bà tôi 90 tuổi nhờ bầu hộ được không
ông nội 75 tuổi còn ứng cử được không
tôi 80 tuổi còn được ứng cử không
em 20 tuổi mất thẻ cử tri
cháu 17 tuổi, năm sau 18 tuổi có được bầu không
tuổi mụ 18 tuổi tây 17 em bầu được không
cháu sinh 16/3 được bầu chưa
sinh nhật em 16/3 đúng ngày bầu cử
giấy khai sinh ghi năm 2008
học sinh sinh năm 2008 đi xem kiểm phiếu được không
chứng minh thư chỉ có năm sinh
không rõ ngày sinh thì tính sao
anh sinh 2005 em sinh 2008 ai được bầu
sinh năm bao nhiêu thì được bầu năm 2026
sinh viên năm 2026 bầu ở đâu
em sinh 2003 kỳ 2016 được bầu không
Luật 85/2015/QH13
luật số 83/2025
2/9/1945
6/1/1946
30/4/1975
phiếu thế nào là hợp lệ
thế nào là phiếu không hợp lệ
gạch hết
để trắng
viết thêm tên
khoanh tròn
gạch hết tên có hợp lệ không
không gạch ai có sao không
em gạch 2 người có hợp lệ không
bầu 3 trong 5
bầu 3 người
bầu mấy người trên một phiếu
chỉ bầu một người trong năm người
được bầu 3 đại biểu quốc hội ở Quảng Ninh
một đơn vị bầu cử bầu 5 đại biểu
xã bầu 5 trúng 3 có bầu thêm không
gạch nhầm 1 người có được đổi phiếu không
mỗi người được 3 phiếu
em bầu 3 cấp thì có 3 phiếu à
cần bao nhiêu phiếu để trúng cử
45% phiếu bầu cho ông A
có 45% đi bầu cho ông A
30% đi bầu là nữ
35% người trúng cử là nữ
15/3/2026 bầu mấy giờ
15/3/2026 bầu được không
2/9/1945 bầu cử gì
người trúng cử là ai
quá nửa là gì
quá nửa số phiếu hợp lệ
50% cộng 1
45%
3/5
15/3
480/1000
trúng 2/3 đại biểu có phải bầu thêm không
tỷ lệ nữ 35% người ứng cử
99,69% cử tri đi bầu là năm nào
bầu lại mà chỉ 45% cử tri đi bầu thì sao
ứng cử viên được 45% cử tri ủng hộ ở hội nghị
hội nghị có 2/3 số cử tri tham dự
khi nào phải bầu lại
bao giờ niêm yết danh sách cử tri
niêm yết danh sách cử tri trước bao nhiêu ngày
hạn nộp hồ sơ ứng cử là khi nào
khi nào công bố kết quả bầu cử
ngày bầu cử là ngày nào
bầu cử ngày mấy
bao giờ bầu cử
kỳ bầu cử tiếp theo khi nào
năm 2027 có bầu cử không
các mốc thời gian trước ngày bầu cử
sau bầu cử có những mốc nào
lịch tiếp dân
lịch làm việc của tổ bầu cử
hôm nay là ngày gì
ngày 2/9/2026 là ngày gì
ngày 15/3/2026 có phải ngày bầu cử không
còn mấy ngày nữa bầu cử mà mất thẻ cử tri thì sao
còn bao nhiêu ngày nữa thì hết hạn khiếu nại
còn bao nhiêu người chưa đi bầu
bầu cử kéo dài bao nhiêu ngày
vận động bầu cử bao nhiêu ngày
xin chào
cảm ơn
0912345678
1
3
""".strip().splitlines()


def test_the_table_is_long_enough() -> None:
    assert len(set(NOT_OURS)) >= 80


@pytest.mark.parametrize("text", NOT_OURS)
def test_what_is_no_calculation_is_left_to_the_base(ask: Ask, text: str) -> None:
    for said in (text, fold(text), f"{text}?", f"dạ cho em hỏi {text} ạ"):
        assert ask(said) is None, said


def test_hardly_any_question_of_the_base_is_taken_and_then_with_its_entry(base: Base) -> None:
    taken = []
    for entry in base.spoken:
        for question in entry.questions:
            answer = calculate(question, base, TODAY)
            if answer is not None:
                taken.append((entry.id, question))
                assert answer.entries, question
    asked = sum(len(entry.questions) for entry in base.spoken)
    assert len(taken) <= asked * 0.002, taken


FRAGMENTS = st.sampled_from(
    "sinh năm ngày tháng tuổi em bầu được không gạch trong người phiếu trên cử tri đi % / . - , ? "
    "2k8 31/2/2008 29/2 0 1 3 5 17 99 2008 9999 1.000 50,5% hợp lệ lịch mốc còn kỳ tới".split(" ")
)


@given(text=st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=14).map(" ".join)))
def test_no_text_makes_it_fail(text: str, base: Base) -> None:
    answer = calculate(text, base, TODAY)
    if answer is not None:
        assert 0 < len(answer.text) <= 600
        assert answer.title
        assert all(citation.law in base.laws for citation in answer.citations)
        assert all(entry in base.entries for entry in answer.entries)


@pytest.mark.parametrize("word", ["sinh ", "3 ", "gạch ", "1/", "còn bầu "])
def test_a_long_text_takes_no_more_than_its_length(base: Base, word: str) -> None:
    assert growth(lambda size: calculate(word * size, base, TODAY), 100, 8) < 30
