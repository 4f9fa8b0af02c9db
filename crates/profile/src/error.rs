//! What can go wrong with a name that a caller gave.

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that the schema does not know.
    #[error(transparent)]
    Model(#[from] onefold_model::Error),
    /// A rule for one field of a group, which survives whole.
    #[error("field `{field}` survives with its group `{group}`; give the rule to `{group}`")]
    InGroup {
        /// The field.
        field: String,
        /// Its group.
        group: String,
    },
}
