"""Learning from volunteers: words for the lexicon, a second opinion on each case."""
