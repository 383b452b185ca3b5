"""One ledger in memory: its chain of epochs, its members, the keys that this device was given. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from crdt.chain import Chain
from crdt.entry import Header, LedgerId
from crdt.erasure import Erasures
from crdt.founding import Invitation
from crdt.statements import Statement, StatementId
from keys.identity import DeviceId, TownshipId
from keys.seal import KeyId, SealingKey
from node.errors import KeyMissing, NotAMember
from node.members import Members


@dataclass(slots=True)
class Ledger:
    """A ledger with its chain of epochs and the keys of it that this device was given.

    `signed`: every founding member has signed. The same object for as long as the process lasts.
    """

    n: int
    id: LedgerId
    name: str
    signed: bool
    invitation: Invitation
    chain: Chain
    members: Members
    keys: dict[KeyId, SealingKey]
    device: DeviceId
    township: TownshipId
    statements: dict[StatementId, Statement] = field(default_factory=dict)
    """Read once: every signature in them was checked then."""
    key_since: dict[KeyId, int] = field(default_factory=dict)
    """Per key of the ledger itself, held here or not, the first epoch that it is of."""
    erasures: Erasures = field(default_factory=Erasures)
    """What these order to be erased."""

    @property
    def me(self) -> TownshipId:
        """The member that this device writes or wrote for; where there is none, its own township key.

        They may differ: a second laptop has a township key of its own, and who was recovered keeps its id.
        """
        return self.members.whose(self.device) or self.township

    def is_open(self, header: Header) -> bool:
        """Whether an entry lies under a key that was the ledger's in its epoch, or before it."""
        since = self.key_since.get(header.key_id)
        return since is not None and since <= header.epoch

    @property
    def hex(self) -> str:
        return self.id.hex()

    @property
    def active(self) -> bool:
        """Whether it may be read here: it is in force, and we belong to it or did."""
        return self.signed and self.members.has_written(self.device)

    @property
    def is_ours(self) -> bool:
        """Whether this device writes for a member."""
        return self.members.is_member(self.device)

    @property
    def key(self) -> SealingKey:
        """What is written now is sealed with it. Raises NotAMember, KeyMissing."""
        if not self.is_ours:
            raise NotAMember
        found = self.keys.get(self.chain.epoch.key_id)
        if found is None:
            raise KeyMissing
        return found
