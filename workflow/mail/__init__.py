"""Mails for a person to send: what to say to whom, and the drafts written. Nothing is sent."""
