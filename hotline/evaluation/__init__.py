"""How well the hotline hears and understands, measured on labelled files."""
