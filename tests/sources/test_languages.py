"""The language of a text is told by its script and letters, else by a classifier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langcodes import tag_is_valid

from archiver.sources.languages import inferred


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "أعلنت الحكومة اليوم عن خطة جديدة. وقال الوزير إن العمل سيبدأ غدا."),
        ("ar", "كتب"),
        ("fa", "این یک متن کوتاه است. دولت اعلام کرد."),
        ("ur", "حکومت نے آج نئے منصوبے کا اعلان کیا۔"),
        ("hi", "सरकार ने आज नई योजना की घोषणा की। मंत्री ने कहा कि काम कल से शुरू होगा।"),
        ("ne", "सरकारले आज नयाँ योजना घोषणा गर्यो। मन्त्रीले भने काम भोलि सुरु हुनेछ।"),
        ("mr", "आज सरकारने नवी योजना जाहीर केली आहे. काम उद्या सुरू होईल असे मंत्री म्हणाले."),
        (
            "ru",
            "Правительство сегодня объявило о новом плане. Министр сообщил, что работа начнётся завтра.",
        ),
        ("uk", "Її план."),
        ("uz-Cyrl", "Ўзбекистонда ўқитувчилар маоши кўтарилди, деди вазир ўринбосари бу ҳафта."),
        ("uz", "O‘zbekistonda o‘qituvchilar maoshi ko‘tarildi, dedi vazir o‘rinbosari bu hafta."),
        ("tg", "Вазир гуфт, ки маоши омӯзгорон дар Тоҷикистон ин ҳафта баланд бардошта мешавад."),
        ("vi", "Thủ tướng đã công bố kế hoạch."),
        ("ja", "政府は新しい計画"),
        ("zh", "政府"),
        ("zh", "老街最后的修伞匠修了六十年的伞，如今却没有人再拿伞来修了。"),
        ("zh-Hant", "燈籠店在碼頭旁邊，門口掛著兩盞紅燈籠，風吹的時候會發出聲音。"),
        ("zh", "简体字与繁體字並列，說明二者的区别和關係。"),
        ("ta", "அரசு"),
        ("en", "The government announced a new plan today. The minister said that work begins tomorrow."),
        ("und", "Plan B"),
        ("und", "1911"),
        ("und", ""),
    ],
)
def test_a_short_text_has_the_language_that_its_letters_tell(language: str, text: str) -> None:
    assert inferred(text) == language


@given(st.text(max_size=200))
def test_what_is_inferred_is_always_a_language_tag(text: str) -> None:
    assert tag_is_valid(inferred(text))
