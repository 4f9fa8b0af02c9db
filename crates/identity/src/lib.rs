//! Who is it? Identifiers, links, constraints and clusters: reversible, order-free, explained.
