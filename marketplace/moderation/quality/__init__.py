"""How good decisions are, and how they are set right: strikes, appeals, second opinions, checks, figures."""
