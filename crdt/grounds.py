"""Why the law wants something erased. Identifiers stand in signed orders and are never renamed."""

from __future__ import annotations

from crdt.kinds.enumerations import choice

ON_REQUEST = "on_request"
RETENTION_OVER = "retention_over"
GROUND = choice(
    ("purpose_achieved", "处理目的已实现", "its purpose is achieved"),
    (RETENTION_OVER, "保存期限已满", "it was kept long enough"),
    ("consent_withdrawn", "本人撤回同意", "consent was withdrawn"),
    (ON_REQUEST, "本人请求删除", "the person asks for it"),
    ("unlawful", "处理违反规定", "it was not lawful to keep"),
    ("by_mistake", "误登记", "entered by mistake"),
)
