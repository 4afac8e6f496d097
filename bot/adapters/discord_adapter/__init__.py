"""Discord: translates the gateway's events and the replies that are sent, and decides nothing."""
