//! Which group, now, and until when? A typed language for segments, evaluated live and in batch by one semantics.
