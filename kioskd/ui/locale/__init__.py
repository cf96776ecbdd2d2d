"""Words, money, numbers and dates in the guest's language."""
