"""What staff see and do, and what waits for them."""
