"""The pure heart: money, menu, basket, the guest's visit, the receipt as a document.

Standard library only; no clock, no files, no threads. Time, ids and everything that happened come in as
values (`Moment`, events); everything wished for goes out as values (effects). `tests/unit/test_imports.py`
keeps it so.
"""
