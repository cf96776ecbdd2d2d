"""What makes the kiosk easier to see, hear, reach and operate. It can be had everywhere, at any time."""

from __future__ import annotations

from dataclasses import replace

from kioskd.core.access import Aid
from kioskd.core.effects import ReadScreen
from kioskd.core.events import HeadphonesChanged, SpeechChanged, Stirred, VoicesChanged
from kioskd.core.intents import ChangeVolume, HearAll, SetAid, UseKeys
from kioskd.core.phases import StillThere
from kioskd.core.rules.listening import listening
from kioskd.core.rules.table import Context, Step, rule
from kioskd.core.visit import Place, Visit


@rule(Place, SetAid, stays=True)
def set_aid(visit: Visit, event: SetAid, context: Context) -> Step:
    visit = replace(visit, access=visit.access.having(event.aid, event.on))
    return Step(listening(visit, context) if event.aid is Aid.SPEECH else visit)


@rule(Place, UseKeys, stays=True)
def use_keys(visit: Visit, event: UseKeys, context: Context) -> Step:
    return Step(listening(replace(visit, access=visit.access.by_keys()), context))


@rule(Place, ChangeVolume, stays=True)
def change_volume(visit: Visit, event: ChangeVolume, context: Context) -> Step:
    return Step(replace(visit, access=visit.access.louder(event.steps)))


@rule(Place, HearAll, stays=True)
def hear_all(visit: Visit, event: HearAll, context: Context) -> Step:
    """Whoever asks for it wants to be spoken to from now on."""
    visit = replace(visit, access=visit.access.having(Aid.SPEECH, True))
    return Step(listening(visit, context), (ReadScreen(),))


@rule(Place, Stirred, stays=True)
def stirred(visit: Visit, event: Stirred, context: Context) -> Step:
    """Whoever looks around is here, but has read no notice yet."""
    return Step(replace(visit, active_s=context.moment.mono_s))


@rule(Place, HeadphonesChanged, stays=True)
def headphones_changed(visit: Visit, event: HeadphonesChanged, context: Context) -> Step:
    """Whoever plugs them in wants to hear; whoever pulls them out may still be here and hears the rest."""
    access = visit.access.having(Aid.SPEECH, True) if event.plugged else visit.access
    visit = replace(visit, access=access, headphones=event.plugged, active_s=context.moment.mono_s)
    return Step(listening(visit, context))


@rule(Place, VoicesChanged, stays=True)
def voices_changed(visit: Visit, event: VoicesChanged, context: Context) -> Step:
    return Step(replace(visit, voices=event.languages))


@rule(Place, SpeechChanged, stays=True)
def speech_changed(visit: Visit, event: SpeechChanged, context: Context) -> Step:
    """Listening is not idleness: the time to answer begins when everything was said."""
    lasts_s = context.shop.limits.speech_s if event.speaking else 0.0
    heard_s, phase = context.after(lasts_s), visit.phase
    if isinstance(phase, StillThere):  # the countdown stands still, and goes on from where it was
        phase = replace(phase, until_s=heard_s + phase.remaining_s)
    return Step(replace(visit, heard_s=heard_s, phase=phase))
