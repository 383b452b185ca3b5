"""Copied folders, disks set back, machines started anew: the own log goes on only where it is whole."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crdt.entry import EntryId, EntryType
from keys import limits
from node import installation, writing
from node.ground import HighWater
from node.home import Home
from node.whereabouts import Doubt, Whereabouts
from tests.support.cores import Net
from tests.support.townships import Town, agree, exchange, give, together

pytestmark = pytest.mark.usefixtures("one_version")

OFFICE, LAPTOP = "office", "laptop"


def at(town: Town, place: str, boot: str) -> None:
    """The town's store finds itself there from now on."""
    town.where = town.service.ground.whereabouts = Whereabouts(place, boot)


def placed(count: int, folder: Path | None = None) -> list[Town]:
    made = together(count, folder)
    for town in made:
        at(town, OFFICE, "1")
    return made


def image(town: Town) -> dict[str, bytes]:
    """Everything in the town's folder, mark and all."""
    assert town.folder is not None
    town.close()
    found = {f.name: f.read_bytes() for f in town.folder.iterdir() if f.suffix != ".lock"}
    town.open(HighWater())
    return found


def put_back(town: Town, files: dict[str, bytes]) -> None:
    """The whole disk is as it was; the machine starts anew with it."""
    assert town.folder is not None and town.where is not None  # noqa: PT018
    town.close()
    shutil.rmtree(town.folder)
    town.folder.mkdir()
    for name, data in files.items():
        (town.folder / name).write_bytes(data)
    town.where = Whereabouts(town.where.place, f"after {town.lives}")
    town.open(HighWater())


# --- a copied folder -------------------------------------------------------------------------


def test_a_copied_folder_writes_a_log_of_its_own_and_so_neither_forks(tmp_path: Path) -> None:
    """One key on two machines that know nothing of each other, both writing, in the same minute."""
    one, other, third = placed(3, tmp_path)
    record = one.create()
    exchange(one, other, third)
    files = image(one)
    twin_folder = tmp_path / "copy"
    twin_folder.mkdir()
    for name, data in files.items():
        (twin_folder / name).write_bytes(data)
    twin = Town("a", twin_folder, lives=7, where=Whereabouts(LAPTOP, "1"))
    one.say(record, amount_claimed="5")
    twin.say(record, amount_claimed="6")
    assert one.service.writing.reopened is None
    assert twin.service.writing.reopened is Doubt.COPIED
    give(one, other)
    give(twin, third)
    exchange(other, third)
    exchange(one, twin, other, third)
    agree(one, twin, other, third)
    assert [town.forks() for town in (one, twin, other, third)] == [0] * 4
    conflicts = other.service.open_conflicts(other.ledger)
    assert [len(c.candidates) for c in conflicts] == [2], "what they said is settled by people"


def test_the_new_log_cites_the_last_entry_known_of_the_old_one(tmp_path: Path) -> None:
    one, _ = placed(2, tmp_path)
    record = one.create()
    before = one.service.writing.own_tip(one.ledger)
    at(one, LAPTOP, "1")
    entry = one.service.change(one.ledger, record, {"urgency": "red"}, "司法所", "现场核对")
    opening = one.service.ground.log.entry(EntryId(entry.header.prev or b""))
    assert opening is not None and before is not None  # noqa: PT018
    assert opening.header.type == EntryType.OPEN
    assert opening.header.parents == (before[2][1],)
    one.say(record, difficulty="complex")
    assert len(one.own_logs()) == 2, "one new log, not one a write"


# --- the folder's mark -----------------------------------------------------------------------


def folder_with_mark(folder: Path) -> Home:
    folder.mkdir()
    home = Home(folder)
    home.whereabouts()
    return home


@pytest.mark.parametrize(
    "copy", (shutil.copytree, lambda a, b: shutil.copytree(a, b, symlinks=True))
)
def test_a_copy_of_a_folder_is_another_place(tmp_path: Path, copy: Callable[..., object]) -> None:
    home = folder_with_mark(tmp_path / "a")
    copy(home.folder, tmp_path / "b")
    assert Home(tmp_path / "b").whereabouts().place != home.whereabouts().place


def test_a_folder_that_is_moved_is_the_same_place(tmp_path: Path) -> None:
    home = folder_with_mark(tmp_path / "a")
    before = home.whereabouts()
    home.folder.rename(tmp_path / "b")
    assert Home(tmp_path / "b").whereabouts() == before


def test_files_copied_back_over_those_in_place_are_another_place(tmp_path: Path) -> None:
    home = folder_with_mark(tmp_path / "a")
    shutil.copytree(home.folder, tmp_path / "b")
    before = home.whereabouts()
    shutil.copytree(tmp_path / "b", home.folder, dirs_exist_ok=True)
    assert home.whereabouts().place != before.place


def test_another_machine_is_another_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = folder_with_mark(tmp_path / "a")
    before = home.whereabouts()
    (tmp_path / "id").write_text("another machine")
    monkeypatch.setattr(installation, "_MACHINE_IDS", (str(tmp_path / "id"),))
    assert home.whereabouts().place != before.place


def test_a_system_that_tells_nothing_still_knows_its_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_BOOT_ID", "/nowhere")
    monkeypatch.setattr(installation, "_MACHINE_IDS", ())
    assert installation.boot() == installation.boot() != ""


# --- a machine started anew ------------------------------------------------------------------


