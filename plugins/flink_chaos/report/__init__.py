"""Facts and verdict become something to read; pure."""
