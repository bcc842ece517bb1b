"""The handling loop: schemes, intake, review, casework, notices. Knows no Flask, no Twilio, no HTTP."""
