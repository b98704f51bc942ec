"""The boards of figures in Wagtail's admin, and the reports by e-mail that are made of them."""
