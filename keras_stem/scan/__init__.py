"""Scan files: patterns readable by HyperSpy, labels readable by orix, subsets and splits."""
