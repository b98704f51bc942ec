"""How good the search is, by people's judgment: a set of gigs, queries and grades, answered and measured."""
