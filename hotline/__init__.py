"""Everything that meets a phone, a browser or the operating system."""
