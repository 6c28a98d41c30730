"""Policies that learn: logged nights, models fitted to them, what the logs say of other policies, a night to learn in.

`environment.py` needs the extra `rl` (gymnasium).
"""
