"""The sheets that lay last year beside this year: what they show, on screen and on paper."""
