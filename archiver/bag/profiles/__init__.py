"""BagIt Profiles: what a bag may be asked beyond RFC 8493, read and checked (specification 1.4.0)."""
