"""The small story of the vectors: three townships, a case in conflict, settlements, what goes wrong.

Every value is invented. Entries have names ("lu-claims"), so that a reader of the vectors can follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from crdt.entry import EntryId, RecordId, actor_of
from crdt.founding import Founding
from crdt.operations import item_name
from keys.canonical import Plain
from keys.card import Card, Delegation
from keys.identity import TownshipId
from keys.keyfile import Identity
from keys.seal import SealingKey
from tests.support.people import identity, seed
from tests.vectors.scribe import Bent, Library, Scribe

TOWNS = (
    ("三江口镇", "522301105", "127.0.0.1:7711"),
    ("鲁布革乡", "530324202", "127.0.0.1:7712"),
    ("马蚌镇", "451030103", "[::1]:7713"),
)
LEDGER_KEY = SealingKey(seed("vectors", "ledger key"))
OTHER_KEY = SealingKey(seed("vectors", "a key that nobody here has"))


def card_of(name: str, code: str, address: str) -> Card:
    who = identity(name)
    delegation = Delegation.make(who.township, who.device)
    return Card.make(who.township, name, code, (delegation,), (address,))


def founding() -> Founding:
    cards = [card_of(*town) for town in TOWNS]
    return Founding.make("黔滇桂联合体", seed("vectors", "founding", size=16), cards, LEDGER_KEY.id)


@dataclass(slots=True)
class Story:
    """The three logs and what they are about."""

    library: Library
    san: Scribe
    lu: Scribe
    ma: Scribe
    case: RecordId
    contact: RecordId
    warning: RecordId | None = None

    @property
    def scribes(self) -> tuple[Scribe, Scribe, Scribe]:
        return self.san, self.lu, self.ma


def ids(library: Library, *names: str) -> list[Plain]:
    """Citations: entry ids, sorted."""
    return [bytes(i) for i in sorted(library.named[name].id for name in names)]


def tell() -> Story:
    made = founding()
    township_of = {d: delegation.township for d, delegation in made.delegations().items()}
    library = Library(made.id, LEDGER_KEY, township_of)
    san, lu, ma = (Scribe(identity(name), library, name) for name, *_ in TOWNS)
    for scribe, name in ((san, "san-opens"), (lu, "lu-opens"), (ma, "ma-opens")):
        scribe.open(name)
    case = san.begin(
        "san-registers",
        [
            ["create", "case"],
            ["set", "category", "forest_land", []],
            ["set", "village", "示范一村", []],
            ["set", "urgency", "yellow", []],
            ["set", "state", "registered", []],
            ["set", "dispositions/policy_explained", True, []],
            ["text", "summary", [[0, 0, "两村争界。"]]],
        ],
    )
    contact = ma.begin(
        "ma-lists-a-contact",
        [
            ["create", "contact"],
            ["set", "office", "综治中心", []],
            ["set", "post", "主任", []],
            ["set", "name", "演示甲", []],
            ["set", "phone", "0776-0000000", []],
            ["add", "phones", [["label", "值班"], ["phone", "0776-0000001"]]],
        ],
        "综治中心",
    )
    story = Story(library, san, lu, ma, case, contact)
    _dispute(story)
    _withdrawal(story)
    _wrong_words(story)
    _wrong_places(story)
    story.warning = _newer_rules(story)
    return story


def _dispute(s: Story) -> None:
    """Three write at once; two facts are disputed; one is settled by a value, one by keeping both."""
    s.lu.say(
        "lu-claims",
        s.case,
        ["san-registers"],
        [
            ["set", "amount_agreed", 950_000, []],
            ["text", "summary", [[2, 2, "因水"], [5, 0, "涉及石桥。"]]],
            ["add", "notes", [["text", "到现场看过，\n双方在场。"]]],
        ],
        "派出所",
    )
    s.san.say(
        "san-claims",
        s.case,
        ["san-registers"],
        [
            ["set", "amount_agreed", 800_000, []],
            ["set", "urgency", "red", []],
            ["text", "summary", [[0, 0, "据报："], [5, 0, "已多年。"]]],
        ],
    )
    s.ma.say(
        "ma-claims",
        s.case,
        ["san-registers"],
        [
            ["set", "urgency", "orange", []],
            ["set", "dispositions/claim_met", True, []],
            ["set", "dispositions/policy_explained", False, []],
        ],
        "综治中心",
    )
    three = ["san-claims", "lu-claims", "ma-claims"]
    s.ma.say(
        "ma-settles",
        s.case,
        three,
        [["set", "amount_agreed", 900_000, ids(s.library, "san-claims", "lu-claims")]],
        "综治中心",
        "两边电话核对，以协议书为准",
    )
    _keep_both(s, three)


def _keep_both(s: Story, three: list[str]) -> None:
    s.lu.say(
        "lu-keeps-both",
        s.case,
        three,
        [["keep", "urgency", ids(s.library, "san-claims", "ma-claims")]],
        "派出所",
        "两边都有道理",
    )


def _withdrawal(s: Story) -> None:
    """A note is withdrawn while another rewrites it; two moves from one state; a new dispute stays open."""
    both = ["ma-settles", "lu-keeps-both"]
    content, nonce = s.library.contents["lu-claims"]
    actor = actor_of(s.library.named["lu-claims"].header.context(), nonce, content)
    note = item_name(actor, 2)
    s.lu.say(
        "lu-withdraws",
        s.case,
        both,
        [["set", f"notes/{note}/removed", True, []], ["set", "state", "transferred", []]],
        "派出所",
    )
    s.ma.say(
        "ma-rewrites",
        s.case,
        both,
        [
            ["set", f"notes/{note}/text", "到现场看过，只有一方在场。", []],
            ["text", "summary", [[0, 3, ""]]],
        ],
        "综治中心",
    )
    san = TownshipId(s.san.who.township.public)
    s.san.say(
        "san-moves-on",
        s.case,
        both,
        [
            ["set", "state", "accepted", []],
            ["set", f"state_confirmed/{san.hex()}", "accepted", []],
            ["set", f"co_handlers/{bytes(s.lu.who.township.public).hex()}", True, []],
            ["set", "lead", bytes(san), []],
        ],
    )
    s.ma.bend(
        "ma-miscounts",
        s.contact,
        ["ma-lists-a-contact"],
        [["set", "remark", "变更哈希有误，仍然算数", []]],
        Bent(change_hash=b"\xee" * 32),
    )
    s.ma.offer_bent("ma-miscounts")


def _wrong_words(s: Story) -> None:
    """Operations that the rules refuse: each entry is void under the code that ends its name."""
    case, start, lu = s.case, ["san-registers"], s.lu
    item = "00" * 16 + ".0"
    ma = bytes(s.ma.who.township.public).hex()
    cites = ids(s.library, "san-claims", "lu-claims")
    said: dict[str, Plain] = {
        "operation (no such shape)": ["unset", "place"],
        "operation (a key that is none)": ["set", "Place", "x", []],
        "operation (a set without a member)": ["set", "dispositions", True, []],
        "operation (unknown member)": ["set", "dispositions/nonsense", True, []],
        "operation (an empty hunk)": ["text", "summary", [[0, 0, ""]]],
        "operation (beyond the text)": ["text", "summary", [[6, 0, "x"]]],
        "too-much (a register)": ["set", "place", "x" * 16_385, []],
        "too-much (a text)": ["text", "summary", [[0, 0, "字" * 4_092]]],
        "unknown-field": ["set", "colour", "red", []],
        "unknown-field (in an item)": ["add", "notes", [["colour", "red"]]],
        "derived-field": ["set", "title", "x", []],
        "bad-value (a day)": ["set", "due_on", "2025-02-29", []],
        "bad-value (control)": ["set", "place", "a\x1bb", []],
        "bad-value (below nothing)": ["set", "amount_agreed", -1, []],
        "bad-value (a truth for a number)": ["set", "party_count", True, []],
        "bad-value (required)": ["set", "village", None, []],
        "unchanged": ["set", "village", "示范一村", []],
        "unchanged (never said)": ["set", "dispositions/aid_given", False, []],
        "not-in-conflict (set)": ["set", "place", "石桥", cites],
        "not-in-conflict (keep)": ["keep", "amount_agreed", cites],
        "bad-move": ["set", "state", "closed", []],
        "not-your-slot": ["set", f"state_confirmed/{ma}", "accepted", []],
        "no-such-item": ["set", f"notes/{item}/text", "x", []],
    }
    for name, operation in said.items():
        lu.bend(f"void {name}", case, start, [operation])
    lu.bend("void operation (none)", case, start, [])
    twice: list[Plain] = [["set", "place", "石桥", []], ["set", "place", "木桥", []]]
    lu.bend("void operation (a field twice)", case, start, twice)
    lu.bend("void operation (it has begun)", case, start, [["create", "case"]])
    three = ["san-claims", "lu-claims", "ma-claims"]
    lu.bend("void stale (no citation)", case, three, [["set", "amount_agreed", 1, []]])
    lu.bend("void stale (half of it)", case, three, [["set", "amount_agreed", 1, cites[:1]]])
    again: list[Plain] = [["keep", "urgency", ids(s.library, "san-claims", "ma-claims")]]
    lu.bend("void unchanged (kept already)", case, ["lu-keeps-both"], again)


def _wrong_places(s: Story) -> None:
    """Wrong pasts, wrong authors, wrong payloads; and what waits or stays closed, with what cites it."""
    case, san, lu = s.case, s.san, s.lu
    place: list[Plain] = [["set", "place", "石桥", []]]
    lu.bend("void not-home", s.contact, ["ma-lists-a-contact"], [["set", "remark", "x", []]])
    lu.bend("void wrong-past (an ancestor)", case, ["san-registers", "lu-claims"], place)
    lu.bend("void wrong-past (another record)", case, ["ma-lists-a-contact"], place)
    lu.bend("void wrong-past (an opening)", case, ["lu-opens"], place)
    lu.bend("void wrong-past (cites a void)", case, ["void unchanged"], place)
    lu.bend("void payload (no array)", case, ["san-registers"], [], Bent(payload=b"\xf6"))
    lu.bend("void payload (fields)", case, ["san-registers"], [], Bent(payload=b"\x81\x01"))
    begin: list[Plain] = [["create", "case"], ["set", "state", "registered", []]]
    san.bend("void missing-field", None, [], begin)
    san.bend("void unknown-kind", None, [], [["create", "road"]])
    subject: list[Plain] = [["create", "case_private"], ["set", "subject", "示例", []]]
    san.bend("void layer", None, [], subject)
    san.bend("void operation (no create)", None, [], place)
    schema: list[Plain] = [["set", "place", "下一版的话", []]]
    san.bend("waiting schema", case, ["san-registers"], schema, Bent(schema=1000))
    san.bend("waiting epoch", case, ["san-registers"], place, Bent(epoch=1))
    unknown = EntryId(seed("vectors", "an entry nobody has"))
    san.bend("waiting parent", case, [unknown], place)
    san.bend("waiting parent (cites a waiting one)", case, ["waiting schema"], place)
    san.bend("closed", case, ["san-registers"], place, Bent(key=OTHER_KEY))
    san.bend("closed (cites a closed one)", case, ["closed"], place)


def _newer_rules(s: Story) -> RecordId:
    """A kind that came with schema 2: an entry of schema 1 cannot begin one, and nothing goes back."""
    begin: list[Plain] = [
        ["create", "warning"],
        ["set", "kind_of", "fire", []],
        ["set", "place", "石桥", []],
        ["set", "level", "red", []],
        ["set", "state", "raised", []],
    ]
    warning = s.san.begin("san-warns", begin)
    s.lu.say("lu-acts", warning, ["san-warns"], [["set", "state", "handling", []]], "派出所")
    s.lu.bend("void unknown-kind (of a later schema)", None, [], begin)
    over: list[Plain] = [["set", "state", "resolved", []]]
    s.lu.bend("void wrong-past (an older schema)", warning, ["san-warns"], over)
    return warning


def identities() -> list[tuple[str, Identity]]:
    return [(name, identity(name)) for name, *_ in TOWNS]
