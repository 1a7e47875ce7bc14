"""Words: how people say "about", "before", "in the nineties" in each language. Data, and no code.

`{}` is where a date stands, or the first year of a decade, or the number of a century; forms are
parted by `|`. In DECADES_OF_CENTURIES, `{c}` is the century and `{d}` the decade in it. Letter
case, accents, full stops and the kind of apostrophe do not matter. Month names are not here: they
are CLDR's.
"""

from __future__ import annotations

CIRCA = {
    "en": "circa {}|ca. {}|c. {}|about {}|around {}|approximately {}|approx. {}",
    "de": "circa {}|ca. {}|zirka {}|um {}|etwa {}|ungefähr {}|gegen {}",
    "fr": "circa {}|ca. {}|vers {}|environ {}|autour de {}|aux environs de {}",
    "es": "circa {}|ca. {}|hacia {}|alrededor de {}|aproximadamente {}|cerca de {}",
    "it": "circa {}|{} circa|ca. {}|verso il {}|intorno al {}|attorno al {}",
    "pt": "circa {}|ca. {}|cerca de {}|por volta de {}|aproximadamente {}",
    "nl": "circa {}|ca. {}|omstreeks {}|rond {}|ongeveer {}",
    "pl": "circa {}|ca. {}|około {}|ok. {}",
    "cs": "circa {}|cca {}|kolem {}|okolo {}|asi {}|zhruba {}",
    "ru": "около {}|ок. {}|примерно {}|приблизительно {}|ориентировочно {}",
    "uk": "близько {}|бл. {}|біля {}|приблизно {}|орієнтовно {}",
    "el": "περίπου {}|{} περίπου|περ. {}|περί το {}|γύρω στο {}",
    "tr": "yaklaşık {}|takriben {}|tahminen {}|{} civarı|{} civarında|{} dolaylarında",
    "sv": "circa {}|cirka {}|ca. {}|omkring {}|runt {}|ungefär {}",
    "da": "circa {}|cirka {}|ca. {}|omkring {}|omtrent {}",
    "nb": "circa {}|cirka {}|ca. {}|omkring {}|rundt {}|omtrent {}",
    "fi": "noin {}|n. {}|suunnilleen {}|arviolta {}|{} paikkeilla|{} tienoilla",
    "hu": "körülbelül {}|kb. {}|mintegy {}|{} körül",
    "ro": "circa {}|cca {}|aproximativ {}|aprox. {}|în jurul {}|în jur de {}|pe la {}",
    "ar": "حوالي {}|حوالى {}|نحو {}|قرابة {}|زهاء {}",
    "he": "בערך {}|סביב {}|בסביבות {}|כ-{}",
    "fa": "حدود {}|در حدود {}|حوالی {}|تقریبا {}|تقریباً {}",
    "hi": "लगभग {}|करीब {}|तकरीबन {}|{} के आसपास|{} के लगभग",
    "zh": "约{}|約{}|大约{}|大約{}|{}左右|{}前后|{}前後",
    "ja": "約{}|およそ{}|{}頃|{}ごろ|{}ころ",
    "ko": "약 {}|대략 {}|{}경|{} 경|{}쯤|{} 무렵",
    "vi": "khoảng {}|vào khoảng {}|chừng {}",
}

BEFORE = {
    "en": "before {}|prior to {}|until {}|till {}|up to {}|not after {}|by {}|{} or before|{} or earlier",
    "de": "vor {}|vor dem {}|bis {}|bis zum {}|spätestens {}",
    "fr": "avant {}|avant le {}|jusqu'en {}|jusqu'à {}|jusqu'au {}",
    "es": "antes de {}|antes del {}|hasta {}|hasta el {}",
    "it": "prima del {}|prima di {}|ante {}|fino al {}|entro il {}",
    "pt": "antes de {}|até {}",
    "nl": "voor {}|tot {}|tot en met {}",
    "pl": "przed {}|do {}",
    "cs": "před {}|do {}",
    "ru": "до {}|ранее {}|не позднее {}",
    "uk": "до {}|перед {}|раніше {}|не пізніше {}",
    "el": "πριν {}|πριν το {}|πριν από το {}|προ του {}|έως {}|έως το {}|μέχρι {}|μέχρι το {}",
    "tr": "{} öncesi|{}'den önce|{}'dan önce|{}'ten önce|{}'tan önce|{} yılından önce",
    "sv": "före {}|innan {}|till {}|fram till {}",
    "da": "før {}|inden {}|indtil {}",
    "nb": "før {}|innen {}|inntil {}|fram til {}",
    "fi": "ennen {}|ennen vuotta {}|viimeistään {}",
    "hu": "{} előtt|{}-ig|legkésőbb {}",
    "ro": "înainte de {}|până la {}|până în {}",
    "ar": "قبل {}|حتى {}",
    "he": "לפני {}|עד {}",
    "fa": "پیش از {}|قبل از {}|تا {}",
    "hi": "{} से पहले|{} के पहले|{} से पूर्व|{} तक",
    "zh": "{}以前|{}之前|{}前|早于{}",
    "ja": "{}以前|{}より前|{}前|{}まで",
    "ko": "{} 이전|{} 전|{}까지",
    "vi": "trước {}|đến {}",
}

