"""The polar network."""
