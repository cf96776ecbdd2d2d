"""Whoever wants to be spoken to and cannot be is told so: nobody waits for a voice that never comes."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.access import Aid
from kioskd.core.health import DeviceKind
from kioskd.core.notice import NoticeKind
from kioskd.core.rules.table import Context, notice
from kioskd.core.visit import Visit

_SAID = (NoticeKind.VOICE_SILENT, NoticeKind.NO_VOICE, NoticeKind.NEEDS_HEADPHONES)


def listening(visit: Visit, context: Context) -> Visit:
    """The visit of a guest who has just begun to listen, or to another language."""
    if visit.notice and visit.notice.kind in _SAID:
        visit = replace(visit, notice=None)  # and is said anew if it is still so
    if Aid.SPEECH not in visit.access or not context.shop.speech:
        return visit
    if not visit.voices:
        if visit.expects(DeviceKind.VOICE):
            return visit  # it is starting, and will have its say
        return notice(visit, NoticeKind.VOICE_SILENT, context)
    if visit.language not in visit.voices:
        return notice(visit, NoticeKind.NO_VOICE, context)
    if not (visit.headphones or context.shop.loudspeaker):
        return notice(visit, NoticeKind.NEEDS_HEADPHONES, context)
    return visit