AFTER = {
    "en": "after {}|since {}|not before {}|from {} on|from {} onwards|{} or after|{} or later",
    "de": "nach {}|nach dem {}|seit {}|seit dem {}|ab {}|frühestens {}",
    "fr": "après {}|après le {}|depuis {}|depuis le {}|à partir de {}|dès {}",
    "es": "después de {}|después del {}|desde {}|desde el {}|a partir de {}",
    "it": "dopo il {}|post {}|dal {}|a partire dal {}",
    "pt": "depois de {}|após {}|desde {}|a partir de {}",
    "nl": "na {}|sinds {}|vanaf {}",
    "pl": "po {}|od {}",
    "cs": "po {}|od {}",
    "ru": "после {}|с {}|от {}|начиная с {}|не ранее {}",
    "uk": "після {}|з {}|від {}|не раніше {}",
    "el": "μετά {}|μετά το {}|μετά από το {}|από {}|από το {}",
    "tr": "{} sonrası|{}'den sonra|{}'dan sonra|{}'ten sonra|{}'tan sonra|{} yılından sonra|{}'den beri",
    "sv": "efter {}|sedan {}|från {}|från och med {}",
    "da": "efter {}|siden {}|fra {}",
    "nb": "etter {}|siden {}|fra {}|fra og med {}",
    "fi": "{} jälkeen|jälkeen {}|vuodesta {}|vuodesta {} lähtien",
    "hu": "{} után|{} óta|{}-tól",
    "ro": "după {}|de la {}|începând cu {}",
    "ar": "بعد {}|منذ {}",
    "he": "אחרי {}|לאחר {}|מאז {}",
    "fa": "پس از {}|بعد از {}|از {}",
    "hi": "{} के बाद|{} के पश्चात|{} से",
    "zh": "{}以后|{}以後|{}之后|{}之後|{}后|{}後|{}以来|{}以來|自{}|自{}起",
    "ja": "{}以降|{}以後|{}より後|{}後|{}から",
    "ko": "{} 이후|{} 후|{}부터",
    "vi": "sau {}|từ {}|kể từ {}",
}

