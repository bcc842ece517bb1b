"""The prompts that callers hear: `manifest.toml` (key, text, voice, speaking rate) and WAV files in telephone
format under `wav/`. Nobody needs the voice model to run the hotline; `audio_prompts.render` says how to use it."""
