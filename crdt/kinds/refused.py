"""What is never kept of people, and words that show it in the columns of a sheet of another hand.

No kind has a place for it; a sheet that brings such a column is refused whole. Knows no kind and no sheet.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from keys.errors import Text


class Refused(NamedTuple):
    """`words`: Chinese ones count wherever they stand in a heading, Latin ones where a word begins so."""

    what: Text
    words: tuple[str, ...]


def _row(zh: str, en: str, *words: str) -> Refused:
    return Refused(Text(zh, en), tuple(word for line in words for word in line.split()))


# Only words that speak of people: a slope has a risk, a fund has an account, a village has a name.
REFUSED = (
    _row("民族", "ethnicity", "民族 族别 族群 ethnic nationality"),
    _row("宗教信仰", "religion", "宗教 信仰 教派 religio faith belief"),
    _row(
        "政治面貌", "party membership", "政治面貌 党派 是否党员 入党 political_status party_member"
    ),
    _row(
        "证件号码",
        "identity numbers",
        "身份证 证件号 身份号码 公民身份 护照 identity_number id_card id_no id_number passport",
    ),
    _row(
        "个人上访、信访记录", "who petitioned", "上访 访次 信访人 信访次数 信访史 越级 petitioner"
    ),
    _row(
        "户籍和家庭成员",
        "household files",
        "户口 户籍 户号 户主 家庭成员 家庭人口 家庭档案 household hukou family_member",
    ),
    _row("给人打分、评级", "scores of people", "积分 评分 得分 打分 分值 信用 score rating credit"),
    _row("人员等级、稳控", "grades of people", "人员等级 人员风险 稳控 personal_risk threat"),
    _row(
        "重点人员名单",
        "lists of watched people",
        "重点人 重点对象 特殊人 关注人 关注对象 前科 刑满 吸毒 涉毒 邪教 社区矫正 嫌疑",
        "special_person blacklist watch suspect",
    ),
    _row(
        "个人健康状况",
        "health of people",
        "健康状况 病史 病情 诊断 体温 精神病 精神障碍 残疾 patient diagnos health_status disab",
    ),
    _row("评优和标签", "honours and labels", "道德模范 身边好人 文明户 星级户 懒汉 honour idler"),
    _row("个人行踪", "whereabouts of people", "人员定位 轨迹 行踪 gps_trail whereabouts tracking"),
    _row(
        "人脸、指纹、监控视频",
        "biometrics and video",
        "人脸 指纹 虹膜 监控视频 face fingerprint biometric camera",
    ),
    _row("网络账号和言论", "accounts and posts", "微信号 网名 网络账号 舆情 发帖 wechat_id weibo"),
    _row("受助人名单", "helped people", "受助人 受益人 低保户 贫困户 五保户 beneficiar"),
)


def refused(heading: str) -> Refused | None:
    """What a heading asks for that is never kept."""
    said = heading.casefold().replace(" ", "_").replace("-", "_")
    return next((row for row in REFUSED if any(_stands(word, said) for word in row.words)), None)


def _stands(word: str, said: str) -> bool:
    if not word.isascii():
        return word in said
    return re.search(rf"(?<![a-z]){word}", said) is not None
