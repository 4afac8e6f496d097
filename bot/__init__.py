"""The running bot: domain, storage, delivery and adapters. Never imports torch."""
