//! The customer data platform as a library.
