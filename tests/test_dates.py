"""What people write becomes EDTF, and nothing is made up."""

from datetime import date
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.dates import words
from archiver.dates.edtf import is_edtf
from archiver.dates.names import normalized
from archiver.dates.reading import AmbiguousDate, is_on_another_weekday, to_edtf

OTHERS = ["lv", "lt", "kk", "hy", "eu", "th", "yue", "ka", "sl", "hr", "bg", "sr", "ca", "et", "ms"]
"""Languages whose dates are CLDR's alone."""

LANGUAGES = ("ru", "de", "fr", "ar", "hi", "es", "el")


@pytest.mark.parametrize(
    ("stated", "edtf"),
    [
        ("12 Jan 2002", "2002-01-12"),
        ("January 12th, 2002", "2002-01-12"),
        ("Saturday, 12 January 2002", "2002-01-12"),
        ("январь 2002", "2002-01"),
        ("12 января 2002 г.", "2002-01-12"),
        ("12. Januar 2002", "2002-01-12"),
        ("12 de enero de 2002", "2002-01-12"),
        ("12 Ιανουαρίου 2002", "2002-01-12"),
        ("١٢ يناير ٢٠٠٢", "2002-01-12"),
        ("15 अगस्त 2016", "2016-08-15"),
        ("Winter 2001-02", "2001-24"),
        ("Spring 1999", "1999-21"),
        ("circa 1911", "1911~"),
        ("1911?", "1911?"),
        ("1990s", "199X"),
        ("19th century", "18XX"),
        ("between 1911 and 1915", "1911/1915"),
        ("before 1950", "../1950"),
        ("13/02/2002", "2002-02-13"),
        ("02/02/2002", "2002-02-02"),
        ("2004-XX", "2004-XX"),
        ("2002-01-12T10:00:00Z", "2002-01-12T10:00:00Z"),
    ],
)
def test_a_date_as_people_write_it_becomes_edtf(stated: str, edtf: str) -> None:
    assert to_edtf(stated, LANGUAGES) == edtf


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "soon",
        "31 February 2002",
        "12 Jan 02",
        "early nineties",
        "2002-02-30",
        "5",
        "13/2002",
        "1990s?!",
    ],
)
def test_what_is_not_understood_stays_unknown(stated: str) -> None:
    assert to_edtf(stated, LANGUAGES) is None


def test_day_and_month_that_cannot_be_told_apart_are_an_error_unless_the_order_is_given() -> None:
    with pytest.raises(AmbiguousDate):
        to_edtf("01/02/2002")
    assert to_edtf("01/02/2002", order="dmy") == "2002-02-01"
    assert to_edtf("01/02/2002", order="mdy") == "2002-01-02"
    with pytest.raises(AmbiguousDate):
        to_edtf("Friday, 01/02/2002")


@pytest.mark.parametrize(
    ("stated", "edtf"),
    [
        ("январь 2002", "2002-01"),
        ("12 janvier 1911", "1911-01-12"),
        ("5 marca 1980", "1980-03-05"),
        ("listopad 1999", None),  # October in Croatian, November in Polish and Czech
    ],
)
def test_without_a_language_words_mean_what_they_mean_in_every_language(
    stated: str, edtf: str | None
) -> None:
    assert to_edtf(stated, ["und"]) == edtf


@pytest.mark.parametrize(
    "text",
    [
        "2001-21",
        "1985/..",
        "../1985",
        "Y170000002",
        "-1985",
        "1984?",
        "156X",
        "1985-04-XX",
        "15XX",
        "1985-XX-XX",
    ],
)
def test_edtf_of_level_1_is_known(text: str) -> None:
    assert is_edtf(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2002-13", "2001-29", "1900-02-29", "2005/2001", "..", "../..", "20X1", "2002-1", "٢٠٠٢"),
        *("-0000", "-0000-01", "2002-01-12T10:00:00+25:00", "2002-01-12T10:00:00+01:60"),
        *("XXXX", "1XXX", "156X-12-25", "1985-XX-03"),  # level 2
    ],
)
def test_what_is_not_edtf_is_refused(text: str) -> None:
    assert not is_edtf(text)


