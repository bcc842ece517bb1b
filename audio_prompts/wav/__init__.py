"""One telephone WAV a prompt, rendered by `audio_prompts.render`; a package so that wheels carry the files."""
