"""One config.sh becomes a complete, private Outline wiki on one machine."""

__version__ = "0.1.0"
