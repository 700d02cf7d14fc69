"""The scan file: patterns that HyperSpy opens, labels that orix opens, subsets and splits."""
