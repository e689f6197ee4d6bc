"""When work is done: the fair queue, commands and jobs that wait, the debounce."""
