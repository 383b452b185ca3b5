"""The faults of running a node: each one sentence for a clerk and an exit code."""

from __future__ import annotations

from crdt.errors import RuleBroken
from keys.errors import Exit, MulinError


class NoHome(MulinError):
    zh = "这里还没有节点。请先运行：mulin init --name 乡镇名 --code 代码"
    en = "There is no node here yet. Run first: mulin init --name NAME --code CODE"
    exit = Exit.USAGE


class HomeTaken(MulinError):
    zh = "这里已经有一个节点，没有改动任何内容。"
    en = "There is a node here already; nothing was changed."


class NotADatabase(MulinError):
    zh = "数据文件损坏或不是本程序的数据文件。请用备份恢复。"
    en = "The data file is damaged or not one of ours. Restore a backup."


class NewerDatabase(MulinError):
    zh = "数据文件来自更新的版本（{found}，本程序只认识 {known}），没有改动。请升级。"
    en = "The data file is newer ({found}; this program knows {known}); nothing was changed. Upgrade."


class NotFound(MulinError):
    zh = "没有找到：{what}"
    en = "Not found: {what}"
    exit = Exit.NOT_FOUND


class ByNewerProgram(MulinError):
    zh = "这条记录是更新的程序写的：已存好、照常转送，升级本程序以后就看得到。"
    en = "A newer program wrote this record: it is kept, passed on, and shown once this one is upgraded."
    exit = Exit.NOT_FOUND


class Ambiguous(MulinError):
    zh = "“{what}”可以指多个：{choices}。请写得更完整。"
    en = '"{what}" could mean several: {choices}. Write more of it.'
    exit = Exit.USAGE


class NoLedger(MulinError):
    zh = "还没有已成立的账本。请先建立或接受一个：mulin ledger new / accept"
    en = "There is no ledger in force yet. Found or accept one first: mulin ledger new / accept"


class SeveralLedgers(MulinError):
    zh = "有多个账本，请用 --ledger 指明：{choices}"
    en = "There are several ledgers; say which with --ledger: {choices}"
    exit = Exit.USAGE


class NotInvited(MulinError):
    zh = "这份邀请里没有本乡镇，或其中的设备不是本机。"
    en = "This invitation does not name this township and device."


class BadInvitation(MulinError):
    zh = "这不是一份有效的账本邀请（{why}）。"
    en = "This is not a valid ledger invitation ({why})."
    exit = Exit.USAGE


class NotYourself(MulinError):
    zh = "这是本乡镇自己的名片，请用其他乡镇的名片。"
    en = "This is your own card; use the cards of other townships."
    exit = Exit.USAGE


class BadAssignment(MulinError):
    zh = "“{what}”应写成 项目=内容，例如 village=示范一村"
    en = '"{what}" should be FIELD=VALUE, for example village=示范一村'
    exit = Exit.USAGE


class WrongKind(MulinError):
    zh = "编号 {id} 不是{wanted}，而是{found}。"
    en = "{id} is not a {wanted} but a {found}."
    exit = Exit.USAGE


class BadAddress(MulinError):
    zh = "地址应写成 主机:端口，例如 127.0.0.1:7711"
    en = "An address is HOST:PORT, for example 127.0.0.1:7711"
    exit = Exit.USAGE


class PortTaken(MulinError):
    zh = "地址 {address} 已被占用，节点没有启动。"
    en = "The address {address} is in use; the node did not start."


class AlreadyRunning(MulinError):
    zh = "这个节点已经在运行（进程 {pid}）。"
    en = "This node is already running (process {pid})."


class Unreachable(MulinError):
    zh = "没有连上：{who}。内容已保存在本机，连上后会自动发送。"
    en = "Could not reach: {who}. Everything is saved here and goes out once connected."
    exit = Exit.UNREACHABLE


class FileTrouble(MulinError):
    zh = "文件无法读写：{what}"
    en = "The file cannot be read or written: {what}"
    exit = Exit.USAGE


class FileExists(MulinError):
    zh = "文件已经存在，没有覆盖：{what}"
    en = "The file exists and was not overwritten: {what}"


class BadBackup(MulinError):
    """What was to be restored is not whole."""

    zh = "这份备份不能用：{why}。没有改动任何内容。"
    en = "This backup cannot be used: {why}. Nothing was changed."


class NotOurBackup(MulinError):
    zh = "这份备份属于另一台设备，与本机的密钥文件不符。没有改动任何内容。"
    en = "This backup is another device's: it does not fit the key file here. Nothing was changed."


class StoreStands(MulinError):
    zh = "这里已有数据，没有改动。要用备份代替它（原来的留在一旁），请加 --replace"
    en = "There is a store here already; nothing was changed. To put the backup in its place (it is kept "
    en += "aside), add --replace"


