//! The schema as a TOML file.
