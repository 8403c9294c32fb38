"""The round trip: plan → templates → returned → compiled."""

VERSION = "0.1.0"
