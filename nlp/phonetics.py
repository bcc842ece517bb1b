"""How a sentence sounds to a recogniser that does not know the accent.

Each Chinese character becomes one character of a private alphabet that stands for its folded reading, so
that the sound of a text has the text's length and the same offsets in it. Folded are the distinctions that
Sichuanese speakers and telephone lines lose: zh/z, ch/c, sh/s, n/l, ing/in, eng/en, ang/an, h/f before u.
"""

from functools import cache

from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

# The private use area of Unicode: no text of a resident contains these.
ALPHABET = 0xE000

_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê", "aaaaeeeeiiiioooouuuuvvvvvnnnme")
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"), ("ong", "on"))
# 湖 sounds like 福, 花 like 发, 欢 like 翻, 黄 like 房, 会 like 费, 婚 like 分.
_H_BEFORE_U = (("huang", "fang"), ("huan", "fan"), ("hua", "fa"), ("hui", "fei"), ("hun", "fen"), ("hu", "fu"))
# Readings that the dictionary lists second although speech has them first, in the words of this trade.
_USUAL = {"着": "zhao", "都": "dou", "还": "hai", "行": "xing", "长": "chang", "重": "zhong", "地": "di"}

# Readings of Sichuan that the folding above does not reach, toneless.
SICHUAN = {
    character: tuple(readings.split("/"))
    for readings, characters in {
        "gai": "街解界戒阶皆介届",
        "hai": "鞋",
        "hang": "巷项",
        "qie/ke": "去",
        "ha": "下吓瞎",
        "han": "咸陷限",
        "yo": "药约",
        "lu": "六绿",
        "gue": "国",
        "jio": "脚角",
        "go": "角各",
        "xio": "学",
        "gao": "觉搅",
        "kao": "敲",
        "ngan": "岩安",
        "ai": "岩崖",
        "ngen": "硬",
        "ngao": "咬",
        "be": "白百北",
        "he": "黑喝",
        "me": "麦墨脉",
        "pe": "拍迫",
        "se": "色蛇",
        "zen": "睁",
        "lui": "内类雷泪",
        "cu": "触初",
        "yi": "尾",
        "yun": "永泳",
        "hun": "横",
    }.items()
    for character in characters
}


@cache
def fold(syllable: str) -> str:
    """A toneless pinyin syllable to its folded form: "zhuang" -> "zuan"."""
    for full, folded in _H_BEFORE_U:
        if syllable == full:
            syllable = folded
            break
    for full, folded in _INITIALS:
        if syllable.startswith(full):
            syllable = folded + syllable[len(full) :]
            break
    for full, folded in _FINALS:
        if syllable.endswith(full):
            return syllable[: -len(full)] + folded
    return syllable


@cache
def _letter(folded: str) -> str:
    _letters.setdefault(folded, chr(ALPHABET + len(_letters)))
    return _letters[folded]


_letters: dict[str, str] = {}


class _Sounds(dict[int, str]):
    """A translation table that is filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        readings = _USUAL.get(character) or pinyin_dict.get(code, "").split(",")[0].translate(_TONES)
        # Upper case of some letters is longer than one character; such a letter stays as it is.
        lower = character.lower()
        self[code] = _letter(fold(readings)) if readings else lower if len(lower) == 1 else character
        return self[code]


_sounds = _Sounds()


def sound(text: str) -> str:
    """The folded sound of a text, one character for each of its characters."""
    return text.translate(_sounds)


def spell(sounds: str) -> str:
    """A sound in letters that mean the same tomorrow: the private alphabet is dealt out anew in each process."""
    spelled = {letter: syllable for syllable, letter in _letters.items()}
    return " ".join(spelled.get(letter, letter) for letter in sounds)


def from_spelling(spelled: str) -> str:
    """The sound that `spell` wrote."""
    return "".join(part if len(part) == 1 and not part.isascii() else _letter(part) for part in spelled.split(" "))


def sounds_of_word(word: str) -> set[str]:
    """Every sound of a keyword: as the dictionary reads the word, character by character, and as Sichuan reads
    (街 gai, 鞋 hai) the first one or two of the characters that it reads otherwise, or a single later one; a
    recogniser writes them as it hears them."""
    plain = sound(word)
    keys = {plain}
    phrase = phrases_dict.get(word)
    if phrase is not None and len(phrase) == len(word):
        keys.add("".join(_letter(fold(readings[0].translate(_TONES))) for readings in phrase))
    read_otherwise = [place for place, character in enumerate(word) if character in SICHUAN]
    for place in read_otherwise[:2]:
        keys |= _as_in_sichuan(keys, word, place)
    for place in read_otherwise[2:]:
        keys |= _as_in_sichuan({plain}, word, place)
    return keys


def _as_in_sichuan(keys: set[str], word: str, place: int) -> set[str]:
    letters = [_letter(fold(reading)) for reading in SICHUAN[word[place]]]
    return {key[:place] + letter + key[place + 1 :] for key in keys for letter in letters}