class KeyFileNeeded(MulinError):
    zh = "这里没有密钥文件，备份里也没有。请用 --key 指明另存的密钥文件。"
    en = "There is no key file here, and none with the backup. Say with --key where its copy is."
    exit = Exit.USAGE


class NotOurselves(MulinError):
    zh = "不能暂停接收本乡镇自己的内容。"
    en = "A township cannot mute itself."
    exit = Exit.USAGE


class MovedMeanwhile(MulinError):
    zh = "刚才有记录又被改动，没有写入任何内容。请再运行一次。"
    en = "A record changed just now; nothing was written. Run it again."


class ReviewSigned(MulinError):
    zh = "这一周的研判已经定稿，不能重新生成。更正请写补充：mulin item add {id} addenda text=…"
    en = "The review of this week is final. Correct it in an addendum: mulin item add {id} addenda text=…"


class Busy(MulinError):
    zh = "数据文件正被另一个程序占用，请稍后再试。没有改动任何内容。"
    en = "Another program holds the data file; try again shortly. Nothing was changed."


class DiskTrouble(MulinError):
    zh = "写入磁盘失败（{why}），没有保存。"
    en = "Writing to disk failed ({why}); nothing was saved."


class DamagedEntry(DiskTrouble):
    """What stands in the data file does not give the entry's id: the disk's fault or somebody's hand."""

    zh = "数据文件中有条目被改动或损坏。请运行：mulin verify，并用备份恢复。"
    en = (
        "An entry in the data file was altered or damaged. Run: mulin verify, and restore a backup."
    )


class Unlinked(MulinError):
    """A run that continues nothing we hold."""

    zh = "收到的条目接不上已有的日志。"
    en = "The entries do not continue a log we hold."


class LogFull(MulinError):
    """A log's waiting room or its number of branches is at its limit."""

    zh = "这份日志等待处理的条目过多，暂不接收。"
    en = "Too many entries of this log are waiting; no more are taken for now."


class Muted(LogFull):
    """Of this device nothing new is taken here for now."""

    zh = "本机暂不接收这台设备的新内容。"
    en = "Nothing new of this device is taken here for now."


class ItemsOpen(RuleBroken):
    code = "items-open"
    zh = "“{field}”里还有 {n} 项没有办，也没有写明理由：mulin item edit"
    en = '{n} items of "{field}" are neither done nor explained: mulin item edit'
    exit = Exit.USAGE


class GradeUnexplained(RuleBroken):
    code = "grade-unexplained"
    zh = "“{field}”要有理由：填写“{why}”，或者用 --reason"
    en = '"{field}" needs its reason: fill in "{why}", or give --reason'
    exit = Exit.USAGE


class OnlyItsOwner(RuleBroken):
    code = "only-its-owner"
    zh = "“{state}”只能由登记的乡镇写明：{who}。"
    en = '"{state}" is stated by the township that entered it: {who}.'


class ReasonNeeded(RuleBroken):
    code = "reason-needed"
    zh = "请用 --reason 写明原因。"
    en = "Say why with --reason."
    exit = Exit.USAGE


class AnswerNeeded(MulinError):
    zh = "请选择一种：--take 乡镇、--value 内容 或 --keep-both。"
    en = "Choose one: --take TOWNSHIP, --value VALUE or --keep-both."
    exit = Exit.USAGE


class CannotRebuild(MulinError):
    """The engine fails on a record's entries: a fault of this program, not of the record's authors."""

    zh = "记录 {id} 无法还原，条目都还在。请运行：mulin verify"
    en = "Record {id} cannot be rebuilt; its entries are all kept. Run: mulin verify"


class NotConfirmed(MulinError):
    zh = "没有确认指纹，账本没有接受。"
    en = "The fingerprints were not confirmed; the ledger was not accepted."


class CannotSettleHere(MulinError):
    zh = "{who}在这里没有说过，不能采用它的。"
    en = "{who} has said nothing here; it cannot be taken."


class WrongFingerprint(MulinError):
    zh = "指纹不一致。"
    en = "The fingerprints differ."


class NotAsTold(MulinError):
    """The demonstration found something that is not as it tells."""

    zh = "演示没有成功：{why}"
    en = "The demonstration failed: {why}"


class NotAMember(MulinError):
    zh = "本机不是这个账本的成员设备，不能在里面写。"
    en = "This device is not a member's in this ledger; it cannot write in it."


class KeyMissing(MulinError):
    zh = "还没有收到这个账本现在的密钥。请先与任一成员联通一次，再试。"
    en = "The present key of this ledger has not come yet. Meet any member once, then try again."


