"""Second implementation: shapes of operations, rules, and what an entry does. From protocol/SPEC.md."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Any

from tests.second.cbor import Value
from tests.second.entries import Content
from tests.second.keys import refused
from tests.second.record import KINDS, Applied, Record, Scalar, differ

NAME = "[a-z][a-z0-9_]{0,39}"
ITEM = r"[0-9a-f]{32}\.(?:0|[1-9][0-9]{0,2})"
KEY = re.compile(f"{NAME}(?:/[a-z0-9_]{{1,64}}|/{ITEM}/{NAME})?")


class Void(Exception):
    """A rule is broken; the code says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def need(holds: object, code: str) -> None:
    if not holds:
        raise Void(code)


# --- shapes -----------------------------------------------------------------------------------


def check_shapes(operations: list[Value]) -> None:
    need(operations, "operation")
    need(len(operations) <= 512, "too-much")
    for operation in operations:
        _check_shape(operation)
    listed: list[list[Any]] = [o for o in operations if isinstance(o, list)]
    need(all(o[0] != "create" for o in listed[1:]), "operation")
    named = [o[1] for o in listed if o[0] in ("set", "text", "keep")]
    need(len(named) == len(set(named)), "operation")


def _check_shape(operation: Value) -> None:
    match operation:
        case ["create", str() as kind]:
            need(re.fullmatch(NAME, kind), "operation")
        case ["set", str() as key, value, list() as cites]:
            need(KEY.fullmatch(key) and not isinstance(value, list), "operation")
            _check_size(value)
            _check_cites(cites)
        case ["add", str() as collection, list() as fields]:
            need(re.fullmatch(NAME, collection) and fields, "operation")
            for item in fields:
                need(isinstance(item, list) and len(item) == 2, "operation")
                name, value = item if isinstance(item, list) else (None, None)
                need(isinstance(name, str) and re.fullmatch(NAME, name), "operation")
                need(value is not None and not isinstance(value, list), "operation")
                _check_size(value)
            names = [str(item[0]) for item in fields if isinstance(item, list)]
            need(names == sorted(set(names)), "operation")
        case ["text", str() as key, list() as hunks]:
            need(KEY.fullmatch(key) and 1 <= len(hunks) <= 64, "operation")
            _check_hunks(hunks)
        case ["keep", str() as key, list() as cites]:
            need(KEY.fullmatch(key) and cites, "operation")
            _check_cites(cites)
        case _:
            raise Void("operation")


def _check_size(value: Value) -> None:
    need(not isinstance(value, (str, bytes)) or len(value) <= 16384, "too-much")


def _check_cites(cites: list[Value]) -> None:
    ids = [c for c in cites if isinstance(c, bytes) and len(c) == 32]
    need(len(ids) == len(cites) <= 2000 and ids == sorted(set(ids)), "operation")


def _check_hunks(hunks: list[Value]) -> None:
    end = -1
    for hunk in hunks:
        match hunk:
            case [int() as at, int() as drop, str() as new] if not (
                isinstance(at, bool) or isinstance(drop, bool)
            ):
                need(at > end and drop >= 0 and (drop or new), "operation")
                end = at + drop
            case _:
                raise Void("operation")


# --- types ------------------------------------------------------------------------------------


def known_by(schema: int, of: dict[str, Any]) -> dict[str, Any]:
    """A type without the codes, moves and parts that came with a later schema."""
    since = of.get("since", {})
    late = {tuple(move) for *move, n in of.get("moves_since", ()) if n > schema}
    found = dict(of)
    if "codes" in of:
        found["codes"] = [code for code in of["codes"] if since.get(code, 1) <= schema]
    if "moves" in of:
        found["moves"] = {
            s: [t for t in of["moves"][s] if t in found["codes"] and (s, t) not in late]
            for s in found["codes"]
        }
    if "fields" in of:
        parts = of["fields"].items()
        found["fields"] = {n: known_by(schema, p) for n, p in parts if since.get(n, 1) <= schema}
    if "of" in of:
        found["of"] = known_by(schema, of["of"])
    return found