IN_WORDS = [
    ("fr", "12 mai 2002 à 10h30", "2002-05-12"),
    ("fr", "12 mai 2002, 9 h 05", "2002-05-12"),
    ("vi", "tháng 5/2002", "2002-05"),
    ("vi", "tháng 5/6 năm 2002", None),
    ("en", "1911–", "1911/.."),
    ("en", "1911 –", "1911/.."),
    ("en", "–1911", "../1911"),
    ("en", "1911-?", "1911/"),
    ("ru", "?—1911", "/1911"),
    ("en", "12 January 2002 –", "2002-01-12"),
    ("pl", "12 I 2002", "2002-01-12"),
    ("pl", "1-3 V 2002", "2002-05-01/2002-05-03"),
    ("ru", "12.XI.2002", "2002-11-12"),
    ("hu", "2002. VIII. 20.", "2002-08-20"),
    ("en", "XII 1999", "1999-12"),
    ("cs", "v 1990", "1990"),
    ("en", "V 1990", None),
    ("pl", "5 i 6 maja 1990", None),
    ("ar", "12 كانون الثاني/يناير 2002", "2002-01-12"),
    ("ar", "كانون الثاني / يناير 2002", "2002-01"),
    ("ar", "كانون الثاني/شباط 2002", "2002-01/2002-02"),
    ("tg", "12 январи соли 2002", "2002-01-12"),
    ("tg", "12 январи 2002", "2002-01-12"),
    ("uz", "12-yanvar, 2002", "2002-01-12"),
    ("uz", "2002-yil 12-yanvar", "2002-01-12"),
    ("uz-Cyrl", "2002 йил 12 январ", "2002-01-12"),
    ("uz-Cyrl", "2002 йил 12 январь", "2002-01-12"),
    ("ky", "2002-ж., 12-январь, ишемби", "2002-01-12"),
    ("ky", "2002-жылдын 12-январь", "2002-01-12"),
    ("kk", "2002 жылғы 12 қаңтар", "2002-01-12"),
    ("ug", "2002 12-يانۋار، شەنبە", "2002-01-12"),
    ("en", "12 - May 2002", None),
    ("en", "5-May 2002", "2002-05-05"),
    ("de", "12. Maerz 2002", "2002-03-12"),
    ("de", "in den 1990er-Jahren", "199X"),
    ("de", "Samstag, den 13.01.2002", "2002-01-13"),
    ("en", "Saturday 01/13/2002", "2002-01-13"),
    ("en", "2002-01-12 (Saturday)", "2002-01-12"),
    ("ja", "2002/1/12（土）", "2002-01-12"),
    ("vi", "thứ Bảy, 13/1/2002", "2002-01-13"),
    ("en", "Sept 2001", "2001-09"),
    ("en", "Sept. 3, 2001", "2001-09-03"),
    ("en", "the 1990s", "199X"),
    ("en", "c1911", "1911~"),
    ("en", "c. 1911", "1911~"),
    ("en", "ca.1911", "1911~"),
    ("en", "winter of 2001", "2001-24"),
    ("en", "1998-99", "1998/1999"),
    ("en", "12 January 2002, 10:30", "2002-01-12"),
    ("en", "Sat, 12 Jan 2002 10:30:00 +0000", "2002-01-12"),
    ("en", "12 January 2002 10:30 pm EST", "2002-01-12"),
    ("en", "2002-01-12 10:30", "2002-01-12"),
    ("en", "44 BC", "-0043"),
    ("en", "44 B.C.", "-0043"),
    ("en", "c. 44 B. C. E.", "-0043~"),
    ("en", "A.D. 1066", "1066"),
    ("en", "15 March 44 BC", "-0043-03-15"),
    ("en", "AD 79", "0079"),
    ("en", "c. 44 BC", "-0043~"),
    ("en", "Jan-Feb 2002", "2002-01/2002-02"),
    ("en", "May/June 2002", "2002-05/2002-06"),
    ("en", "12–14 May 2002", "2002-05-12/2002-05-14"),
    ("en", "12-14 May 2002", "2002-05-12/2002-05-14"),
    ("en", "May 12–14, 2002", "2002-05-12/2002-05-14"),
    ("en", "12 May – 3 June 2002", "2002-05-12/2002-06-03"),
    ("en", "Dec 2001 - Jan 2002", "2001-12/2002-01"),
    ("en", "1914–18", "1914/1918"),
    ("en", "1914-1918", "1914/1918"),
    ("en", "12 to 14 May 2002", "2002-05-12/2002-05-14"),
    ("en", "c. 1911-1915", "1911~/1915~"),
    ("en", "ca. 1911?", "1911%"),
    ("en", "1911 (?)", "1911?"),
    ("en", "before c. 1900", "../1900~"),
    ("en", "until 1900", "../1900"),
    ("en", "since 1900", "1900/.."),
    ("en", "12-Jan-2002", "2002-01-12"),
    ("en", "Jan-2002", "2002-01"),
    ("en", "Summer 1998 – Spring 2000", "1998-22/2000-21"),
    ("en", "Winter 2001–02", "2001-24"),
    ("en", "Winter 1999/2000", "1999-24"),
    ("en", "19th century", "18XX"),
    ("en", "the 21st century", "20XX"),
    ("zh", "2002年1月12日", "2002-01-12"),
    ("zh", "2002年1月12日星期六", "2002-01-12"),
    ("ja", "2002年1月12日土曜日", "2002-01-12"),
    ("ja", "2002年1月", "2002-01"),
    ("ja", "2002年", "2002"),
    ("ja", "2002年春", "2002-21"),
    ("zh", "2002年1月12日至14日", "2002-01-12/2002-01-14"),
    ("zh", "20世纪90年代", "199X"),
    ("zh", "1990年代", "199X"),
    ("zh", "约1911年", "1911~"),
    ("zh", "1900年以前", "../1900"),
    ("zh", "19世纪", "18XX"),
    ("ko", "2002년 1월 12일", "2002-01-12"),
    ("ko", "3월 2004", "2004-03"),
    ("ko", "2004년 3월", "2004-03"),
    ("yue", "1月 2002", "2002-01"),
    ("vi", "tháng 3 2004", "2004-03"),
    ("vi", "tháng 12 2004", "2004-12"),
    ("vi", "12 tháng 1, 2002", "2002-01-12"),
    ("vi", "ngày 12 tháng 1 năm 2002", "2002-01-12"),
    ("vi", "thế kỷ 19", "18XX"),
    ("he", "12 בינואר 2002", "2002-01-12"),
    ("he", "המאה ה-19", "18XX"),
    ("he", "שנות ה-1990", "199X"),
    ("uk", "12 січня 2002 р.", "2002-01-12"),
    ("pl", "12 stycznia 2002 r.", "2002-01-12"),
    ("pl", "zima 2001-02", "2001-24"),
    ("pl", "XIX wiek", "18XX"),
    ("pl", "lata 90. XX wieku", "199X"),
    ("ar-LB", "12 كانون الثاني 2002", "2002-01-12"),
    ("ar", "12 كانون الثاني 2002", "2002-01-12"),
    ("ar", "١٢ يناير ٢٠٠٢", "2002-01-12"),
    ("ar", "بين 1911 و1915", "1911/1915"),
    ("ar", "القرن 19", "18XX"),
    ("es", "primavera de 2003", "2003-21"),
    ("es", "siglo XIX", "18XX"),
    ("es", "antes de 1900", "../1900"),
    ("es", "12 de enero de 2002", "2002-01-12"),
    ("es", "mar 12 ene 2002", "2002-01-12"),
    ("nl", "lente 2002", "2002-21"),
    ("fr", "années 1990", "199X"),
    ("fr", "les années 1990", "199X"),
    ("fr", "avant 1900", "../1900"),
    ("fr", "XIXe siècle", "18XX"),
    ("fr", "1er janvier 2002", "2002-01-01"),
    ("fr", "l'été 2003", "2003-22"),
    ("fr", "janvier-février 2002", "2002-01/2002-02"),
    ("de", "1990er Jahre", "199X"),
    ("de", "die 1990er Jahre", "199X"),
    ("de", "19. Jahrhundert", "18XX"),
    ("de", "vor 1900", "../1900"),
    ("de", "zwischen 1911 und 1915", "1911/1915"),
    ("de", "12. bis 14. Mai 2002", "2002-05-12/2002-05-14"),
    ("de", "44 v. Chr.", "-0043"),
    ("de", "Jänner 2002", "2002-01"),
    ("ru", "1990-х", "199X"),
    ("ru", "1990-е годы", "199X"),
    ("ru", "90-е годы XX века", "199X"),
    ("ru", "XIX век", "18XX"),
    ("ru", "ХІХ век", "18XX"),
    ("ru", "до 1900", "../1900"),
    ("ru", "ок. 1911", "1911~"),
    ("ru", "около 1911 года", "1911~"),
    ("ru", "с 1990 по 1995 год", "1990/1995"),
    ("ru", "весна 2003 года", "2003-21"),
    ("ru", "12-го января 2002 г.", "2002-01-12"),
    ("it", "anni 1990", "199X"),
    ("it", "XIX secolo", "18XX"),
    ("it", "dal 1990 al 1995", "1990/1995"),
    ("pt", "século XIX", "18XX"),
    ("cs", "12. ledna 2002", "2002-01-12"),
    ("cs", "90. léta 20. století", "199X"),
    ("el", "δεκαετία του 1990", "199X"),
    ("el", "19ος αιώνας", "18XX"),
    ("el", "άνοιξη 2003", "2003-21"),
    ("tr", "1990'lar", "199X"),
    ("tr", "1900'den önce", "../1900"),
    ("tr", "19. yüzyıl", "18XX"),
    ("sv", "1800-talet", "18XX"),
    ("sv", "1990-talet", "199X"),
    ("da", "1990'erne", "199X"),
    ("nb", "1990-tallet", "199X"),
    ("no", "12. januar 2002", "2002-01-12"),
    ("fi", "1990-luku", "199X"),
    ("fi", "1800-luvulla", "18XX"),
    ("fi", "tammikuu 2002", "2002-01"),
    ("hu", "2002. január 12.", "2002-01-12"),
    ("hu", "1900 előtt", "../1900"),
    ("hu", "19. század", "18XX"),
    ("hu", "2002. január 12–14.", "2002-01-12/2002-01-14"),
    ("ro", "secolul al XIX-lea", "18XX"),
    ("ro", "12 ianuarie 2002", "2002-01-12"),
    ("fa", "12 ژانویه 2002", "2002-01-12"),
    ("fa", "قرن ۱۹", "18XX"),
    ("hi", "15 अगस्त 2016", "2016-08-15"),
    ("hi", "1990 का दशक", "199X"),
    ("hi", "19वीं शताब्दी", "18XX"),
    ("hi", "1900 से पहले", "../1900"),
    ("ja", "1月~2月 2002", "2002-01/2002-02"),
    ("zh", "二〇〇二年一月二十一日", "2002-01-21"),
    ("zh", "2002年十二月", "2002-12"),
    ("zh", "十九世纪", "18XX"),
    ("lv", "2002. gada 12. janvāris", "2002-01-12"),
    ("lt", "2002 m. sausio 12 d.", "2002-01-12"),
    ("kk", "2002 ж. 12 қаңтар", "2002-01-12"),
    ("hy", "12 հունվարի, 2002 թ.", "2002-01-12"),
    ("eu", "2002(e)ko urtarrilaren 12(a), larunbata", "2002-01-12"),
    ("th", "วันเสาร์ที่ 12 มกราคม ค.ศ. 2002", "2002-01-12"),
    ("hr", "listopad 2002", "2002-10"),
    ("cs", "listopad 2002", "2002-11"),
    ("en", "February 1900", "1900-02"),
    ("en", "1999-00", "1999/2000"),
    ("en", "1999–00", "1999/2000"),
    ("en", "01/2002", "2002-01"),
    ("en", "5/1911", "1911-05"),
    ("en", "5/1911 - 6/1911", "1911-05/1911-06"),
    ("en", "[1911]", "1911"),
    ("en", "[ca. 1911]", "1911~"),
    ("en", "19th c.", "18XX"),
    ("es", "setiembre de 2002", "2002-09"),
    ("el", "ΜΑΪΟΣ 2002", "2002-05"),
    ("el", "12 ΙΑΝΟΥΑΡΙΟΥ 2002", "2002-01-12"),
    ("el", "ΔΕΚΑΕΤΙΑ ΤΟΥ 1990", "199X"),
    ("tr", "KASIM 2002", "2002-11"),
    ("tr", "12 Kasım 2002", "2002-11-12"),
    ("fr", "AOUT 2002", "2002-08"),
    ("fr", "XIXème siècle", "18XX"),
    ("ru", "XIX-й век", "18XX"),
    ("de", "Sonnabend, den 12. Jan. 2002", "2002-01-12"),
    ("sr", "12. januar 2002.", "2002-01-12"),
    ("sr", "12. јануар 2002.", "2002-01-12"),
    ("ja", "平成14年1月12日", "2002-01-12"),
    ("ja", "昭和20年", "1945"),
    ("ja", "昭和二十年八月", "1945-08"),
    ("ja", "令和元年", "2019"),
    ("ja", "大正三年頃", "1914~"),
    ("zh", "民國九十一年一月", "2002-01"),
    ("de", "12.01.2002", "2002-01-12"),
    ("de-AT", "1. 2. 2002", "2002-02-01"),
    ("ru", "12.01.2002 г.", "2002-01-12"),
    ("fi", "1.2.2002", "2002-02-01"),
    ("tr", "01.02.2002", "2002-02-01"),
    ("hr", "1. 2. 2002.", "2002-02-01"),
    ("pl", "01.02.2002 - 03.02.2002", "2002-02-01/2002-02-03"),
    ("zh", "中华民国23年", "1934"),
    ("zh", "民國一〇三年", "2014"),
    ("en", "early 1990s", "199X"),
    ("en", "the late 1980s – early 1990s", "198X/199X"),
    ("en", "c. early 1990s", "199X~"),
    ("en", "mid-1970s?", "197X?"),
    ("en", "late May 1968", "1968-05"),
    ("en", "end of 1999", "1999"),
    ("en", "first half of the 19th century", "18XX"),
    ("en", "mid-nineteenth century", "18XX"),
    ("en", "the twenty-first century", "20XX"),
    ("en", "18th–19th centuries", "17XX/18XX"),
    ("en", "eighteenth-nineteenth centuries", "17XX/18XX"),
    ("en", "19--", "19XX"),
    ("en", "19??", "19XX"),
    ("en", "[191-]", "191X"),
    ("en", "[191-?]", "191X?"),
    ("en", "20020112", "2002-01-12"),
    ("en", "March 3d, 1911", "1911-03-03"),
    ("en", "by 1911", "../1911"),
    ("en", "1911 or later", "1911/.."),
    ("de", "Anfang der 1990er Jahre", "199X"),
    ("de", "Ende des neunzehnten Jahrhunderts", "18XX"),
    ("de", "2. Hälfte 19. Jh.", "18XX"),
    ("fr", "début du XXe siècle", "19XX"),
    ("fr", "dix-neuvième siècle", "18XX"),
    ("fr", "vingt et unième siècle", "20XX"),
    ("fr", "XVIIe–XVIIIe siècles", "16XX/17XX"),
    ("es", "mediados del siglo XIX", "18XX"),
    ("es", "siglo diecinueve", "18XX"),
    ("it", "primi anni 1990", "199X"),
    ("it", "secc. XVIII-XIX", "17XX/18XX"),
    ("pt", "meados dos anos 1990", "199X"),
    ("pt", "século dezenove", "18XX"),
    ("nl", "begin jaren 1990", "199X"),
    ("nl", "negentiende eeuw", "18XX"),
    ("pl", "początek lat 90. XX wieku", "199X"),
    ("pl", "dziewiętnasty wiek", "18XX"),
    ("cs", "počátek 90. let 20. století", "199X"),
    ("cs", "devatenácté století", "18XX"),
    ("ru", "начало 1990-х годов", "199X"),
    ("ru", "середина 90-х годов XX века", "199X"),
    ("ru", "начало двадцатого века", "19XX"),
    ("ru", "двадцать первый век", "20XX"),
    ("ru", "XVIII–XIX вв.", "17XX/18XX"),
    ("uk", "кінець XIX століття", "18XX"),
    ("uk", "дев’ятнадцяте століття", "18XX"),
    ("el", "αρχές της δεκαετίας του 1990", "199X"),
    ("el", "δέκατος ένατος αιώνας", "18XX"),
    ("tr", "1990'ların başı", "199X"),
    ("tr", "on dokuzuncu yüzyıl", "18XX"),
    ("sv", "början av 1990-talet", "199X"),
    ("da", "slutningen af 1800-tallet", "18XX"),
    ("nb", "sent på 1990-tallet", "199X"),
    ("fi", "1800-luvun loppu", "18XX"),
    ("hu", "az 1990-es évek eleje", "199X"),
    ("hu", "a tizenkilencedik század", "18XX"),
    ("ro", "începutul anilor 1990", "199X"),
    ("ro", "secolul al nouăsprezecelea", "18XX"),
    ("ar", "القرن التاسع عشر", "18XX"),
    ("ar", "أوائل القرن العشرين", "19XX"),
    ("ar", "منتصف عام 1999", "1999"),
    ("he", "סוף המאה התשע־עשרה", "18XX"),
    ("he", "תחילת המאה ה-20", "19XX"),
    ("fa", "قرن نوزدهم", "18XX"),
    ("fa", "اوایل دهه ۱۹۹۰", "199X"),
    ("hi", "उन्नीसवीं सदी", "18XX"),
    ("hi", "19वीं शताब्दी के अंत में", "18XX"),
    ("zh", "二十世纪初", "19XX"),
    ("zh", "1990年代初", "199X"),
    ("ja", "19世紀後半", "18XX"),
    ("ja", "1990年代中頃", "199X"),
    ("ko", "1990년대 초반", "199X"),
    ("vi", "cuối thế kỷ 19", "18XX"),
    ("vi", "thế kỷ mười chín", "18XX"),
]


