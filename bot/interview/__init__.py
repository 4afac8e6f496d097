"""The interview as a domain: pure state, its transitions, the report, and the use cases."""