def fits(of: dict[str, Any], value: Scalar) -> bool:
    """Whether a type accepts a value that is not null."""
    name = of["name"]
    if name == "Slot":
        return fits(of["of"], value)
    if name in ("Flag", "Choices", "Townships"):
        return isinstance(value, bool)
    if name in ("Number", "Money"):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if name in ("TownshipRef", "RecordRef"):
        return isinstance(value, bytes) and len(value) == (32 if name == "TownshipRef" else 16)
    return isinstance(value, str) and _text_fits(name, of, value)


def _text_fits(name: str, of: dict[str, Any], text: str) -> bool:
    match name:
        case "Line":
            blank = all(unicodedata.category(c) == "Zs" or c == "\n" for c in text)
            size = len(text) <= of["limit"] and len(text.encode()) <= 16384
            return size and not blank and not refused(text, of["lines"])
        case "Choice" | "State":
            return text in of["codes"]
        case "Code":
            return re.fullmatch("[0-9]{9}|[0-9]{12}", text) is not None
        case "Phone":
            return re.fullmatch(r"\+?[0-9][0-9 \-]{2,24}", text) is not None
        case "Prose":
            return len(text) <= 4096 and not refused(text, lines=True)
        case "Day":
            return _is_day(text)
        case "Moment":
            clock = re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text[11:])
            return text[10:11] == " " and clock is not None and _is_day(text[:10])
        case "Quarter":
            return re.fullmatch("[0-9]{4}Q[1-4]", text) is not None
        case "Week":
            return _is_week(text)
    raise AssertionError(f"the specification has no type {name}")


def _is_day(text: str) -> bool:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        datetime.date(*map(int, text.split("-")))
    except ValueError:
        return False
    return True


def _is_week(text: str) -> bool:
    if not re.fullmatch("[0-9]{4}-W[0-9]{2}", text) or text[:4] == "0000":
        return False
    last = datetime.date(int(text[:4]), 12, 28).isocalendar()[1]
    return 1 <= int(text[6:]) <= last


# --- judging ----------------------------------------------------------------------------------


