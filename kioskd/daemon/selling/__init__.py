"""From a basket to an order that is paid, settled and told."""
