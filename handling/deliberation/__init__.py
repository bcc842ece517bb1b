"""Deliberation (议事): agenda, meetings, stages, votes by hand, text and key, results."""
