"""The service among faults: what must hold whatever Graph does."""
