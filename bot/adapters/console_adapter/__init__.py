"""Faces for the terminal: rich, plain and JSON over one core."""
