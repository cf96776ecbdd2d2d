"""Figures for whoever watches many kiosks, in the form of Prometheus."""
