"""Telegram: translates updates and the replies that are sent, and decides nothing."""
