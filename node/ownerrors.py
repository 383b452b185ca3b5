"""The faults of a township's own keys and of its turn in the chair: a sentence and an exit code each."""

from __future__ import annotations

from keys.errors import Exit, MulinError


class NotTheTownshipKey(MulinError):
    zh = "本机没有乡镇的密钥，只有持有它的那台设备能增减设备、设恢复密钥。"
    en = "This device does not hold the township's key; only the one that does may change devices and keys."


class DeviceKnown(MulinError):
    zh = "名片上的设备已经在这个账本里了，或者没有新设备。"
    en = "The device on this card is in the ledger already, or there is none on it."


class NotOwnDevice(MulinError):
    zh = "没有这台本乡镇的设备：{what}。请看 mulin device list"
    en = "No device of this township begins so: {what}. See: mulin device list"
    exit = Exit.NOT_FOUND


class ThisDevice(MulinError):
    zh = "不能停用正在使用的这台设备。"
    en = "The device that you are using cannot be revoked from itself."


class RecoveryKeyStands(MulinError):
    zh = "各账本里都已经有恢复密钥，没有改动。用过一次以后会换成新的。"
    en = "There is a recovery key in every ledger already; nothing was changed. Using it brings a new one."


class RecoveryKeyUnknown(MulinError):
    zh = "这把恢复密钥不属于这里任何账本的成员，没有改动任何内容。"
    en = "No member of any ledger here promised this recovery key; nothing was changed."


class RekeyTooEarly(MulinError):
    zh = "更换密钥的提议要公示 {days} 天，还差 {left} 天才能赞成；这期间请当面核实。"
    en = "New keys are announced for {days} days: agree in {left} days, having met them in person."


class RekeyVetoed(MulinError):
    zh = "提议以后，原来的密钥又写过内容，更换不能进行：原来的设备还在使用。"
    en = "The old keys have written since the proposal: they are in use, and are not replaced."


class SheetsDoNotFit(MulinError):
    zh = "这些分存单拼不出恢复密钥：{why}"
    en = "These sheets do not give a recovery key: {why}"
    exit = Exit.USAGE


class BadQuarter(MulinError):
    zh = "季度应写成 2026Q1 这样：{what}"
    en = "A quarter is written like 2026Q1: {what}"
    exit = Exit.USAGE


class NotYourTerm(MulinError):
    zh = "{quarter} 不由本乡镇轮值，而由{who}。要对调请用 mulin chair swap"
    en = "{quarter} is not this township's turn but {who}'s. To change that: mulin chair swap"


class NoTermToSwap(MulinError):
    zh = "{quarter} 既不轮到本乡镇，也不轮到{who}，不能这样对调。"
    en = "{quarter} is the turn of neither this township nor {who}; it cannot be swapped so."