BETWEEN = {
    "en": "between {} and {}|from {} to {}|from {} until {}|{} to {}|{} until {}|{} through {}",
    "de": "zwischen {} und {}|von {} bis {}|vom {} bis {}|vom {} bis zum {}|{} bis {}",
    "fr": "entre {} et {}|entre le {} et le {}|de {} à {}|du {} au {}|{} à {}|{} au {}",
    "es": "entre {} y {}|entre el {} y el {}|de {} a {}|del {} al {}|desde {} hasta {}|{} a {}|{} al {}",
    "it": "tra {} e {}|fra {} e {}|tra il {} e il {}|fra il {} e il {}|dal {} al {}|da {} a {}|{} al {}",
    "pt": "entre {} e {}|de {} a {}|de {} até {}|{} a {}|{} até {}",
    "nl": "tussen {} en {}|van {} tot {}|van {} tot en met {}|{} tot {}|{} tot en met {}|{} t/m {}",
    "pl": "między {} a {}|pomiędzy {} a {}|od {} do {}|{} do {}",
    "cs": "mezi {} a {}|od {} do {}|{} až {}|{} do {}",
    "ru": "между {} и {}|с {} по {}|с {} до {}|от {} до {}|{} по {}",
    "uk": "між {} і {}|між {} та {}|з {} по {}|з {} до {}|від {} до {}|{} по {}",
    "el": "μεταξύ {} και {}|μεταξύ του {} και του {}|από το {} έως το {}|από {} έως {}|{} έως {}",
    "tr": "{} ile {} arasında|{} ile {} arası|{} ve {} arasında",
    "sv": "mellan {} och {}|från {} till {}|{} till {}",
    "da": "mellem {} og {}|fra {} til {}|{} til {}",
    "nb": "mellom {} og {}|fra {} til {}|{} til {}",
    "fi": "{} ja {} välillä|vuosien {} ja {} välillä|vuodesta {} vuoteen {}",
    "hu": "{} és {} között|{}-tól {}-ig|{}-től {}-ig",
    "ro": "între {} și {}|între {} şi {}|de la {} la {}|de la {} până la {}|{} până la {}",
    "ar": "بين {} و {}|ما بين {} و {}|بين عامي {} و {}|من {} إلى {}|من {} حتى {}",
    "he": "בין {} ל-{}|בין {} ל {}|בין השנים {} ל-{}|מ-{} עד {}",
    "fa": "بین {} و {}|میان {} و {}|از {} تا {}|{} تا {}",
    "hi": "{} और {} के बीच|{} तथा {} के बीच|{} एवं {} के बीच|{} से {} तक",
    "zh": "{}至{}|{}到{}|从{}到{}|從{}到{}|{}和{}之间|{}與{}之間",
    "ja": "{}から{}まで|{}から{}|{}と{}の間",
    "ko": "{}부터 {}까지|{}에서 {}까지|{}와 {} 사이|{}과 {} 사이",
    "vi": "giữa {} và {}|từ {} đến {}|{} đến {}",
}

DECADES = {
    "en": "{}s|{}'s|the {}s|the {}'s",
    "de": "{}er|{}er jahre|{}er-jahre|die {}er|die {}er jahre|{}er jahren|in den {}er-jahren",
    "fr": "années {}|les années {}|décennie {}",
    "es": "años {}|los años {}|década de {}|la década de {}",
    "it": "anni {}|gli anni {}|negli anni {}|decennio {}",
    "pt": "anos {}|os anos {}|década de {}|a década de {}",
    "nl": "jaren {}|de jaren {}",
    "pl": "lata {}|lat {}|lata {}-te|lat {}-tych|dekada {}",
    "cs": "léta {}|let {}|{} léta|{} let",
    "ru": "{}-е|{}е|{}-е годы|{}-е гг.|{}-х|{}-х годов|{}-х гг.|{}-ые|{}-ые годы|{}-ых годов",
    "uk": "{}-ті|{}-ті роки|{}-ті рр.|{}-і|{}-і роки|{}-х|{}-х років|{}-тих років|{}-х рр.",
    "el": "δεκαετία του {}|η δεκαετία του {}|τη δεκαετία του {}|δεκαετίας του {}|δεκαετία {}",
    "tr": "{}'lar|{}'ler|{}lar|{}ler|{}'ların|{}'lerin|{}ların|{}lerin|{}'li yıllar|{}'lu yıllar",
    "sv": "{}-talet|{}-tal",
    "da": "{}'erne|{}erne|{}-erne|{}-tallet",
    "nb": "{}-årene|{}-åra|{}-tallet|{}-talet",
    "fi": "{}-luku|{}-luvulla|{}-luvun",
    "hu": "{}-es évek|{}-as évek|{}-os évek|az {}-es évek|az {}-as évek",
    "ro": "anii {}|în anii {}|anilor {}|deceniul {}",
    "ar": "عقد {}|تسعينيات {}|الأعوام {}",
    "he": "שנות ה-{}|שנות {}",
    "fa": "دهه {}|دههٔ {}|دههی {}",
    "hi": "{} का दशक|{} के दशक|{} दशक",
    "zh": "{}年代",
    "ja": "{}年代",
    "ko": "{}년대",
    "vi": "thập niên {}|thập kỷ {}|những năm {}",
}

