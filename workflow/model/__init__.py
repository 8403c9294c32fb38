"""The words of the round trip: plan, fields, answers, findings. Nothing here reads or writes."""
