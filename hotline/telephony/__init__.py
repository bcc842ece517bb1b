"""The telephone side: signed webhooks in, the carrier's door out."""