@pytest.mark.parametrize(("language", "stated", "edtf"), IN_WORDS)
def test_a_date_in_the_words_of_its_language_becomes_edtf(language: str, stated: str, edtf: str) -> None:
    assert to_edtf(stated, [language]) == edtf


@pytest.mark.parametrize(
    ("language", "stated"),
    [
        ("en", "Dal 2002"),
        ("th", "12 มกราคม 2545"),
        ("fa", "1381/05/12"),
        ("en", "the nineties"),
        ("en", "early 12 May 1999"),
        ("en", "191?"),
        ("en", "20021312"),
        ("en", "eighteenth"),
        ("pl", "lata dziewięćdziesiąte"),
        ("zh", "明治元年"),
        ("en", "19th-18th centuries"),
        ("en", "12 Jan 02"),
        ("en", "31 February 2002"),
        ("en", "Jan 2001-02"),
        ("en", "12 May 2002 - 14"),
        ("en", "1st century BC"),
        ("ja", "平成45年1月12日"),
        ("ja", "明治元年"),
        ("en", "2002-00"),
        ("en", "1895-00"),
        ("en", "0 January 2002"),
        ("en", "2001-33"),
        ("en", "[1667,1668]"),
        ("en", "[1667..1668]"),
        ("en", "[..1984]"),
        ("en", "[1984..]"),
    ],
)
def test_what_may_be_another_calendar_century_or_language_is_not_guessed(
    language: str, stated: str
) -> None:
    assert to_edtf(stated, [language]) is None