DECADES_OF_CENTURIES = {
    "pl": "lata {d} {c} wieku|lat {d} {c} wieku|lata {d} {c} w.|lat {d} {c} w.|lata {d}-te {c} wieku",
    "cs": "{d} léta {c} století|{d} let {c} století",
    "ru": "{d}-е годы {c} века|{d}-х годов {c} века|{d}-е гг. {c} в.",
    "uk": "{d}-ті роки {c} століття|{d}-х років {c} століття|{d}-ті рр. {c} ст.",
    "ro": "anii {d} ai secolului {c}|anii '{d} ai secolului {c}",
    "zh": "{c}世纪{d}年代|{c}世紀{d}年代",
    "ja": "{c}世紀{d}年代",
    "ko": "{c}세기 {d}년대",
}

CENTURIES = {
    "en": "{} century|the {} century|{} centuries|the {} centuries|{} c.|the {} c.",
    "de": "{} jahrhundert|das {} jahrhundert|{} jahrhunderts|{} jh.|{} jhdt.",
    "fr": "{} siècle|le {} siècle|{} siècles|les {} siècles",
    "es": "siglo {}|el siglo {}|s. {}|siglos {}|los siglos {}|ss. {}",
    "it": "{} secolo|il {} secolo|secolo {}|sec. {}|{} secoli|secoli {}|secc. {}",
    "pt": "século {}|o século {}|séc. {}|séculos {}|os séculos {}|sécs. {}",
    "nl": "{} eeuw|de {} eeuw|{} eeuwen",
    "pl": "{} wiek|{} wieku|{} wieki|{} w.",
    "cs": "{} století|{} stol.",
    "ru": "{} век|{} века|{} в.|{} веков|{} вв.|{} столетие",
    "uk": "{} століття|{} ст.|{} вік",
    "el": "{} αιώνας|{} αιώνα|ο {} αιώνας|{} αιώνες|{} αι.",
    "tr": "{} yüzyıl|{} yüzyılın|{} yy.",
    "sv": "{} århundradet",
    "da": "{} århundrede|det {} århundrede",
    "nb": "{} århundre|det {} århundre|{} århundret",
    "fi": "{} vuosisata|{} vuosisadalla",
    "hu": "{} század|a {} század|{} sz.",
    "ro": "secolul {}|secolul al {}|secolului {}|secolului al {}|sec. {}|sec. al {}",
    "ar": "القرن {}|القرن ال{}",
    "he": "המאה ה-{}|המאה {}|במאה ה-{}",
    "fa": "قرن {}|سده {}|سدهٔ {}",
    "hi": "{} शताब्दी|{} सदी",
    "zh": "{}世纪|{}世紀",
    "ja": "{}世紀",
    "ko": "{}세기",
    "vi": "thế kỷ {}|thế kỉ {}|thế kỷ thứ {}",
}

HUNDREDS = {
    "sv": "{}-talet|{}-tal",
    "da": "{}-tallet|{}-tal",
    "nb": "{}-tallet|{}-talet",
    "fi": "{}-luku|{}-luvulla|{}-luvun",
}
"""Centuries that are named by their first year: 1800-talet is the 19th century."""

