"""The generated stack on a real engine, one file per promise."""