@pytest.mark.parametrize(
    "stated",
    [
        "01/02/02",
        "1911–12",
        "c. 1911-12",
        "1900s",
        "01/02/2002 10:30",
        "01/02/2002 - 03/02/2002",
        "1. 2. 2002",
    ],
)
def test_a_date_of_two_meanings_is_an_error(stated: str) -> None:
    with pytest.raises(AmbiguousDate) as raised:
        to_edtf(stated)
    assert "may " in str(raised.value)
    assert "write " in raised.value.hint


@pytest.mark.parametrize(
    ("languages", "stated"),
    [
        (["en"], "1.2.2002"),
        (["de", "en"], "1.2.2002"),
        (["und"], "1.2.2002"),
        (["de"], "1/2/2002"),
        (["fr"], "01/02/2002"),
        (["de"], "1-2-2002"),
    ],
)
def test_full_stops_tell_the_order_only_in_languages_that_write_dates_so(
    languages: list[str], stated: str
) -> None:
    with pytest.raises(AmbiguousDate):
        to_edtf(stated, languages)


def test_a_month_that_two_languages_name_alike_is_that_of_the_document() -> None:
    assert to_edtf("listopad 2002", ["cs"]) == "2002-11"
    assert to_edtf("listopad 2002", ["hr"]) == "2002-10"
    assert to_edtf("listopad 2002", ["cs", "hr"]) is None


