//! Is Bill a William? Forms of one given name, short, fond and foreign.
//!
//! Customers sign up as Liz and pay as Elizabeth, and Aleksandr of the passport is Sasha at the till. No distance of letters
//! sees that. So names stand in groups, and two names are forms of one where they share a group; a name may stand in
//! several (a Jack is a John or a James).
//!
//! The idea: a group has a number, and a name the short sorted list of its groups' numbers ([`given_groups`]). A matcher
//! looks them up once for each distinct name and then compares numbers ([`share_group`]). The table is in `forms`,
//! written for this crate from general knowledge.
//!
//! It is not: a relation that carries on, for Jack may be James and John though these are two names. Absent are how usual
//! a form is, the sex, and names outside European tradition but for a few; a name unknown to the table is a form of itself.

use std::cmp::Ordering;
use std::sync::LazyLock;

mod forms;

/// All names in order, and beside each the number of a group.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut rows: Vec<(&str, u16)> = (0..)
        .zip(forms::groups())
        .flat_map(|(number, group)| group.split(' ').map(move |name| (name, number)))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    let (names, groups) = rows.into_iter().unzip();
    Table { names, groups }
});

struct Table {
    names: Vec<&'static str>,
    groups: Vec<u16>,
}

/// The numbers of the groups in which a folded given name stands, ascending; none for a name that is not known.
///
/// A number means nothing by itself and may change with the version of this crate.
///
/// ```
/// use onefold_identity::matching::kernel::{given_groups, share_group};
///
/// // Computed once a customer, compared as often as one likes.
/// let (ada, adelaide) = (given_groups("ada"), given_groups("adelaide"));
/// assert!(share_group(ada, adelaide));
/// assert!(given_groups("jack").len() > 1);
/// assert!(given_groups("zzyzx").is_empty());
/// ```
pub fn given_groups(name: &str) -> &'static [u16] {
    let table: &'static Table = &TABLE;
    let from = table.names.partition_point(|it| *it < name);
    let count = table.names.iter().skip(from).take_while(|it| **it == name).count();
    table.groups.get(from..from + count).unwrap_or_default()
}

/// Whether two ascending lists have a number in common.
///
/// ```
/// use onefold_identity::matching::kernel::share_group;
///
/// assert!(share_group(&[1, 4, 9], &[2, 9]));
/// assert!(!share_group(&[1, 4], &[]));
/// ```
pub fn share_group(a: &[u16], b: &[u16]) -> bool {
    let (mut a, mut b) = (a, b);
    while let (Some((x, after_x)), Some((y, after_y))) = (a.split_first(), b.split_first()) {
        match x.cmp(y) {
            Ordering::Equal => return true,
            Ordering::Less => a = after_x,
            Ordering::Greater => b = after_y,
        }
    }
    false
}

/// Whether two folded given names are the same, or forms of one name.
///
/// ```
/// use onefold_identity::matching::kernel::same_given;
///
/// assert!(same_given("ada", "adelheid"));
/// assert!(same_given("bill", "wilhelm"));
/// assert!(same_given("саша", "aleksandr"));
/// assert!(same_given("jack", "john") && same_given("jack", "james") && !same_given("john", "james"));
/// assert!(!same_given("ada", "charles"));
/// ```
pub fn same_given(a: &str, b: &str) -> bool {
    a == b || share_group(given_groups(a), given_groups(b))
}

#[cfg(test)]
pub(super) fn names() -> &'static [&'static str] {
    &TABLE.names
}
