"""Another version of the whole system: written beside the running one, tried once, kept if it was well."""
