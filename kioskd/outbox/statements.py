"""Every statement that changes the file, by name: the journal keeps the names, and what went in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kioskd.outbox.rows import COLUMNS, MOVING, SELECTED

_DONE = "settled = 1 AND payload IS NOT NULL"

STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "insert": (
            f"INSERT INTO operation ({SELECTED}, settled, payload, payload_sha256, accepted_at, changed_at) "
            f"VALUES ({', '.join('?' * (len(COLUMNS) + 5))})"
        ),
        "move": (
            f"UPDATE operation SET {', '.join(f'{column} = ?' for column in MOVING)}, settled = ?, "
            "changed_at = ?, keep = coalesce(?, keep), payload = iif(?, NULL, payload) "
            "WHERE op_id = ? AND state = ?"
        ),
        "order_number": "UPDATE meta SET last_order_number = max(last_order_number, ?)",
        "attempt": "INSERT INTO attempt (op_seq, n, boot_id, begun_at) VALUES (?,?,?,?)",
        "attempt_over": "UPDATE attempt SET outcome = ? WHERE op_seq = ? AND n = ?",
        "event": (
            "INSERT INTO event (n, op_seq, from_state, to_state, cause, actor, at, hash) "
            "VALUES (?,?,?,?,?,?,?,?)"
        ),
        "saga": (
            "INSERT INTO saga (saga_id, state, ended, reason, begun_at, changed_at) "
            "VALUES (?, ?, 0, '', ?, ?)"
        ),
        "saga_move": (
            "UPDATE saga SET state = ?, ended = ?, reason = ?, changed_at = ? WHERE saga_id = ? AND state = ?"
        ),
        "join": "UPDATE operation SET saga = ? WHERE op_id = ? AND saga IS NULL",
        "saga_over": "UPDATE operation SET keep = NULL WHERE saga = ?",
        "retain": f"UPDATE operation SET retained_from = ? WHERE {_DONE} AND retained_from IS NULL",
        "purge": (
            f"UPDATE operation SET payload = NULL WHERE {_DONE} AND julianday(retained_from) <= julianday(?)"
        ),
        "wipe": (
            "UPDATE operation "
            "SET lane = 'erased', payload = NULL, keep = NULL, baseline = NULL, evidence = '' "
            "WHERE settled = 1 AND lane <> 'erased' AND (lane = ? OR instr(payload, ?) > 0)"
        ),
    }
)
"""Names stay for as long as a journal may hold them; a new statement gets a new name."""
