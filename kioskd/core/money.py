"""Money as integer minor units with an ISO 4217 currency. Decimal appears only at the edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kioskd.core.errors import MoneyError

# ISO 4217 exponents that are not 2. A currency missing here has two decimals.
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


_LARGEST_EXPONENT = 15  # a server's 1E+999999 would become an integer that fills the memory


def exponent(currency: str) -> int:
    """How many decimals `currency` has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount. `Money(850, "EUR")` is eight euro fifty. Two currencies never mix."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise MoneyError(f"{self.currency!r} is no ISO 4217 code")

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} met {other.currency}")
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, factor: int) -> Money:
        return Money(self.minor * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def major(self) -> Decimal:
        """The amount in major units, exactly: `Decimal("8.50")`."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @staticmethod
    def from_major(amount: Decimal, currency: str) -> Money:
        """The inverse of `major`.

        Raises MoneyError when `amount` has more decimals than the currency, or is beyond all money there is.
        """
        if not amount.is_finite() or amount.adjusted() > _LARGEST_EXPONENT:
            raise MoneyError(f"{amount} is no amount")
        shifted = amount.scaleb(exponent(currency))
        if shifted != shifted.to_integral_value():
            raise MoneyError(f"{amount} has more decimals than {currency}")
        return Money(int(shifted), currency)

    @staticmethod
    def zero(currency: str) -> Money:
        return Money(0, currency)

    @staticmethod
    def total(amounts: Iterable[Money], currency: str) -> Money:
        """The sum, zero for no amounts."""
        result = Money(0, currency)
        for amount in amounts:
            result = result + amount
        return result

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Parts in proportion to `weights` that add up to the whole exactly.

        Largest remainder first, earlier parts first among equals, so the result does not depend on
        anything but the weights. Raises MoneyError for negative weights or a sum of zero.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise MoneyError("an amount is split by weights that are not negative and not all zero")
        sign = -1 if self.minor < 0 else 1
        shares = [divmod(abs(self.minor) * weight, whole) for weight in weights]
        parts = [quotient for quotient, _ in shares]
        missing = abs(self.minor) - sum(parts)
        by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
        for index in by_remainder[:missing]:
            parts[index] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)
