"""The screen: pure scenes from the visit, and the pixels, touches and motion that bring them to a guest."""
