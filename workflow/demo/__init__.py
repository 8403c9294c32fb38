"""A whole cycle on the built-in sample plan, with answers we wrote ourselves (【例】)."""