def test_after_a_start_without_a_neighbour_a_new_log_begins_once(tmp_path: Path) -> None:
    one, _ = placed(2, tmp_path)
    record = one.create()
    for boot in ("2", "3"):
        at(one, OFFICE, boot)
        one.reopen()
        one.say(record, amount_claimed=boot)
        assert one.service.writing.reopened is Doubt.BOOTED
        one.say(record, amount_agreed=boot)
        one.reopen()
        one.say(record, party_count=boot)
    assert len(one.own_logs()) == 3


def met(*towns: Town, apart: tuple[tuple[str, str], ...] = ()) -> Net:
    """Their nodes run until nothing moves any more."""
    net = Net(list(towns))
    net.unreachable = {pair for a, b in apart for pair in ((a, b), (b, a))}
    net.start()
    net.run(30.0)
    return net


def test_once_all_neighbours_are_met_the_log_goes_on() -> None:
    one, other, third = placed(3)
    record = one.create()
    met(one, other, third)
    at(one, OFFICE, "2")
    met(one, other, third)
    one.say(record, amount_claimed="5")
    assert one.service.writing.reopened is None
    assert len(one.own_logs()) == 1


def test_some_of_the_neighbours_are_not_enough() -> None:
    one, other, third = placed(3)
    record = one.create()
    met(one, other, third)
    at(one, OFFICE, "2")
    met(one, other, third, apart=(("a", "c"),))
    one.say(record, amount_claimed="5")
    assert one.service.writing.reopened is Doubt.BOOTED


def test_one_after_the_other_is_not_enough() -> None:
    """Between the two meetings an entry may travel from who is asked later to who was asked before."""
    one, other, third = placed(3)
    record = one.create()
    met(one, other, third)
    at(one, OFFICE, "2")
    net = Net([one, other, third])
    net.unreachable = {("a", "c"), ("c", "a")}
    net.start()
    net.run(5.0)
    net.stop("b")
    net.unreachable = set()
    net.dial_now("a", "c")
    net.run(30.0)
    one.say(record, amount_claimed="5")
    assert one.service.writing.reopened is Doubt.BOOTED


def test_a_disk_set_back_with_its_mark_never_forks(tmp_path: Path) -> None:
    """Nobody near; then only who knows nothing; and what was lost comes back."""
    one, other, third = placed(3, tmp_path)
    record = one.create()
    exchange(one, other, third)
    files = image(one)
    one.say(record, amount_claimed="5")
    give(one, third)
    put_back(one, files)
    net = met(one, other)
    one.say(record, amount_claimed="6")
    assert one.service.writing.reopened is Doubt.BOOTED
    net.stop("a")
    exchange(one, other, third)
    agree(one, other, third)
    assert [town.forks() for town in (one, other, third)] == [0] * 3
    assert len(one.service.open_conflicts(one.ledger)) == 1, "5 and 6 both stand"


def test_who_knows_more_is_heard_and_the_log_ends(tmp_path: Path) -> None:
    one, other = placed(2, tmp_path)
    record = one.create()
    exchange(one, other)
    files = image(one)
    one.say(record, amount_claimed="5")
    give(one, other)
    put_back(one, files)
    net = met(one, other)
    assert net.said("a", "behind")
    one.say(record, amount_claimed="6")
    assert one.service.writing.reopened is Doubt.OLDER
    exchange(one, other)
    assert one.forks() == other.forks() == 0
    agree(one, other)


def test_what_only_a_copy_of_the_folder_holds_forks_in_the_open(tmp_path: Path) -> None:
    """The copy was made, then the disk set back: no neighbour knows what the copy will send one day."""
    one, other, third = placed(3, tmp_path)
    record = one.create()
    exchange(one, other, third)
    files = image(one)
    one.say(record, amount_claimed="5")
    twin_folder = tmp_path / "copy"
    twin_folder.mkdir()
    for name, data in image(one).items():
        (twin_folder / name).write_bytes(data)
    put_back(one, files)
    met(one, other, third)
    one.say(record, amount_claimed="6")
    assert one.service.writing.reopened is None, "nobody who was asked knows more"
    twin = Town("a", twin_folder, lives=7, where=Whereabouts(LAPTOP, "1"))
    exchange(one, twin, other, third)
    assert [town.forks() for town in (other, third)] == [1, 1], "and there is proof"
    agree(one, twin, other, third)
    assert len(other.service.open_conflicts(other.ledger)) == 1, "nothing is lost"


# --- the bound -------------------------------------------------------------------------------


def test_restarts_never_use_up_the_logs_that_others_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOGS_PER_DEVICE", 10)
    monkeypatch.setattr(writing, "LOGS_KEPT_FREE", 6)
    one, other = placed(2, tmp_path)
    record = one.create()
    for boot in range(2, 12):
        at(one, OFFICE, str(boot))
        one.say(record, amount_claimed=str(boot))
    assert len(one.own_logs()) == 4, "from then on the newest log goes on"
    at(one, LAPTOP, "12")
    one.say(record, amount_claimed="100")
    assert len(one.own_logs()) == 5, "a copy is certain and always has a log"
    exchange(one, other)
    agree(one, other)


def test_the_logs_of_all_members_fit_one_vector() -> None:
    most = limits.LOGS_PER_LEDGER // 2 // limits.DEVICES_PER_LEDGER
    assert most >= 8
    assert limits.DEVICES_PER_LEDGER * most <= limits.LOGS_PER_LEDGER // 2
    assert 0 < limits.LOGS_KEPT_FREE < limits.LOGS_PER_DEVICE


def test_every_doubt_is_one_sentence_in_both_languages() -> None:
    for doubt, lang in itertools.product(Doubt, ("zh", "en")):
        said = doubt.value.say(lang)
        assert said.endswith("。" if lang == "zh" else ".")
        assert len(said) > 20
