"""Keyboard layouts that scanners imitate, drawn as the keyboard is.

Each layout has four rows of keys (the number row from the key left of 1, then the three letter rows; the
third ends with the key left of Enter, the fourth begins with the key right of left Shift) in three columns:
plain, with Shift, with AltGr. The layouts are the Windows ones, because that is what scanner firmware is made
for; they differ from Linux in a few dead keys. Circled letters are dead keys, see `DEAD_KEYS`; ∅ is nothing.
"""

from __future__ import annotations

NOTHING = "∅"

DEAD_KEYS = {  # mark: (combining character, the sign alone)
    "Ⓖ": ("\u0300", "`"),
    "Ⓐ": ("\u0301", "´"),
    "Ⓒ": ("\u0302", "^"),
    "Ⓣ": ("\u0303", "~"),
    "Ⓓ": ("\u0308", "¨"),
    "Ⓥ": ("\u030c", "ˇ"),
    "Ⓑ": ("\u0306", "˘"),
    "Ⓤ": ("\u0307", "˙"),
    "Ⓡ": ("\u030a", "°"),
    "Ⓗ": ("\u030b", "˝"),
    "Ⓛ": ("\u0327", "¸"),
    "Ⓞ": ("\u0328", "˛"),
}

LAYOUTS = {
    "us": r"""
        `1234567890-=   ~!@#$%^&*()_+   ∅∅∅∅∅∅∅∅∅∅∅∅∅
        qwertyuiop[]    QWERTYUIOP{}    ∅∅∅∅∅∅∅∅∅∅∅∅
        asdfghjkl;'\    ASDFGHJKL:"|    ∅∅∅∅∅∅∅∅∅∅∅∅
        \zxcvbnm,./     |ZXCVBNM<>?     ∅∅∅∅∅∅∅∅∅∅∅
    """,
    "de": r"""
        Ⓒ1234567890ßⒶ   °!"§$%&/()=?Ⓖ   ∅∅²³∅∅∅{[]}\∅
        qwertzuiopü+    QWERTZUIOPÜ*    @∅€∅∅∅∅∅∅∅∅~
        asdfghjklöä#    ASDFGHJKLÖÄ'    ∅∅∅∅∅∅∅∅∅∅∅∅
        <yxcvbnm,.-     >YXCVBNM;:_     |∅∅∅∅∅∅µ∅∅∅
    """,
    "fr": r"""
        ²&é"'(-è_çà)=   ∅1234567890°+   ∅∅Ⓣ#{[|Ⓖ\^@]}
        azertyuiopⒸ$    AZERTYUIOPⒹ£    ∅∅€∅∅∅∅∅∅∅∅¤
        qsdfghjklmù*    QSDFGHJKLM%µ    ∅∅∅∅∅∅∅∅∅∅∅∅
        <wxcvbn,;:!     >WXCVBN?./§     ∅∅∅∅∅∅∅∅∅∅∅
    """,
    "be": r"""
        ²&é"'(§è!çà)-   ³1234567890°_   ∅|@#∅∅^∅∅{}∅∅
        azertyuiopⒸ$    AZERTYUIOPⒹ*    ∅∅€∅∅∅∅∅∅∅[]
        qsdfghjklmùµ    QSDFGHJKLM%£    ∅∅∅∅∅∅∅∅∅∅ⒶⒼ
        <wxcvbn,;:=     >WXCVBN?./+     \∅∅∅∅∅∅∅∅∅Ⓣ
    """,
    "ch": r"""
        §1234567890'Ⓒ   °+"*ç%&/()=?Ⓖ   ∅¦@#∅∅¬|¢∅∅ⒶⓉ
        qwertzuiopüⒹ    QWERTZUIOPè!    ∅∅€∅∅∅∅∅∅∅[]
        asdfghjklöä$    ASDFGHJKLéà£    ∅∅∅∅∅∅∅∅∅∅{}
        <yxcvbnm,.-     >YXCVBNM;:_     \∅∅∅∅∅∅∅∅∅∅
    """,
    "uk": r"""
        `1234567890-=   ¬!"£$%^&*()_+   ¦∅∅∅€∅∅∅∅∅∅∅∅
        qwertyuiop[]    QWERTYUIOP{}    ∅∅∅∅∅∅∅∅∅∅∅∅
        asdfghjkl;'#    ASDFGHJKL:@~    ∅∅∅∅∅∅∅∅∅∅∅∅
        \zxcvbnm,./     |ZXCVBNM<>?     ∅∅∅∅∅∅∅∅∅∅∅
    """,
    "es": r"""
        º1234567890'¡   ª!"·$%&/()=?¿   \|@#Ⓣ∅¬∅∅∅∅∅∅
        qwertyuiopⒼ+    QWERTYUIOPⒸ*    ∅∅€∅∅∅∅∅∅∅[]
        asdfghjklñⒶç    ASDFGHJKLÑⒹÇ    ∅∅∅∅∅∅∅∅∅∅{}
        <zxcvbnm,.-     >ZXCVBNM;:_     ∅∅∅∅∅∅∅∅∅∅∅
    """,
    "cz": r"""
        ;+ěščřžýáíé=Ⓐ   Ⓡ1234567890%Ⓥ   ∅~ⓋⒸⒷⓇⓄⒼⓊⒶⒽⒹⓁ
        qwertzuiopú)    QWERTZUIOP/(    \|€∅∅∅∅∅∅∅÷×
        asdfghjklů§Ⓓ    ASDFGHJKL"!'    ∅đĐ[]∅∅łŁ$ß¤
        \yxcvbnm,.-     |YXCVBNM?:_     ∅∅#&@{}∅<>*
    """,
    "ch-fr": r"""
        §1234567890'Ⓒ   °+"*ç%&/()=?Ⓖ   ∅¦@#∅∅¬|¢∅∅ⒶⓉ
        qwertzuiopèⒹ    QWERTZUIOPü!    ∅∅€∅∅∅∅∅∅∅[]
        asdfghjkléà$    ASDFGHJKLöä£    ∅∅∅∅∅∅∅∅∅∅{}
        <yxcvbnm,.-     >YXCVBNM;:_     \∅∅∅∅∅∅∅∅∅∅
    """,
    "cz-qwerty": r"""
        ;+ěščřžýáíé=Ⓐ   Ⓡ1234567890%Ⓥ   ∅~ⓋⒸⒷⓇⓄⒼⓊⒶⒽⒹⓁ
        qwertyuiopú)    QWERTYUIOP/(    \|€∅∅∅∅∅∅∅÷×
        asdfghjklů§Ⓓ    ASDFGHJKL"!'    ∅đĐ[]∅∅łŁ$ß¤
        \zxcvbnm,.-     |ZXCVBNM?:_     ∅∅#&@{}∅<>*
    """,
}
