"""专项征集 and questionnaires: who is asked, how answers come in by text, key and voice, what came of it."""
