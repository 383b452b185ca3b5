"""The root of every foreseen fault, and the faults of this folder.

A foreseen fault is a class with one sentence for a clerk in both languages and an exit code. The
sentence may name a field, a limit or an id, never a person's name or a secret. Knows no ledger.
"""

from __future__ import annotations

import enum
from typing import ClassVar


class Exit(enum.IntEnum):
    """Exit codes of every command, declared here and nowhere else."""

    DONE = 0
    NOT_FOUND = 1
    USAGE = 2
    REFUSED = 3
    CONFLICTS = 4
    UNREACHABLE = 5


class MulinError(Exception):
    """Root of all our faults. `zh` and `en` are templates filled from keyword arguments."""

    zh: ClassVar[str] = "出现问题。"
    en: ClassVar[str] = "Something went wrong."
    exit: ClassVar[Exit] = Exit.REFUSED

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.en.format(**facts))

    def say(self, lang: str) -> str:
        """The sentence in `lang` ("zh" or "en"); facts that are texts in both languages are chosen too."""
        template = self.zh if lang == "zh" else self.en
        chosen = {k: v.say(lang) if isinstance(v, Text) else v for k, v in self.facts.items()}
        return template.format(**chosen)


class Text(tuple[str, str]):
    """A text in both languages: (中文, English)."""

    __slots__ = ()

    def __new__(cls, zh: str, en: str) -> Text:
        return super().__new__(cls, (zh, en))

    def say(self, lang: str) -> str:
        return self[0] if lang == "zh" else self[1]

    def __str__(self) -> str:
        return self[1]


class NotCanonical(MulinError):
    """Bytes that are not the one canonical encoding of a permitted value."""

    zh = "数据不是规定的编码（{why}）。"
    en = "The data is not in the canonical encoding ({why})."


class WeakKey(MulinError):
    zh = "这个公钥不安全或格式不对，不能使用。"
    en = "This public key is weak or malformed and is refused."


class BadSignature(MulinError):
    zh = "签名不对（{what}）。"
    en = "The signature does not verify ({what})."


class BadCard(MulinError):
    zh = "这不是一张有效的乡镇名片（{why}）。"
    en = "This is not a valid township card ({why})."
    exit = Exit.USAGE


class BadKeyFile(MulinError):
    zh = "密钥文件损坏或不是本程序的密钥文件。"
    en = "The key file is damaged or not one of ours."


class WrongPassphrase(MulinError):
    zh = "口令不对，密钥文件没有打开。"
    en = "Wrong passphrase; the key file stays closed."


class PassphraseNeeded(MulinError):
    zh = "密钥文件有口令保护：请设置 MULIN_PASSPHRASE 或在提示时输入。"
    en = "The key file is protected: set MULIN_PASSPHRASE or type the passphrase when asked."
    exit = Exit.USAGE


class BadRecoveryKey(MulinError):
    """Says where, and never what was typed."""

    zh = "恢复密钥不对：{why}。请对照纸上的数字。"
    en = "This is not a recovery key: {why}. Compare with the digits on paper."
    exit = Exit.USAGE


class CannotOpen(MulinError):
    """A sealed thing that this key does not open, or that was changed."""

    zh = "密文打不开：密钥不符或内容被改动。"
    en = "The sealed data does not open: wrong key, or it was altered."


class BadCode(MulinError):
    zh = "行政区划代码应为 9 位或 12 位数字。"
    en = "A place code is 9 or 12 digits."
    exit = Exit.USAGE


class BadName(MulinError):
    zh = "名称不能为空、不能超过 {limit} 个字，也不能含控制字符。"
    en = "A name must not be empty, longer than {limit} characters, or hold control characters."
    exit = Exit.USAGE