FORMATS = ("full", "long", "medium", "short", "MMMM y", "LLLL y", "MMM y", "d MMMM y")


@given(
    st.sampled_from([*words.CIRCA, *OTHERS, "mn", "sw", "cy"]),
    st.dates(date(1000, 1, 1), date(9999, 12, 31)),
    st.sampled_from(FORMATS),
)
def test_a_date_as_cldr_writes_it_is_read_as_that_date_or_not_at_all(
    language: str, day: date, form: str
) -> None:
    from babel.dates import format_date

    try:
        found = to_edtf(format_date(day, form, locale=language), [language])
    except AmbiguousDate:
        return
    assert found in (day.isoformat(), day.isoformat()[:7], None)


@pytest.mark.parametrize("language", [*words.CIRCA, *OTHERS])
def test_a_date_in_the_long_forms_of_cldr_is_read(language: str) -> None:
    from babel.dates import format_date

    for month in range(1, 13):
        day = date(2002, month, 25)
        assert to_edtf(format_date(day, "full", locale=language), [language]) == day.isoformat()
        assert to_edtf(format_date(day, "long", locale=language), [language]) == day.isoformat()


def test_no_words_have_two_meanings_in_one_language() -> None:
    for language in words.CIRCA:
        tables = (words.CIRCA, words.BEFORE, words.AFTER, words.DECADES, words.CENTURIES, words.PARTS)
        forms = [normalized(f) for table in tables for f in table[language].split("|")]
        assert len(forms) == len(set(forms)), language
        seasons = list(chain(*(forms.split() for forms in words.SEASONS[language])))
        assert len(seasons) == len(set(seasons)), language


