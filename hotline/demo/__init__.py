"""The demonstration: a made-up community on this machine, with a telephone of its own."""
