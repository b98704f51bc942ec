"""A payment sandbox: a stand-in for the outside gateways, on this machine, that moves no money.

It speaks the gateways' own wire protocols, so that the portal runs the same code against it as against the real
thing; only the base URL and the keys differ. Everything in this package keeps its own store and its own crypto and
imports nothing of Django or of the portal: two sides that share code would share its mistakes too.
"""
