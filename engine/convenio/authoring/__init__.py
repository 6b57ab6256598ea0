"""For those who write rules."""
