"""The whole stack on one machine: the embedded AWS with this repository's template in it, and the market square."""
