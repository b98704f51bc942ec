"""What is counted each day: definitions in words, and the SQL that counts them (docs/analytics.md)."""
