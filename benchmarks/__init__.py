"""How fast a night is, and next to what: `python -m benchmarks.night`."""
