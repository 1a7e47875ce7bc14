"""Labels: what the fields of an article text are called in each language. Data, and one look-up."""

from __future__ import annotations

import re
from functools import cache

ENGLISH = {
    "creators": "author|authors|by",
    "date": "date|published",
    "places": "location|locations|place|places",
    "source_url": "source url|source|url",
    "publisher": "publisher",
    "language": "language",
    "subjects": "subject|subjects|keyword|keywords|tag|tags|topic|topics",
    "rights": "rights",
    "identifier": "identifier",
}
"""What they are called in a text of any language."""

FIELDS = ("creators", "date", "places", "source_url", "publisher", "subjects", "rights")
"""The columns of the table below."""

LABELS = {
    "ar": (
        "المؤلف|الكاتب|بقلم",
        "التاريخ|تاريخ النشر",
        "المكان|الموقع",
        "المصدر",
        "الناشر",
        "الموضوع",
        "الحقوق",
    ),
    "be": ("аўтар|аўтары", "дата", "месца", "крыніца", "выдавец", "тэма|тэмы", "правы"),
    "bg": ("автор|автори", "дата", "място", "източник", "издател", "тема|теми", "права"),
    "cs": ("autor|autorka|autoři", "datum", "místo", "zdroj", "vydavatel", "téma|témata", "práva"),
    "da": ("forfatter|forfattere", "dato", "sted", "kilde", "udgiver", "emne|emner", "rettigheder"),
    "de": (
        "autor|autorin|autoren|autorinnen|verfasser|verfasserin",
        "datum|veröffentlicht",
        "ort|orte",
        "quelle",
        "verlag|herausgeber",
        "thema|themen|schlagwörter",
        "rechte",
    ),
    "el": (
        "συγγραφέας|συντάκτης",
        "ημερομηνία",
        "τόπος|τοποθεσία",
        "πηγή",
        "εκδότης",
        "θέμα|θέματα",
        "δικαιώματα",
    ),
    "es": (
        "autor|autora|autores",
        "fecha|publicado",
        "lugar|lugares",
        "fuente",
        "editorial",
        "tema|temas",
        "derechos",
    ),
    "fa": ("نویسنده", "تاریخ", "مکان|محل", "منبع", "ناشر", "موضوع", "حقوق"),
    "fi": (
        "kirjoittaja|kirjoittajat",
        "päiväys|julkaistu",
        "paikka",
        "lähde",
        "julkaisija",
        "aihe|aiheet",
        "oikeudet",
    ),
    "fr": (
        "auteur|auteure|autrice|auteurs",
        "publié",
        "lieu|lieux",
        "source",
        "éditeur",
        "sujet|sujets|thèmes",
        "droits",
    ),
    "he": ("מחבר|מחברת|מאת", "תאריך", "מקום|מיקום", "מקור", "מוציא לאור", "נושא|נושאים", "זכויות"),
    "hi": ("लेखक|लेखिका", "दिनांक|तारीख|तिथि", "स्थान", "स्रोत", "प्रकाशक", "विषय", "अधिकार"),
    "hu": ("szerző|szerzők", "dátum", "helyszín|hely", "forrás", "kiadó", "téma|témák", "jogok"),
    "it": (
        "autore|autrice|autori",
        "data",
        "luogo|luoghi",
        "fonte",
        "editore",
        "tema|temi|argomenti",
        "diritti",
    ),
    "ja": ("著者|筆者|作者|執筆者|文", "日付", "場所", "出典", "出版社|発行者", "主題|テーマ", "権利"),
    "ka": ("ავტორი|ავტორები", "თარიღი", "ადგილი", "წყარო", "გამომცემელი", "თემა|თემები", "უფლებები"),
    "ko": ("저자|글쓴이|작성자|글|기자", "날짜|일자", "장소", "출처", "출판사|발행처", "주제", "권리"),
    "nb": ("forfatter|forfattere", "dato", "sted", "kilde", "utgiver", "emne|emner", "rettigheter"),
    "nl": (
        "auteur|auteurs",
        "datum",
        "plaats|locatie",
        "bron",
        "uitgever",
        "onderwerp|onderwerpen",
        "rechten",
    ),
    "pl": (
        "autor|autorka|autorzy",
        "data",
        "miejsce|miejsca",
        "źródło",
        "wydawca",
        "temat|tematy",
        "prawa",
    ),
    "pt": (
        "autor|autora|autores",
        "data",
        "local|locais|lugar",
        "fonte",
        "editora",
        "assunto|assuntos|tema",
        "direitos",
    ),
    "ro": (
        "autor|autori",
        "data",
        "loc|locul",
        "sursa|sursă",
        "editura|editor",
        "subiect|subiecte",
        "drepturi",
    ),
    "ru": (
        "автор|авторы",
        "дата|опубликовано",
        "место|места",
        "источник",
        "издатель",
        "тема|темы",
        "права",
    ),
    "sr": (
        "аутор|аутори|autor|autori",
        "датум|datum",
        "место|mesto",
        "извор|izvor",
        "издавач|izdavač",
        "тема|tema",
        "права|prava",
    ),
    "sv": ("författare", "datum", "plats", "källa", "utgivare", "ämne|ämnen", "rättigheter"),
    "tg": ("муаллиф|муаллифон", "сана", "ҷой", "манбаъ", "ношир", "мавзӯъ", "ҳуқуқ"),
    "tr": ("yazar|yazarlar", "tarih", "yer|konum", "kaynak", "yayıncı|yayınevi", "konu|konular", "haklar"),
    "uk": (
        "автор|авторка|автори",
        "дата",
        "місце|місця",
        "джерело",
        "видавець|видавництво",
        "тема|теми",
        "права",
    ),
    "ur": ("مصنف", "تاریخ", "مقام", "ماخذ", "ناشر", "موضوع", "حقوق"),
    "uz": (
        "muallif|муаллиф",
        "sana|сана",
        "joy|жой",
        "manba|манба",
        "nashriyot|нашриёт",
        "mavzu|мавзу",
        "huquqlar|ҳуқуқлар",
    ),
    "vi": ("tác giả", "ngày", "địa điểm|nơi", "nguồn", "nhà xuất bản", "chủ đề", "bản quyền"),
    "zh": (
        "作者|记者|記者|撰文|文",
        "日期",
        "地点|地點",
        "来源|來源",
        "出版社|出版者",
        "主题|主題",
        "版权|版權",
    ),
}

