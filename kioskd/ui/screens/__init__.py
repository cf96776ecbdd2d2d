"""From the visit to a scene: one module for each kind of screen, one function that chooses."""
