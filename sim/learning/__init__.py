"""Policies that learn: logged nights, models fitted to them, what the logs say of other policies, a night to learn in.

It needs the extra `learn` (scikit-learn, skops), and `environment.py` the extra `rl` (gymnasium).
"""
