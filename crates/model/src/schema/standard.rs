//! The ready-made standard schema.