TITLES = (
    "title|headline|titel|titre|título|titolo|titlu|tytuł|název|cím|otsikko|başlık|tiêu đề|τίτλος|заголовок"
    "|название|назва|العنوان|عنوان|כותרת|शीर्षक|标题|標題|題名|タイトル|제목"
)
"""What a title is called, in any language: only the first line has one."""

SAME_LABELS = {"no": "nb", "nn": "nb", "yue": "zh", "kk": "ru", "ky": "ru"}
"""Languages that are served by the labels of another."""

ANY = "|".join(
    sorted(
        {
            label
            for row in (ENGLISH.values(), *LABELS.values())
            for labels in row
            for label in labels.split("|")
        },
        key=len,
        reverse=True,
    )
)
"""The labels of all languages, as alternatives of a pattern."""


def field_of(label: str, language: str) -> str | None:
    """The field that a label names in a text of `language`, in any language where that is `und`."""
    return _fields(re.split("[-_]", language)[0].lower()).get(label.lower())


@cache
def _fields(language: str) -> dict[str, str]:
    same = SAME_LABELS.get(language, language)
    rows = [row for key, row in LABELS.items() if language == "und" or key == same]
    tables = [*(zip(FIELDS, row, strict=True) for row in rows), ENGLISH.items()]
    return {label: field for table in tables for field, labels in table for label in labels.split("|")}
