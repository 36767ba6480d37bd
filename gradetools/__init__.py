"""Put grades from any sheet into a OneRoster 1.2 gradebook, and take them back."""

__version__ = "0.1.0"
