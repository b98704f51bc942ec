"""What people search for, find and miss: events, days, scores, and candidates for the thesaurus."""
