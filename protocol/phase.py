"""Where a session stands, and which messages may arrive there. Declarations only."""

from __future__ import annotations

import enum

from protocol import messages as m


class Phase(enum.Enum):
    """Where a session stands. Which messages may arrive in a phase is `MAY_ARRIVE`."""

    GREETING = "greeting"
    OPEN = "open"
    CLOSED = "closed"


MAY_ARRIVE: dict[Phase, frozenset[type]] = {
    Phase.GREETING: frozenset({m.Hello, m.Goodbye}),
    Phase.OPEN: frozenset(m.NUMBERS) - {m.Hello},
    Phase.CLOSED: frozenset(),
}
