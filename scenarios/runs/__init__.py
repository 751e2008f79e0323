"""Carrying out runs: workers, ledger, provenance, indicators, results."""

__all__: list[str] = []
