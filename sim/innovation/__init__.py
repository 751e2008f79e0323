"""Proposals, completion, transfer, technology, and the tables of projects."""

__all__: list[str] = []
