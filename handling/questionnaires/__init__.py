"""Questionnaires that come with the hotline, one TOML file each; read by `handling.campaigns.questionnaire`."""
