"""The reference engine: one SimPy process a viewer, plain to read, and slow.

It says what the model is; the compiled engine must write the same ledger, byte for byte.  Both share the equations
(`sim/behaviour.py`), the draws and the occasions that key them, the thinning bound (`moments.py`) and the board;
everything else is said twice.
"""