PARTS = {
    "en": "early {}|the early {}|early in {}|mid {}|mid-{}|the mid-{}|middle of {}|the middle of {}"
    "|late {}|the late {}|late in {}|beginning of {}|the beginning of {}|start of {}|end of {}"
    "|the end of {}|first half of {}|second half of {}|the first half of {}|the second half of {}"
    "|1st half of {}|2nd half of {}|first quarter of {}|last quarter of {}|first third of {}"
    "|last third of {}",
    "de": "anfang {}|anfang der {}|anfang des {}|beginn der {}|beginn des {}|mitte {}|mitte der {}"
    "|mitte des {}|ende {}|ende der {}|ende des {}|frühe {}|frühen {}|frühes {}|späte {}|späten {}"
    "|spätes {}|erste hälfte {}|erste hälfte des {}|erste hälfte der {}|1. hälfte {}|1. hälfte des {}"
    "|1. hälfte der {}|zweite hälfte {}|zweite hälfte des {}|zweite hälfte der {}|2. hälfte {}"
    "|2. hälfte des {}|2. hälfte der {}",
    "fr": "début {}|début du {}|début des {}|début de {}|au début du {}|au début des {}|milieu {}"
    "|milieu du {}|milieu des {}|fin {}|fin du {}|fin des {}|fin de {}|première moitié du {}"
    "|seconde moitié du {}|deuxième moitié du {}|1re moitié du {}|2e moitié du {}",
    "es": "principios de {}|principios del {}|a principios de {}|a principios del {}|comienzos de {}"
    "|comienzos del {}|inicios de {}|inicios del {}|mediados de {}|mediados del {}|a mediados de {}"
    "|a mediados del {}|finales de {}|finales del {}|a finales de {}|a finales del {}|fines de {}"
    "|fines del {}|primera mitad de {}|primera mitad del {}|segunda mitad de {}|segunda mitad del {}",
    "it": "inizio {}|inizio del {}|inizi del {}|inizio degli {}|primi {}|metà {}|metà del {}"
    "|metà degli {}|fine {}|fine del {}|fine degli {}|ultimi {}|prima metà del {}|seconda metà del {}",
    "pt": "início de {}|início do {}|início dos {}|início da {}|meados de {}|meados do {}"
    "|meados dos {}|meados da {}|fim de {}|fim do {}|final de {}|final do {}|final dos {}|final da {}"
    "|finais de {}|finais do {}|primeira metade do {}|segunda metade do {}",
    "nl": "begin {}|begin van {}|begin van de {}|midden {}|midden van de {}|half {}|eind {}|einde {}"
    "|eind van de {}|einde van de {}|vroege {}|de vroege {}|late {}|de late {}|eerste helft {}"
    "|eerste helft van de {}|tweede helft {}|tweede helft van de {}",
    "pl": "początek {}|na początku {}|połowa {}|w połowie {}|koniec {}|pod koniec {}"
    "|pierwsza połowa {}|druga połowa {}|1. połowa {}|2. połowa {}|i połowa {}|ii połowa {}",
    "cs": "začátek {}|začátkem {}|počátek {}|počátkem {}|polovina {}|v polovině {}|konec {}|koncem {}"
    "|první polovina {}|druhá polovina {}|1. polovina {}|2. polovina {}",
    "ru": "начало {}|в начале {}|середина {}|в середине {}|конец {}|в конце {}|первая половина {}"
    "|вторая половина {}|1-я половина {}|2-я половина {}|1-я пол. {}|2-я пол. {}",
    "uk": "початок {}|на початку {}|середина {}|всередині {}|кінець {}|наприкінці {}"
    "|перша половина {}|друга половина {}|1-ша половина {}|2-га половина {}",
    "el": "αρχές {}|αρχές του {}|αρχές της {}|μέσα {}|μέσα του {}|μέσα της {}|τέλη {}|τέλη του {}"
    "|τέλη της {}|πρώτο μισό του {}|δεύτερο μισό του {}|α' μισό του {}|β' μισό του {}|α' μισό {}"
    "|β' μισό {}",
    "tr": "{} başı|{} başları|{} başlarında|{} ortası|{} ortaları|{} ortalarında|{} sonu|{} sonları"
    "|{} sonlarında|{} ilk yarısı|{} ikinci yarısı",
    "sv": "början av {}|mitten av {}|slutet av {}|tidigt {}|sent {}|första hälften av {}"
    "|andra hälften av {}",
    "da": "begyndelsen af {}|starten af {}|midten af {}|slutningen af {}|tidlige {}|de tidlige {}"
    "|sene {}|de sene {}|første halvdel af {}|anden halvdel af {}",
    "nb": "begynnelsen av {}|starten av {}|midten av {}|slutten av {}|tidlig {}|tidlig på {}|sent {}"
    "|sent på {}|første halvdel av {}|andre halvdel av {}",
    "fi": "{} alku|{} alussa|{} alkupuoli|{} alkupuolella|{} puoliväli|{} puolivälissä|{} loppu"
    "|{} lopussa|{} loppupuoli|{} loppupuolella",
    "hu": "{} eleje|{} elején|{} közepe|{} közepén|{} vége|{} végén|{} első fele|{} második fele",
    "ro": "începutul {}|la începutul {}|mijlocul {}|la mijlocul {}|sfârșitul {}|la sfârșitul {}"
    "|prima jumătate a {}|a doua jumătate a {}",
    "ar": "أوائل {}|بداية {}|بدايات {}|مطلع {}|منتصف {}|أواسط {}|أواخر {}|نهاية {}|النصف الأول من {}"
    "|النصف الثاني من {}",
    "he": "תחילת {}|ראשית {}|אמצע {}|סוף {}|שלהי {}|המחצית הראשונה של {}|המחצית השנייה של {}",
    "fa": "اوایل {}|آغاز {}|اواسط {}|میانه {}|اواخر {}|پایان {}|نیمه اول {}|نیمه دوم {}|نیمهٔ اول {}"
    "|نیمهٔ دوم {}",
    "hi": "{} की शुरुआत|{} की शुरुआत में|{} का आरंभ|{} के आरंभ में|{} के प्रारंभ में|{} का मध्य"
    "|{} के मध्य|{} के मध्य में|{} का अंत|{} के अंत में|{} का पूर्वार्ध|{} के पूर्वार्ध में"
    "|{} का उत्तरार्ध|{} के उत्तरार्ध में",
    "zh": "{}初|{}初期|{}早期|{}前期|{}中期|{}中叶|{}中葉|{}末|{}末期|{}末年|{}后期|{}後期|{}晚期"
    "|{}上半叶|{}上半葉|{}下半叶|{}下半葉|{}前半|{}后半|{}後半",
    "ja": "{}初め|{}はじめ|{}初頭|{}初期|{}前半|{}前期|{}半ば|{}中頃|{}中期|{}中葉|{}後半|{}後期|{}末"
    "|{}末期|{}終わり",
    "ko": "{} 초|{} 초반|{} 초기|{} 초엽|{} 중반|{} 중엽|{} 중기|{} 말|{} 말기|{} 후반|{} 전반",
    "vi": "đầu {}|giữa {}|cuối {}|nửa đầu {}|nửa cuối {}|nửa sau {}",
}
"""Parts of a decade, century, year or month, of which EDTF of level 1 has the whole alone."""