class AlreadyMember(MulinError):
    zh = "这个乡镇已经是成员。"
    en = "This township is a member already."


class TooFewMembers(MulinError):
    zh = "账本里只剩一个成员，不能移出。"
    en = "There is only one member left; it cannot be removed."


class RoundClosed(MulinError):
    zh = "这项提议所在的一轮已经结束。请看 mulin members list，再就现在的提议表决。"
    en = "The round of this proposal is over. See `mulin members list` and vote on what is proposed now."


class RulesTooNew(MulinError):
    zh = "这项提议要大家都认识第 {version} 版，本程序只认识到第 {known} 版，没有表决。请先升级。"
    en = "It wants all to know version {version}; this program knows {known}: not voted. Upgrade first."


class VotedAlready(MulinError):
    zh = "本乡镇在这一轮已经表决过。一轮一票，不能改。"
    en = "This township has voted in this round. One vote a round; it cannot be changed."


class NotAsAnnounced(MulinError):
    zh = "这项提议里有乡镇的设备和它自己公布的不一样，没有表决。请先联通各方，再请提议人重新提出。"
    en = "It names devices that a township did not announce: not voted. Meet all, then have it proposed anew."


class ConsentMissing(MulinError):
    zh = "新成员还没有同意加入。请先把邀请文件给他们：mulin ledger accept"
    en = "The newcomer has not consented yet. Give them the invitation first: mulin ledger accept"


class KeyNotGranted(MulinError):
    zh = "这项提议没有给本机新的账本密钥，赞成以后会看不到内容，所以没有表决。请让提议人重新提出。"
    en = "The proposal does not give this device the new key of the ledger: not voted. Have it proposed anew."


class NoHeir(MulinError):
    zh = "还没有为这个账本发起继任账本。请用 --with 给出继续参加的乡镇的名片。"
    en = "No successor of this ledger was proposed here. Give the cards of those who go on with --with."
    exit = Exit.USAGE


class HeirNotInForce(MulinError):
    zh = "继任账本还没有成立：还有成员没有签字。成立以后再运行一次，记录就会转入。"
    en = "The successor is not in force: signatures are missing. Run this again then to bring records over."


class NotQuarantined(MulinError):
    zh = "没有这条被隔离的记录：{what}"
    en = "No quarantined entry begins so: {what}"
    exit = Exit.NOT_FOUND


class ForeignBundle(MulinError):
    zh = "这个交换包属于本乡镇没有接受过的账本；没有收下任何内容。"
    en = "This bundle is about a ledger that this township has not accepted; nothing was taken."


class StrangeMaker(MulinError):
    zh = "做这个交换包的设备不是账本成员；没有收下任何条目。"
    en = "The device that made this bundle is no member of the ledger; no entry was taken."


class BundleMissing(MulinError):
    zh = "前一个交换包还没有导入：{n} 份日志接不上，没有收下；其余的已收下。"
    en = "The bundle before this one is missing: {n} logs do not link and were left; all else was taken."


class BundleRefused(MulinError):
    """A run or founding in it does not verify: its maker's fault."""

    zh = "交换包里有一段通不过核验（{why}）；只收下了那之前的内容。"
    en = "Something in the bundle does not verify ({why}); only what stands before it was taken."


class NobodyElse(MulinError):
    zh = "没有别的设备可以收这个交换包。"
    en = "There is no other device to receive this bundle."
    exit = Exit.USAGE


class NotInForce(MulinError):
    zh = "账本还没有成立：还有成员没有签字；没有收下任何条目。"
    en = "The ledger is not in force: signatures are missing; no entry was taken."


class PlaceTrouble(MulinError):
    """`where`: the address without what is secret in it."""

    zh = "交换文件夹 {where} 用不了（{why}）。"
    en = "The drop folder {where} cannot be used ({why})."
    exit = Exit.UNREACHABLE


class FileGone(PlaceTrouble):
    """Somebody removed it since it was listed."""


class DriverMissing(MulinError):
    zh = "本机没有 {scheme}:// 的驱动，请先安装：pip install {package}"
    en = "The driver for {scheme}:// is missing; install it: pip install {package}"
    exit = Exit.USAGE


class BadPlace(MulinError):
    zh = "这不是能用的文件夹地址：{where}"
    en = "This is no address of a folder that can be used: {where}"
    exit = Exit.USAGE


class PlaceKnown(MulinError):
    zh = "这个交换文件夹已经在用：{where}"
    en = "This drop folder is in use already: {where}"


class NoPlaces(MulinError):
    zh = "还没有交换文件夹。请先添加：mulin drop add 地址"
    en = "There is no drop folder yet. Add one first: mulin drop add URL"
    exit = Exit.USAGE
