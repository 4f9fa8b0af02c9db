//! Generators for property tests, shared by the siblings' tests.
