"""The rounds of one year among each other: which there are, their numbers, what each rests on."""
