"""One file a clinical question; the folder is the card kind. See `cards/rule.py` for what a rule declares."""
