"""Many processes of one machine: each has its share of the sessions, and a front before them."""
