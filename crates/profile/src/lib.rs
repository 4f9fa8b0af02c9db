//! What do we know? Survivorship, provenance, contradictions, views and timelines.