ORDINALS = {
    "en": "eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth"
    "|nineteenth|twentieth|twenty-first",
    "de": "elft|zwölft|dreizehnt|vierzehnt|fünfzehnt|sechzehnt|siebzehnt|achtzehnt|neunzehnt"
    "|zwanzigst|einundzwanzigst",
    "fr": "onzième|douzième|treizième|quatorzième|quinzième|seizième|dix-septième|dix-huitième"
    "|dix-neuvième|vingtième|vingt-et-unième",
    "es": "once|doce|trece|catorce|quince|dieciséis|diecisiete|dieciocho|diecinueve|veinte|veintiuno",
    "it": "undicesimo|dodicesimo|tredicesimo|quattordicesimo|quindicesimo|sedicesimo|diciassettesimo"
    "|diciottesimo|diciannovesimo|ventesimo|ventunesimo",
    "pt": "onze|doze|treze|catorze/quatorze|quinze|dezasseis/dezesseis|dezassete/dezessete|dezoito"
    "|dezanove/dezenove|vinte|vinte-e-um",
    "nl": "elfde|twaalfde|dertiende|veertiende|vijftiende|zestiende|zeventiende|achttiende"
    "|negentiende|twintigste|eenentwintigste",
    "pl": "jedenast|dwunast|trzynast|czternast|piętnast|szesnast|siedemnast|osiemnast|dziewiętnast"
    "|dwudziest|dwudziest-pierwsz",
    "cs": "jedenáct|dvanáct|třináct|čtrnáct|patnáct|šestnáct|sedmnáct|osmnáct|devatenáct|dvacát"
    "|dvacát-prvn",
    "ru": "одиннадцат|двенадцат|тринадцат|четырнадцат|пятнадцат|шестнадцат|семнадцат|восемнадцат"
    "|девятнадцат|двадцат|двадцат-перв",
    "uk": "одинадцят|дванадцят|тринадцят|чотирнадцят|п'ятнадцят|шістнадцят|сімнадцят|вісімнадцят"
    "|дев'ятнадцят|двадцят|двадцят-перш",
    "el": "ενδέκατ|δωδέκατ|δέκατ-τρίτ|δέκατ-τέταρτ|δέκατ-πέμπτ|δέκατ-έκτ|δέκατ-έβδομ|δέκατ-όγδο"
    "|δέκατ-ένατ|εικοστ|εικοστ-πρώτ",
    "tr": "on-birinci|on-ikinci|on-üçüncü|on-dördüncü|on-beşinci|on-altıncı|on-yedinci|on-sekizinci"
    "|on-dokuzuncu|yirminci|yirmi-birinci",
    "sv": "elfte|tolfte|trettonde|fjortonde|femtonde|sextonde|sjuttonde|artonde|nittonde|tjugonde"
    "|tjugoförsta",
    "da": "ellevte|tolvte|trettende|fjortende|femtende|sekstende|syttende|attende|nittende|tyvende"
    "|enogtyvende",
    "nb": "ellevte|tolvte|trettende|fjortende|femtende|sekstende|syttende|attende|nittende|tjuende"
    "|tjueførste",
    "hu": "tizenegyedik|tizenkettedik|tizenharmadik|tizennegyedik|tizenötödik|tizenhatodik"
    "|tizenhetedik|tizennyolcadik|tizenkilencedik|huszadik|huszonegyedik",
    "ro": "unsprezecelea|doisprezecelea|treisprezecelea|paisprezecelea|cincisprezecelea"
    "|șaisprezecelea|șaptesprezecelea|optsprezecelea|nouăsprezecelea|douăzecilea|douăzeci-și-un",
    "ar": "الحادي-عشر|الثاني-عشر|الثالث-عشر|الرابع-عشر|الخامس-عشر|السادس-عشر|السابع-عشر|الثامن-عشر"
    "|التاسع-عشر|العشرون/العشرين|الحادي-والعشر",
    "he": "האחת-עשרה|השתים-עשרה|השלוש-עשרה|הארבע-עשרה|החמש-עשרה|השש-עשרה|השבע-עשרה|השמונה-עשרה"
    "|התשע-עשרה|העשרים|העשרים-ואחת",
    "fa": "یازدهم|دوازدهم|سیزدهم|چهاردهم|پانزدهم|شانزدهم|هفدهم|هجدهم|نوزدهم|بیستم|بیست-و-یکم",
    "hi": "ग्यारहवीं|बारहवीं|तेरहवीं|चौदहवीं|पंद्रहवीं/पन्द्रहवीं|सोलहवीं|सत्रहवीं|अठारहवीं/अट्ठारहवीं|उन्नीसवीं|बीसवीं|इक्कीसवीं",
    "vi": "mười-một|mười-hai|mười-ba|mười-bốn|mười-lăm|mười-sáu|mười-bảy|mười-tám|mười-chín|hai-mươi"
    "|hai-mươi-mốt",
}
"""The eleventh to the twenty-first, by which centuries are called: how each word of them begins, parted
by `-`. Up to three letters more are its ending. Other forms of one number are parted by `/`."""

