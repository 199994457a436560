"""The content of the demo installation."""
