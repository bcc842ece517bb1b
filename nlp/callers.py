"""Who is calling, if they say so: 我叫李桂芳, 我姓唐, 我是三栋的老刘. Nothing else is taken for a name."""

import re
from dataclasses import dataclass

# The commonest family names.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖"
    "范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向"
)
_GIVEN = re.compile(
    rf"(?:我(?:的)?名字(?:叫|是)|我(?:就)?叫|本人叫)(?P<full>[{SURNAMES}][一-鿿]{{1,2}}?)(?=[，。,.！!？?\s]|住|今年|是|在|$)"
    rf"|(?:我|免贵)姓(?P<surname>[{SURNAMES}])"
    rf"|我(?:就)?是[^，。,！!？?]{{0,14}}?(?P<short>老[{SURNAMES}]|[{SURNAMES}](?:婆婆|大爷|孃孃|嬢嬢|阿姨|大妈|大娘|老师|师傅))"
    rf"(?=[，。,.！!？?\s哦啊嘛]|$)"
)


@dataclass(frozen=True)
class Caller:
    """The name that was given at start..end of the text."""

    name: str
    start: int
    end: int


def caller(text: str) -> Caller | None:
    """The first name that the speaker gives for themselves, or None."""
    for match in _GIVEN.finditer(text):
        group = str(match.lastgroup)
        return Caller(match[group], match.start(group), match.end(group))
    return None
