"""Currencies whose smallest unit is not a hundredth."""

from __future__ import annotations

# By ISO 4217; units of account that nobody pays with are left out.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3)


def decimals_of(currency: str) -> int:
    """Decimals of a currency's smallest unit, by its ISO code: JPY 0, KWD 3, most others 2."""
    return _DECIMALS.get(currency, 2)
