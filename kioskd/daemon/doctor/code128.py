"""Code 128 with the one function character that other encoders leave out: FNC3, "this is for the scanner"."""

from __future__ import annotations

# Widths of bars and spaces by code value, from the symbology's standard (ISO/IEC 15417).
_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 "
    "122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 "
    "322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 "
    "112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 "
    "331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 "
    "112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 "
    "411311 113141 114131 311141 411131 211412 211214 211232 "
).split()
_STOP = "2331112"
_START_B, _FNC3 = 104, 96


def modules(text: str, *, for_scanner: bool = False) -> list[bool]:
    """Dark modules from left to right, without quiet zones. Raises ValueError beyond printable ASCII."""
    if not all(" " <= sign <= "~" for sign in text):
        raise ValueError("printable ASCII only")
    values = [_FNC3] * for_scanner + [ord(sign) - 32 for sign in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, 1))) % 103
    widths = "".join(_WIDTHS[value] for value in (_START_B, *values, check)) + _STOP
    return [bar % 2 == 0 for bar, width in enumerate(widths) for _ in range(int(width))]
