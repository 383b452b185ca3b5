"""Simulations that begin with a node's real store: nothing real changes, nobody writes for a neighbour."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from node.home import Home
from node.store.database import copy_of
from simulations import oracles
from simulations.errors import NotOurKey
from simulations.homeworld import HomeCopy, HomeWorld, examine, plan_with_home
from simulations.runner import run
from simulations.scenarios import plan_of
from tests.support.clerk import Clerk, carry, copied, found, mulin, settle_in

SHORT = ("--hours", "1")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three townships with a case on which two of them differ."""
    folder = tmp_path_factory.mktemp("three")
    clerks = settle_in(folder, 3)
    found(folder, *clerks)
    one, other, _ = clerks
    case = one.id("case", "new", "--category", "forest_land", "--village", "示范一村")
    carry(*clerks)
    assert one("case", "set", case, "amount_agreed=8000").code == 0
    assert other("case", "set", case, "amount_agreed=9000").code == 0
    carry(*clerks)
    return folder


@pytest.fixture
def clerks(template: Path, tmp_path: Path) -> list[Clerk]:
    return copied(template, tmp_path)


def _all(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time of change and its bytes."""
    return {
        file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in sorted(folder.iterdir())
    }


def _copy(clerk: Clerk) -> HomeCopy:
    home = Home(clerk.folder)
    return examine(*home.copy(), home.identity(None), None)


@pytest.mark.parametrize("scenario", ("cut-off", "died", "restored", "storm"))
def test_not_a_byte_of_the_real_folder_changes(clerks: list[Clerk], scenario: str) -> None:
    clerk = clerks[0]
    before = _all(clerk.folder)
    done = clerk("simulate", "run", scenario, "--hours", "0.5")
    assert done.code == 0, done.out
    assert "项检查全部成立" in done.out
    assert _all(clerk.folder) == before


def test_what_a_running_node_has_not_checkpointed_is_there_too(clerks: list[Clerk]) -> None:
    clerk = clerks[0]
    with clerk.opened() as service:
        [ledger] = service.ledgers.active()
        fields = {"category": "damages", "village": "示范二村"}
        service.create(ledger, "case", fields, "司法所")
        assert (clerk.folder / "ledger.db-wal").stat().st_size > 0
        held = {bytes(e) for (e,) in service.ground.db.rows("SELECT id FROM entries")}
        assert _copy(clerk).entries == held
    assert _copy(clerk).entries == held


def test_a_power_cut_left_a_journal_and_the_copy_knows_it(
    clerks: list[Clerk], tmp_path: Path
) -> None:
    """The journal of a node that died holds what it committed; reading neither loses nor moves it."""
    clerk = clerks[0]
    left = tmp_path / "left"
    left.mkdir()
    with clerk.opened() as service:
        [ledger] = service.ledgers.active()
        fields = {"category": "damages", "village": "示范二村"}
        service.create(ledger, "case", fields, "司法所")
        held = {bytes(e) for (e,) in service.ground.db.rows("SELECT id FROM entries")}
        for name in ("ledger.db", "ledger.db-wal", "township.key"):
            (left / name).write_bytes((clerk.folder / name).read_bytes())
    before = _all(left)
    assert _copy(Clerk(left, "left")).entries == held
    assert _all(left) == before


def test_the_towns_are_those_of_the_ledger_and_only_ours_writes(clerks: list[Clerk]) -> None:
    copy = _copy(clerks[0])
    assert len(copy.places) == 3
    assert copy.places[0][1] == copy.identity.device.id
    plan = plan_with_home(plan_of("lines", 4, 3, 900.0))
    outcome = run(plan, begin=lambda of, quiet: HomeWorld(copy, of, quiet))
    assert outcome.ok, outcome.violations
    assert outcome.figures["writes"] > 0
    assert {event.town for event in outcome.events if event.what == "wrote"} == {0}
    assert outcome.names("en") == list(copy.names)
    assert set(copy.names) == {clerk.name for clerk in clerks}


def test_a_mirror_can_sign_nothing(clerks: list[Clerk]) -> None:
    copy = _copy(clerks[0])
    with HomeWorld(copy, plan_with_home(plan_of("lines", 1, 3, 60.0))) as world:
        world.run(5)
        mirror = world.towns[1]
        assert mirror.identity.township.public == copy.places[1][0]
        with pytest.raises(NotOurKey):
            mirror.identity.device.sign.sign(b"anything")
        fields = {"category": "damages", "village": "示范一村"}
        assert mirror.write("open", lambda s, k: s.create(k, "case", fields, "司法所")) is None
        held = {town.place: town.rows("SELECT count(*) FROM entries") for town in world.towns}
        assert held[0] == held[1] == held[2] == [(len(copy.entries),)]


def test_a_township_settles_there_what_its_neighbour_said(clerks: list[Clerk]) -> None:
    """The neighbours' entries came along, differences and all."""
    copy = _copy(clerks[0])
    with HomeWorld(copy, plan_with_home(plan_of("lines", 1, 3, 60.0))) as world:
        world.run(5)

        def settle(service: object, ledger: object) -> object:
            [conflict] = service.open_conflicts(ledger)  # type: ignore[attr-defined]
            value = conflict.candidates[0].value
            return service.settle(ledger, conflict, value, "司法所", "电话核对")  # type: ignore[attr-defined]

        assert world.towns[0].write("settle", settle) is not None
        assert world.settle() is not None
        assert [town.rows("SELECT count(*) FROM conflicts") for town in world.towns] == [[(0,)]] * 3


def test_an_old_copy_loses_only_what_reached_nobody_and_says_so(clerks: list[Clerk]) -> None:
    done = clerks[0].ask("simulate", "run", "restored", *SHORT)
    assert done["figures"]["gone"] > 0
    told = clerks[0]("simulate", "run", "restored", *SHORT)
    assert f"有 {done['figures']['gone']} 条只存在被换掉的磁盘上" in told.out


@pytest.mark.parametrize("words", (("storm", "--seed", "3"), ("died", "--hours", "0.5")))
def test_what_breaks_is_repeated_on_the_same_store(
    clerks: list[Clerk], words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(oracles.JUDGES, "bounds", lambda _scene: iter(["planted"]))
    done = clerks[0]("simulate", "run", *words)
    assert done.code == 3
    [again] = [line for line in done.out.splitlines() if line.startswith("重现：")]
    repeated = mulin(*shlex.split(again.removeprefix("重现："))[1:], "--lang", "zh")
    assert repeated.out == done.out


def test_the_same_store_and_seed_give_the_same_story(clerks: list[Clerk]) -> None:
    one, other = (clerks[0]("simulate", "run", "died", *SHORT, "--json").raw for _ in range(2))
    assert one == other


def test_the_key_files_passphrase_is_asked_for(tmp_path: Path, template: Path) -> None:
    from keys import keyfile

    clerk = copied(template, tmp_path)[0]
    file = clerk.folder / "township.key"
    identity = keyfile.load(file.read_bytes(), None)
    entropy = os.urandom(keyfile.FILE_ENTROPY_BYTES)
    file.write_bytes(keyfile.dump(identity, "八月十八", entropy))
    words = ("--home", str(clerk.folder), "simulate", "run", "cut-off", *SHORT)
    assert mulin(*words).code == 2
    assert mulin(*words, env={"MULIN_PASSPHRASE": "不对"}).code == 3
    assert mulin(*words, env={"MULIN_PASSPHRASE": "八月十八"}).code == 0


def test_a_home_set_for_other_commands_is_left_alone(clerks: list[Clerk]) -> None:
    done = mulin(
        *("simulate", "run", "cut-off", *SHORT, "--json"), env={"MULIN_HOME": str(clerks[0].folder)}
    )
    assert done.json["plan"]["towns"] == 3
    assert done.raw == mulin("simulate", "run", "cut-off", *SHORT, "--json").raw


@pytest.mark.parametrize(
    ("words", "code"),
    (
        (("run", "hostile-forger"), 2),
        (("run", "chain"), 2),
        (("run", "cut-off", "--nodes", "4"), 2),
        (("run", "cut-off", "-o", "never.json"), 2),
    ),
)
def test_what_does_not_fit_a_real_store_is_one_sentence(
    clerks: list[Clerk], words: tuple[str, ...], code: int
) -> None:
    done = clerks[0]("simulate", *words)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert not Path("never.json").exists()


def test_a_folder_without_a_sound_store_is_one_sentence(
    clerks: list[Clerk], tmp_path: Path
) -> None:
    assert mulin("--home", str(tmp_path / "none"), "simulate", "run", "cut-off").code == 2
    file = clerks[0].folder / "ledger.db"
    for raw in (b"", b"not a database at all" * 100, file.read_bytes()[:5000]):
        file.write_bytes(raw)
        done = clerks[0]("simulate", "run", "cut-off", *SHORT)
        assert (done.code != 0, done.out, done.err.count("\n")) == (True, "", 1), raw[:10]
        assert "MULIN_DEBUG" not in done.err, done.err


def test_a_node_without_a_ledger_is_told_so(tmp_path: Path) -> None:
    [alone] = settle_in(tmp_path, 1)
    done = alone("simulate", "run", "cut-off")
    assert (done.code, done.out) == (3, "")
    assert "还没有已成立的账本" in done.err


def test_a_copied_store_is_whole(clerks: list[Clerk], tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(copy_of(clerks[0].folder / "ledger.db"))
    (clerks[0].folder / "ledger.db").write_bytes((tmp_path / "copy.db").read_bytes())
    assert clerks[0]("verify").code == 0