@pytest.mark.parametrize("language", words.ORDINALS)
def test_centuries_in_words_are_all_there(language: str) -> None:
    assert len(words.ORDINALS[language].split("|")) == len(range(11, 22))


@given(st.text(max_size=60))
def test_any_text_is_understood_or_not_but_never_breaks(text: str) -> None:
    try:
        found = to_edtf(text, LANGUAGES)
    except AmbiguousDate:
        return
    assert found is None or is_edtf(found)


@pytest.mark.parametrize(
    ("language", "stated", "edtf", "another"),
    [
        ("en", "Friday 12 January 2002", "2002-01-12", True),
        ("en", "Saturday 12 January 2002", "2002-01-12", False),
        ("en", "Sat., 12 January 2002", "2002-01-12", False),
        ("fr", "vendredi 12 janvier 2002", "2002-01-12", True),
        ("fr", "mar. 12 mars 2002", "2002-03-12", False),
        ("ja", "2002年1月12日", "2002-01-12", False),
        ("ja", "2002年1月12日（日）", "2002-01-12", True),
        ("ja", "平成14年1月12日 土曜日", "2002-01-12", False),
        ("ko", "2002년 1월 12일", "2002-01-12", False),
        ("ko", "2002년 1월 12일 일요일", "2002-01-12", True),
        ("de", "Freitag, 12.01.2002", "2002-01-12", True),
        ("en", "12 January 2002", "2002-01-12", False),
        ("en", "Friday, January 2002", "2002-01", False),
        ("en", "Friday 1 January 0000", "0000-01-01", False),
    ],
)
def test_a_weekday_that_the_date_is_not_on_is_noticed(
    language: str, stated: str, edtf: str, another: bool
) -> None:
    assert is_on_another_weekday(stated, edtf, [language]) is another
