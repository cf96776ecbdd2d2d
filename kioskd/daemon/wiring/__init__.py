"""From the configuration to objects: the only place that knows every driver by name."""