class Judge:
    """One entry at its parents. `make` gives what it does, or raises Void."""

    def __init__(self, record: Record, made: Applied, content: Content) -> None:
        self.record, self.made, self.content = record, made, content
        self.past = made.past

    def make(self) -> Applied:
        operations: list[list[Any]] = [o for o in self.content.operations if isinstance(o, list)]
        creates = operations[0][0] == "create"
        need(creates != bool(self.made.entry.parents), "operation")
        kind_name = operations[0][1] if creates else self.record.kind
        need(kind_name in KINDS, "unknown-kind")
        kind = KINDS[kind_name]
        need(kind["first_schema"] <= self.content.schema, "unknown-kind")
        self.fields = {
            f["name"]: f | {"type": known_by(self.content.schema, f["type"])}
            for f in kind["fields"]
            if f["since"] <= self.content.schema
        }
        self.counter = self.made.counter
        if creates:
            stated = {o[1] for o in operations if o[0] == "set" and o[2] is not None}
            for f in self.fields.values():
                if f["required"] or f["type"]["name"] == "State":
                    need(f["name"] in stated, "missing-field")
        elif kind["home_only"]:
            need(self.made.township == self.record.home, "not-home")
        for index, operation in enumerate(operations):
            getattr(self, "_" + operation[0])(index, *operation[1:])
        need(not kind["sealed"], "layer")  # all that is read here lies under the ledger's key
        self.made.counter = self.counter
        return self.made

    def _field(self, key: str) -> dict[str, Any]:
        name = key.split("/")[0]
        declared = self.fields.get(name)
        if declared is None:
            raise Void("derived-field" if name == "title" else "unknown-field")
        return dict(declared)

    def _create(self, _index: int, kind: str) -> None:
        self.made.writes["kind"] = kind
        self.counter += 1 + sum(f["type"]["name"] == "Prose" for f in self.fields.values())

    def _set(self, _index: int, key: str, value: Scalar, cites: list[bytes]) -> None:
        declared = self._field(key)
        of, parts = declared["type"], key.split("/")
        absent: Scalar = None
        if len(parts) == 3:
            self._check_item(of, parts, value)
            absent = False if parts[2] == "removed" else None
        elif len(parts) == 2:
            self._check_member(of, parts[1], value)
            absent = False if of["name"] in ("Choices", "Townships") else None
        else:
            need(of["name"] not in ("Choices", "Townships", "Slot", "Items", "Prose"), "operation")
            nullable = not declared["required"] and of["name"] != "State"
            need(nullable if value is None else fits(of, value), "bad-value")
        standing = self.record.candidates(key, self.past)
        if differ(standing):
            need(cites == [e for e, _ in standing], "stale")
        else:
            need(not cites, "not-in-conflict")
            before = standing[0][1] if standing else absent
            need((type(before), before) != (type(value), value), "unchanged")
        if of["name"] == "State" and len(parts) == 1:
            need(value in self._states(of, [v for _, v in standing]), "bad-move")
        self.made.writes[key] = value
        self.counter += 1
        if cites:
            self.counter += 3 + (parts[-1] == "removed" and len(parts) == 3)

    def _check_item(self, of: dict[str, Any], parts: list[str], value: Scalar) -> None:
        collection, item, part = parts
        need(of["name"] == "Items", "operation")
        need(self.record.has_item(collection, item, self.past), "no-such-item")
        if part == "removed":
            need(isinstance(value, bool), "operation")
            return
        says = [v for _, v in self.record.candidates(f"{collection}/{item}/removed", self.past)]
        need(not says or any(v is not True for v in says), "no-such-item")
        need(part in of["fields"], "unknown-field")
        need(value is None or fits(of["fields"][part], value), "bad-value")

    def _check_member(self, of: dict[str, Any], member: str, value: Scalar) -> None:
        match of["name"]:
            case "Slot":
                need(member == self.made.township.hex(), "not-your-slot")
                need(value is None or fits(of, value), "bad-value")
                return
            case "Choices":
                need(member in of["of"]["codes"], "operation")
            case "Townships":
                need(re.fullmatch("[0-9a-f]{64}", member), "operation")
            case _:
                raise Void("operation")
        need(isinstance(value, bool), "bad-value")

    def _states(self, of: dict[str, Any], before: list[Scalar]) -> set[Any]:
        moves: dict[str, list[str]] = of["moves"]
        if not before:
            reached = {to for following in moves.values() for to in following}
            to_initial = {s for s in of["codes"] if of["initial"] in moves[s]}
            return {of["initial"]} | (to_initial - reached)
        found = {to for s in before for to in moves[str(s)]}
        return found | (set(before) if len(set(before)) > 1 else set())

    def _add(self, index: int, collection: str, fields: list[list[Any]]) -> None:
        of = self._field(collection)["type"]
        need(of["name"] == "Items", "operation")
        item = f"{self.content.actor.hex()}.{index}"
        for part, value in fields:
            need(part in of["fields"], "unknown-field")
            need(fits(of["fields"][part], value), "bad-value")
            self.made.writes[f"{collection}/{item}/{part}"] = value
            self.counter += 1
        self.made.items.add((collection, item))

    def _text(self, _index: int, key: str, hunks: list[tuple[int, int, str]]) -> None:
        of = self._field(key)["type"]
        need("/" not in key and of["name"] == "Prose", "operation")
        length = len(self.record.text(key, self.past))
        at, drop, _ = hunks[-1]
        need(at + drop <= length, "operation")
        need(all(fits(of, new) for _, _, new in hunks), "bad-value")
        new = sum(len(h[2]) for h in hunks)
        need(length + new - sum(h[1] for h in hunks) <= 4096, "too-much")
        need(self.record.inserted(key, self.past) + new <= 8192, "too-much")
        self._perform_text(key, hunks)

    def _perform_text(self, key: str, hunks: list[tuple[int, int, str]]) -> None:
        """From the last hunk to the first: what stands before a hunk is then as it was at the parents."""
        visible = self.record.text(key, self.past)
        for at, drop, new in reversed(hunks):
            left = visible[at + drop - 1] if at + drop else None
            for char in new:
                self.counter += 1
                name = (self.counter, self.content.actor)
                self.made.inserts[name] = (key, left, char)
                left = name
            for position in range(at + drop - 1, at - 1, -1):
                self.counter += 1
                self.made.deletes.add(visible[position])

    def _keep(self, _index: int, key: str, cites: list[bytes]) -> None:
        self._field(key)
        standing = self.record.candidates(key, self.past)
        need(differ(standing), "not-in-conflict")
        need(cites == [e for e, _ in standing], "stale")
        need(not self.record.kept(key, tuple(cites), self.past), "unchanged")
        self.made.keeps[key] = tuple(cites)
        self.counter += 3
