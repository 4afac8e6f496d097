"""Offline work on Aurora's models: reading corpora, training, measuring and exporting.

Every entry point is a module run with ``python -m training.NAME``; nothing here is imported by the
running bot. What was tried, with its figures and its failures, is in ``LOG.md``.
"""
