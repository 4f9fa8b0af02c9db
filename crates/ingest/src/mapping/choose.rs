//! Which mapping a file is for: the one whose columns it has, never the one that its name resembles.

use onefold_model::Text;

use super::Mapping;
use crate::Error;
use crate::error::names;

impl Mapping {
    /// The columns that a file must have to be recognised.
    fn needed(&self) -> Vec<Text> {
        if self.columns.is_empty() { self.named_columns() } else { self.columns.clone() }
    }
}

/// The mapping that fits these columns. Of several that fit, the one that asks for most.
///
/// ```
/// use onefold_ingest::{Mapping, choose};
/// let crm = Mapping::of("crm", "identify").who("customer", "user_id").who("mail", "email");
/// let till = Mapping::of("shop", "purchase").who("customer", "user_id").at("date");
/// let columns = ["customer", "date", "value"].map(Into::into);
/// assert_eq!(choose(&[crm, till], &columns)?.import_name(), "shop");
/// # Ok::<(), onefold_ingest::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoMapping`] with the one that comes nearest, [`Error::Ambiguous`] where two ask for equally many.
pub fn choose<'a>(mappings: &'a [Mapping], columns: &[Text]) -> Result<&'a Mapping, Error> {
    let missing =
        |mapping: &Mapping| mapping.needed().into_iter().filter(|column| !columns.contains(column)).collect::<Vec<_>>();
    let mut fitting: Vec<(usize, &Mapping)> = mappings
        .iter()
        .filter(|mapping| missing(mapping).is_empty())
        .map(|mapping| (mapping.needed().len(), mapping))
        .collect();
    fitting.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    match fitting.as_slice() {
        [(first, one), (second, other), ..] if first == second => {
            Err(Error::Ambiguous { first: one.import_name().into(), second: other.import_name().into() })
        }
        [(_, one), ..] => Ok(one),
        [] => {
            let nearest =
                mappings.iter().map(|mapping| (missing(mapping), mapping)).min_by_key(|(missing, _)| missing.len());
            Err(Error::NoMapping {
                columns: names(columns),
                nearest: nearest
                    .and_then(|(missing, mapping)| Some((mapping.import_name().into(), missing.first()?.to_string()))),
            })
        }
    }
}
