"""Where everything is kept: tables, the database itself, interviews, inbox and outbox."""
