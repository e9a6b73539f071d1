"""What the tests need and a fresh machine lacks: installed, started and described here.

`python -m tests.rig ensure` makes everything ready, with the standard library alone, and is quick
when it is. Nothing here is part of the product.
"""
