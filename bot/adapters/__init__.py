"""Platform adapters: they translate between a platform and the domain, and decide nothing."""
