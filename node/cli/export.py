"""Write a record out: JSON with its history, or the document for programs that read Automerge."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from keys.errors import Text
from node.cli.files import new_file, shown
from node.cli.mistakes import BinaryToTerminal

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.cli.face import Face
    from node.ledgers import Ledger


def export_record(
    face: Face, ledger: Ledger, record: RecordId, form: str, output: str | None
) -> None:
    """To `output`, or to standard output; the binary form never to a terminal. Raises BinaryToTerminal."""
    if form == "automerge":
        data = face.service.record(ledger, record).document().save()
        if output is None:
            if face.json or sys.stdout.isatty():
                raise BinaryToTerminal
            sys.stdout.buffer.write(data)
            return
    else:
        whole = {
            "record": face.reading.record(ledger, record),
            "history": face.reading.history(ledger, record),
        }
        data = (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()
        if output is None:
            face.line(data.decode().rstrip())
            return
    with new_file(output) as file:
        file.write(data)
    face.answer(
        {"id": record.hex(), "file": output, "bytes": len(data)},
        lambda: face.say(
            Text("已写入 {file}（{n} 字节）", "Written to {file} ({n} bytes)"),
            file=shown(output),
            n=len(data),
        ),
    )
