"""What a network does inside, in numbers that can be followed, and what the loss is like there."""
