"""Plain data and its rules: no input, no output, no clock of its own."""
