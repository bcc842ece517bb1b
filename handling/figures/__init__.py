"""Figures: what is counted, how it is told, the map of needs, the assessment of units."""
