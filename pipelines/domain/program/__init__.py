"""A draft or a run as a Python program against the SDK that builds the same graph.

`write.py` is the way in. Each part writes code and says what the SDK will send for it, so that
`compare.py` can tell what a program does not keep; tests run the programs and hold both.
"""
