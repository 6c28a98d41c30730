"""A/B tests that are played: what a test of a design would report, beside the truth that only a simulator knows."""
