"""The image of Raspberry Pi OS, by Raspberry Pi's own tool: only checked here, as its archive is needed."""
