"""The generated stack through Chromium, one file per promise, on a large screen and on a phone."""
