"""From scenes to what is said: pure, like the scenes themselves."""
