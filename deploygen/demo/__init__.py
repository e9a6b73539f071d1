"""`deploygen demo`: the real provider and a sample client on loopback, without Docker."""
