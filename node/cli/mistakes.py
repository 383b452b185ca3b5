"""What can be typed wrongly, each as one sentence; click's own faults become ours. Knows no command."""

from __future__ import annotations

import click

from keys.errors import Exit, MulinError, Text


class Mistyped(MulinError):
    """Root of the faults of a command's own words."""

    exit = Exit.USAGE


class NoSuchOption(Mistyped):
    zh = "没有“{what}”这个选项{close}。用法见：{path} --help"
    en = 'There is no option "{what}"{close}. See: {path} --help'


class NoSuchCommand(Mistyped):
    zh = "没有“{what}”这个命令{close}。用法见：{path} --help"
    en = 'There is no command "{what}"{close}. See: {path} --help'


class CommandMissing(Mistyped):
    zh = "“{what}”后面还要写一个命令。"
    en = '"{what}" needs a command after it.'


class ParameterMissing(Mistyped):
    zh = "还缺：{what}。用法见：{path} --help"
    en = "Missing: {what}. See: {path} --help"


class BadParameter(Mistyped):
    zh = "“{what}”填写不对：{why}"
    en = '"{what}" is not right: {why}'


class OptionNeedsValue(Mistyped):
    zh = "选项 {what} 后面要写内容。"
    en = "The option {what} needs a value after it."


class OptionTakesNoValue(Mistyped):
    zh = "选项 {what} 后面不带内容。"
    en = "The option {what} takes no value."


class Surplus(Mistyped):
    zh = "“{what}”是多余的；内容里有空格时请加引号。"
    en = '"{what}" is one word too many; put quotes round a value that holds blanks.'


class OneOfTwo(Mistyped):
    zh = "{one} 和 {two} 要写一个，也只能写一个。"
    en = "Give one of {one} and {two}, and only one."


class Misused(Mistyped):
    zh = "命令写得不对。用法见：{path} --help"
    en = "The command is not right. See: {path} --help"


class ChoosePassphrase(Mistyped):
    zh = "请给密钥文件设口令：在终端输入或设置 MULIN_PASSPHRASE；不要口令请加 --no-passphrase。"
    en = "Give the key file a passphrase: type it or set MULIN_PASSPHRASE; --no-passphrase does without."


class PassphrasesDiffer(Mistyped):
    zh = "两次输入的口令不一样，没有建立节点。"
    en = "The two passphrases differ; no node was made."


class NoSuchSetting(Mistyped):
    zh = "没有“{what}”这项设置。可用：{known}"
    en = 'There is no setting "{what}". Known: {known}'


class SameCardTwice(Mistyped):
    zh = "{who}的名片给了两次。"
    en = "The card of {who} was given twice."


class GraphNeedsRecord(Mistyped):
    zh = "--graph 要写明是哪条记录：mulin log --graph 编号"
    en = "--graph draws one record; name it: mulin log --graph ID"


class BinaryToTerminal(Mistyped):
    zh = "这种格式不能显示在终端里，请用 -o 写明文件。"
    en = "This format is no text for a terminal; name a file with -o."


class NotYetEqual(MulinError):
    """`sync --wait` ran out of time."""

    zh = "时间到了，还没有与这些乡镇一致：{who}。内容已保存在本机，连上后会自动发送。"
    en = "Time is up; not equal yet: {who}. Everything is saved here and goes out once connected."
    exit = Exit.UNREACHABLE


class ExtensionBroken(MulinError):
    """A command that another package brings and that does not load."""

    zh = "命令“{what}”装得不完整，用不了（{why}）。请重新安装带来它的软件包。"
    en = 'The command "{what}" is installed but does not load ({why}). Install its package again.'


class Faulty(MulinError):
    """Our own fault: something that no sentence was written for."""

    zh = "程序内部出错（{what}），请告诉维护人员。设置 MULIN_DEBUG=1 再运行一次可以看到详情。"
    en = (
        "The program itself failed ({what}); tell its maintainers. MULIN_DEBUG=1 shows the details."
    )


def explain(fault: click.UsageError) -> MulinError:
    """Our sentence for what click found wrong."""
    path = fault.ctx.command_path if fault.ctx else "mulin"
    match fault:
        case click.NoSuchOption():
            close = _close(fault.possibilities)
            return NoSuchOption(what=fault.option_name[:40], close=close, path=path)
        case click.exceptions.NoSuchCommand():
            close = _close(fault.possibilities)
            return NoSuchCommand(what=fault.command_name[:40], close=close, path=path)
        case click.MissingParameter():
            return ParameterMissing(what=_name(fault.param), path=path)
        case click.BadParameter():
            return BadParameter(what=_name(fault.param), why=_why(fault))
        case click.BadOptionUsage():
            flag = any(p.is_flag for p in _options(fault) if fault.option_name in p.opts)
            return (OptionTakesNoValue if flag else OptionNeedsValue)(what=fault.option_name[:40])
        case _:
            return Misused(path=path)


def _options(fault: click.BadOptionUsage) -> list[click.Option]:
    params = fault.ctx.command.get_params(fault.ctx) if fault.ctx else []
    return [p for p in params if isinstance(p, click.Option)]


def _close(found: list[str] | None) -> Text:
    if not found:
        return Text("", "")
    return Text(f"，是不是 {found[0]}？", f"; did you mean {found[0]}?")


def _name(param: click.Parameter | None) -> Text:
    """An option as it is typed, an argument by its name in each language."""
    label = getattr(param, "label", None)
    if isinstance(label, Text):
        return label
    shown = "?" if param is None else " / ".join(param.opts)
    return Text(shown, shown)


def _why(fault: click.BadParameter) -> Text:
    of = None if fault.param is None else fault.param.type
    match of:
        case click.Choice():
            known = [str(c) for c in of.choices]
            return Text("只能是 " + "、".join(known), "one of " + ", ".join(known))
        case click.IntRange() | click.FloatRange():
            if of.max is None:
                return Text(f"应为不小于 {of.min} 的数", f"a number not under {of.min}")
            return Text(f"应为 {of.min} 到 {of.max} 的数", f"a number from {of.min} to {of.max}")
        case _:
            return Text("看不懂", "it cannot be read")
