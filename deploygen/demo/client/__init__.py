"""A small OpenID Connect client, on the standard library alone, that shows what it is told."""
