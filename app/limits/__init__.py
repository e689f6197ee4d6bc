"""How much clients may take: memory, storage, threads, messages a second."""