SEASONS = {
    "en": ("spring", "summer", "autumn fall", "winter"),
    "de": ("frühling frühjahr", "sommer", "herbst", "winter"),
    "fr": ("printemps", "été", "automne", "hiver"),
    "es": ("primavera", "verano", "otoño", "invierno"),
    "it": ("primavera", "estate", "autunno", "inverno"),
    "pt": ("primavera", "verão", "outono", "inverno"),
    "nl": ("lente voorjaar", "zomer", "herfst najaar", "winter"),
    "pl": ("wiosna wiosny", "lato latem", "jesień jesienią jesieni", "zima zimy"),
    "cs": ("jaro jara jaře", "léto létě", "podzim podzimu", "zima zimy zimě"),
    "ru": ("весна весной весны", "лето летом лета", "осень осенью осени", "зима зимой зимы"),
    "uk": ("весна весни навесні", "літо літа влітку", "осінь осені восени", "зима зими взимку"),
    "el": ("άνοιξη", "καλοκαίρι", "φθινόπωρο", "χειμώνας χειμώνα"),
    "tr": ("ilkbahar ilkbaharı bahar baharı", "yaz yazı", "sonbahar sonbaharı güz", "kış kışı"),
    "sv": ("vår våren", "sommar sommaren", "höst hösten", "vinter vintern"),
    "da": ("forår foråret", "sommer sommeren", "efterår efteråret", "vinter vinteren"),
    "nb": ("vår våren", "sommer sommeren", "høst høsten haust hausten", "vinter vinteren"),
    "fi": ("kevät keväällä", "kesä kesällä", "syksy syksyllä", "talvi talvella"),
    "hu": ("tavasz tavasza tavaszán", "nyár nyara nyarán", "ősz ősze őszén", "tél tele telén"),
    "ro": ("primăvara", "vara", "toamna", "iarna"),
    "ar": ("ربيع الربيع", "صيف الصيف", "خريف الخريف", "شتاء الشتاء"),
    "he": ("אביב האביב באביב", "קיץ הקיץ בקיץ", "סתיו הסתיו בסתיו", "חורף החורף בחורף"),
    "fa": ("بهار", "تابستان", "پاییز", "زمستان"),
    "hi": ("वसंत बसंत", "ग्रीष्म गर्मी", "शरद पतझड़", "शीत शिशिर सर्दी"),
    "zh": ("春 春季 春天", "夏 夏季 夏天", "秋 秋季 秋天", "冬 冬季 冬天"),
    "ja": ("春 春季", "夏 夏季", "秋 秋季", "冬 冬季"),
    "ko": ("봄", "여름", "가을", "겨울"),
    "vi": ("xuân", "hè hạ", "thu", "đông"),
}
"""Spring, summer, autumn, winter: 21 to 24 in EDTF."""

