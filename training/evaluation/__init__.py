"""How good the models are: the parts of ``python -m training.evaluate``."""
