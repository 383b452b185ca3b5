"""Machines rolled back and folders copied: stories with the fixtures, told on lines that come and go."""

from __future__ import annotations

from simulations.sim import Sim


def finished(sim: Sim) -> None:
    assert sim.finish() == ()


def forks(sim: Sim) -> int:
    return sum(event.what == "fork" for event in sim.world.trace.events)


def test_a_machine_rolled_back_while_online_hears_of_it_or_begins_anew() -> None:
    with Sim("rolled back online") as sim:
        a, b, _ = sim.towns
        case = a.open_case()
        sim.run(20)
        sim.snapshot(a)
        a.say(case, amount_agreed="8000")
        sim.run(20)
        sim.rollback(a)
        a.say(case, amount_agreed="9000")
        sim.run(60)
        finished(sim)
        assert forks(sim) == 0
        assert b.conflicts(case), "8000 was not forgotten by those who had it"


def test_a_machine_rolled_back_while_offline_writes_a_log_of_its_own() -> None:
    with Sim("rolled back offline") as sim:
        a, b, c = sim.towns
        case = a.open_case()
        sim.run(20)
        sim.snapshot(a)
        a.say(case, amount_agreed="8000")
        sim.run(20)
        sim.do("split", groups=[[0], [1, 2]])
        sim.rollback(a)
        a.say(case, amount_agreed="9000")
        sim.run(600)
        finished(sim)
        assert forks(sim) == 0
        assert b.conflicts(case) == c.conflicts(case) != {}


def test_a_folder_copied_to_another_machine_and_back_again() -> None:
    with Sim("copied") as sim:
        a, b, _ = sim.towns
        case = a.open_case()
        sim.run(20)
        sim.do("split", groups=[[0], [1, 2]])
        sim.copy(a, "laptop")
        a.say(case, amount_agreed="8000")
        sim.swap(a, "office")
        a.say(case, amount_agreed="9000")
        sim.do("heal")
        sim.run(60)
        sim.swap(a, "laptop")
        sim.run(60)
        finished(sim)
        assert forks(sim) == 0
        assert b.conflicts(case), "both machines were heard"


def test_restarts_with_the_neighbours_near_cost_no_log() -> None:
    with Sim("restarts") as sim:
        a, _, _ = sim.towns
        case = a.open_case()
        for n in range(5):
            sim.run(60)
            sim.crash(a)
            sim.restart(a)
            sim.run(120)
            a.say(case, amount_agreed=str(1000 + n))
        finished(sim)
        town = sim.world.towns[0]
        rows = town.rows("SELECT count(*) FROM logs WHERE device=?", bytes(town.device))
        assert rows == [(1,)]
