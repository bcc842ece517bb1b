"""The work behind the webhooks: each step claims a row, does one thing, commits."""
