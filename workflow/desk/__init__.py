"""The desk: pages in the browser for a coordinator who never opens a terminal."""
