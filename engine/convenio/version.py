"""The version of the engine, which every result names."""

__version__ = "0.1.0"
