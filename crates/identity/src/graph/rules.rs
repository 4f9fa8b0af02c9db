//! How far identifiers reach when the schema does not say more.

/// The rules of resolution that hold for all kinds; what a single kind may do stands in the schema.
///
/// ```
/// use onefold_identity::Rules;
/// let rules = Rules::default().largest(50).generic_above(20);
/// assert_eq!((rules.largest, rules.generic_above), (50, 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The most nodes that one cluster may have. Values joined by an alias are one node, each session is one.
    pub largest: u32,
    /// A value with more distinct neighbours than this is generic, unless its kind says otherwise.
    pub generic_above: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { largest: 256, generic_above: 50 }
    }
}

impl Rules {
    /// The most nodes that one cluster may have.
    #[must_use]
    pub fn largest(self, nodes: u32) -> Self {
        Self { largest: nodes, ..self }
    }

    /// Above this many distinct neighbours a value is generic: it names a crowd, and nobody in it.
    #[must_use]
    pub fn generic_above(self, neighbours: u32) -> Self {
        Self { generic_above: neighbours, ..self }
    }
}