FILLERS = {
    "en": "the of in on at st nd rd th d",
    "de": "der den des dem im am vom jahr jahre jahres sonnabend",
    "fr": "le la l de du d en an année er ère",
    "es": "el la de del en año º ª",
    "it": "il la l di del dell nel anno º",
    "pt": "o de do da no na ano º",
    "nl": "de het van in jaar e ste",
    "pl": "r roku rok w",
    "cs": "r roku rok v",
    "ru": "г гг год года году годы годов в го й",
    "uk": "р рр рік року році роки років у в го",
    "el": "το του της τον τη ο η έτος έτους ης η",
    "tr": "yılı yılının yılında yıl",
    "sv": "den år i",
    "da": "den år i",
    "nb": "den år i",
    "fi": "vuosi vuoden vuonna",
    "hu": "az év évi",
    "ro": "anul anului din de lui în",
    "ar": "عام العام سنة في من",
    "he": "ב של שנת בשנת ה",
    "fa": "سال در",
    "hi": "ई सन् सन साल वर्ष में का के की",
    "zh": "年 的 中华 中華",
    "ja": "年 の",
    "ko": "년 의",
    "vi": "năm ngày mùa",
    "kk": "ж жыл жылы жылғы жылдың",
    "ky": "ж жыл жылы жылдын",
    "tg": "соли",
    "uz": "yil yili йил йили",
}
"""Words that a date is said with and that do not change it."""

MONTHS = {
    "en": {"sept": 9},
    "de": {"jänner": 1, "feber": 2, "maerz": 3},
    "es": {"setiembre": 9, "set": 9},
    "tg": {
        "январи": 1,
        "феврали": 2,
        "марти": 3,
        "апрели": 4,
        "майи": 5,
        "июни": 6,
        "июли": 7,
        "августи": 8,
        "сентябри": 9,
        "октябри": 10,
        "ноябри": 11,
        "декабри": 12,
    },
    "uz": {
        "январь": 1,
        "февраль": 2,
        "апрель": 4,
        "июнь": 6,
        "июль": 7,
        "сентябрь": 9,
        "октябрь": 10,
        "ноябрь": 11,
        "декабрь": 12,
    },
}
"""Forms of months that CLDR does not have."""

ERAS = {
    "en": ("b. c.|b. c. e.", "a. d.|c. e."),
    "de": ("v. u. z.", "n. u. z."),
    "fr": ("avant j.-c.", "après j.-c."),
    "nl": ("v. c.", "n. c."),
}
"""Before and after the epoch, where CLDR has other words for it."""

VARIANTS = {
    "ar": ("ar_LB", "ar_DZ", "ar_MA"),
    "de": ("de_AT",),
    "en": ("en_GB",),
    "sr": ("sr_Latn",),
}
"""Where else in the world a language's months have names of their own (CLDR locales)."""

SAME_WORDS = {"no": "nb", "nn": "nb", "yue": "zh"}
"""Languages whose words here are those of another."""

NUMBERED_MONTHS = {"zh", "yue", "ja", "ko", "vi"}
"""Languages that count their months."""

OTHER_CALENDARS = {
    "fa": range(1200, 1500),
    "ps": range(1200, 1500),
    "ar": range(1200, 1500),
    "ur": range(1200, 1500),
    "th": range(2350, 2700),
    "he": range(5500, 5900),
}
"""Years that, in these languages, are likely to be counted from another epoch: not taken as they are."""
