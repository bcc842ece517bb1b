"""Understanding: audio, transcription, dialect, places, classification, similarity. No database, no web."""
