"""What a round is made from besides the returns: plan, known values, the city's own form."""
