"""A small world, the addresses of its things, and what each person is answered there: for tests/contracts/test_access.py."""
