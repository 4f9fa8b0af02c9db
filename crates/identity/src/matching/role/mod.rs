//! What is each column of an unseen table?
//!
//! Two records can be compared only by someone who knows that `c4` is a birth date and `c7` a postcode. Headers say so
//! in one language, in none (`c1`, `c2`), or wrongly; values always say something. So [`infer()`] reads both: the header
//! through words of some twenty languages, the values through their shapes (a calendar date, nine digits after a zero),
//! through small word lists, and through what stands *beside* them in the same row. The local part of an e-mail address
//! repeats the names of its owner; near postcodes lie in one city; a full name is made of the columns next to it.
//!
//! Values propose, a header seconds. It adds weight to a role that the values allow and none to one that they forbid: a
//! column called `email` without a single `@` is no e-mail. On usual files of persons the same roles come out with good
//! headers and with none.
//!
//! The answer is a function of the *set* of rows. The order of rows and columns does not matter; ties are broken by
//! values and names.
//!
//! One rule is not a matter of weight: a column that has another value in each row of the table is
//! [`Ignored::Unique`] whatever it is called, and one that has in nearly each (98 of 100 of its values differ) unless it
//! is plainly a name, a date or an address. Such ids may contain the answer that matching is asked for.
//! [`Finding::looks`] says what it would have been.
//!
//! Deliberately absent: parsing (that is [`onefold_model::normalise`]), a model trained on somebody's files, reading
//! more than the sample, and any list taken from published data. The word lists are short, written from general
//! knowledge, and biased to Europe and the Americas; a column of names that none of them knows is still found beside
//! an e-mail column, or by its header, and else is a guess of low confidence.
//!
//! | file | matter |
//! |---|---|
//! | `header` | words of headers |
//! | `lexicon` | words of values: given names, cities, kinds of street |
//! | `shape` | what one column's values look like |
//! | `relate` | what aligned rows say of two columns |
//! | `copies` | columns that only repeat others |
//! | `score` | points for each role of one column |
//! | `infer` | the verdicts, taken together |

mod copies;
mod header;
mod infer;
mod lexicon;
mod relate;
mod score;
mod shape;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use onefold_model::normalise::Order;
use serde::{Deserialize, Serialize};

pub use infer::infer;

/// Whether a column has another value in every row.
pub(crate) fn is_unique(distinct: u64, rows: u64) -> bool {
    distinct == rows
}

/// What a column tells of its record.
///
/// ```
/// use onefold_identity::matching::role::Role;
///
/// assert_eq!(Role::BirthDate.to_string(), "birth_date");
/// assert_eq!("given_name".parse(), Ok(Role::GivenName));
/// assert_eq!("shoe".parse::<Role>().unwrap_err().to_string(), "unknown role `shoe`");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// `Ada`; a middle name too.
    GivenName,
    /// `Lovelace`.
    Surname,
    /// `Ada Lovelace`, `Lovelace, Ada`.
    FullName,
    /// The day a person was born.
    BirthDate,
    /// Any other day.
    Date,
    /// `ada@example.com`.
    Email,
    /// `+44 20 7946 0000`.
    Phone,
    /// `SW1A 1AA`, `90210`.
    Postcode,
    /// `St James's Square`, with or without its number; or a whole address.
    Street,
    /// `12`, `12a`, where the street stands elsewhere.
    HouseNumber,
    /// `London`: where someone lives or was born.
    City,
    /// A state, province or county: `nsw`, `Bayern`.
    Region,
    /// `United Kingdom`, `GB`.
    Country,
    /// `Analytical Engines Ltd`.
    Organisation,
    /// A number or code of someone, written by several records: a social security number, a web address.
    Identifier,
    /// `f`, `männlich`.
    Gender,
    /// One of a few words: an occupation, a status.
    Category,
    /// Anything longer, or nothing known.
    Text,
    /// A quantity, an age, an amount.
    Number,
}

impl Role {
    /// All roles, in their order.
    pub const ALL: [Role; 19] = [
        Role::GivenName,
        Role::Surname,
        Role::FullName,
        Role::BirthDate,
        Role::Date,
        Role::Email,
        Role::Phone,
        Role::Postcode,
        Role::Street,
        Role::HouseNumber,
        Role::City,
        Role::Region,
        Role::Country,
        Role::Organisation,
        Role::Identifier,
        Role::Gender,
        Role::Category,
        Role::Text,
        Role::Number,
    ];

    /// The stable name: what `Display` writes, `FromStr` reads and serde stores.
    ///
    /// ```
    /// use onefold_identity::matching::role::Role;
    ///
    /// assert_eq!(Role::HouseNumber.name(), "house_number");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::GivenName => "given_name",
            Role::Surname => "surname",
            Role::FullName => "full_name",
            Role::BirthDate => "birth_date",
            Role::Date => "date",
            Role::Email => "email",
            Role::Phone => "phone",
            Role::Postcode => "postcode",
            Role::Street => "street",
            Role::HouseNumber => "house_number",
            Role::City => "city",
            Role::Region => "region",
            Role::Country => "country",
            Role::Organisation => "organisation",
            Role::Identifier => "identifier",
            Role::Gender => "gender",
            Role::Category => "category",
            Role::Text => "text",
            Role::Number => "number",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no [`Role`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role `{0}`")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Role::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// What [`infer()`] reads: counts of the whole table, and some of its rows.
///
/// ```
/// use onefold_identity::matching::role::Sample;
///
/// let rows = vec![vec!["Ada", "London"], vec!["Ada", ""]];
/// let sample = Sample::whole(&["c1", "c2"], rows);
/// assert_eq!((sample.rows_total, sample.columns[1].filled), (2, 1));
/// assert_eq!((sample.columns[0].distinct, sample.columns[0].repeated), (1, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample<'a> {
    /// Rows of the whole table.
    pub rows_total: u64,
    /// The columns, as in each row.
    pub columns: Vec<SampleColumn<'a>>,
    /// Some thousands of raw rows, in any order; the empty text is no value. A short row lacks its last columns.
    pub rows: Vec<Vec<&'a str>>,
}

impl<'a> Sample<'a> {
    /// The sample that is the whole table: the counts are those of `rows`.
    #[must_use]
    pub fn whole(names: &[&'a str], rows: Vec<Vec<&'a str>>) -> Self {
        let columns = names.iter().enumerate().map(|(index, name)| {
            let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
            for value in rows.iter().filter_map(|row| row.get(index)).map(|value| value.trim()) {
                if !value.is_empty() {
                    *counts.entry(value).or_default() += 1;
                }
            }
            SampleColumn {
                name,
                filled: counts.values().sum(),
                distinct: counts.len() as u64,
                repeated: counts.values().filter(|count| **count > 1).count() as u64,
            }
        });
        Sample { rows_total: rows.len() as u64, columns: columns.collect(), rows }
    }
}

/// A column's name, and what is known of it over the whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SampleColumn<'a> {
    /// The header, as written.
    pub name: &'a str,
    /// Rows with a value.
    pub filled: u64,
    /// Different values.
    pub distinct: u64,
    /// Different values that at least two rows have.
    pub repeated: u64,
}

/// What a column was found to be, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The index in [`Sample::columns`].
    pub column: usize,
    /// The header, trimmed.
    pub name: String,
    /// What it is.
    pub verdict: Verdict,
    /// The role that header and values speak for, though the column be ignored; none if it says nothing.
    pub looks: Option<Role>,
    /// How sure, from 0 to 1000: it grows with the distance to the second best role. Not a probability.
    pub confidence: u16,
    /// For dates: how day, month and year are ordered, if the values tell.
    pub date_order: Option<Order>,
    /// Said to a person: ``header `vorname` ``, `92 % of values are calendar dates`.
    pub reasons: Vec<String>,
}

impl Finding {
    /// The role of a column to compare: not of one that is ignored, nor of one that only repeats others.
    ///
    /// ```
    /// use onefold_identity::matching::role::{Role, Sample, infer};
    ///
    /// let rows = vec![vec!["ada@example.com", ""], vec!["ada@example.com", ""], vec!["bob@example.org", ""]];
    /// let findings = infer(&Sample::whole(&["c1", "c2"], rows));
    /// assert_eq!(findings[0].role(), Some(Role::Email));
    /// assert_eq!(findings[1].role(), None);
    /// ```
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match self.verdict {
            Verdict::Role(role) => Some(role),
            Verdict::Copies { .. } | Verdict::Ignored(_) => None,
        }
    }
}

/// What to do with a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Compare it as this.
    Role(Role),
    /// It repeats other columns: to count both would count one agreement twice.
    Copies {
        /// The columns it repeats, ascending.
        of: Vec<usize>,
        /// What it is.
        role: Role,
        /// It has words of its own in more than one row of twenty: a full name with middle names.
        extra: bool,
    },
    /// Do not compare it.
    Ignored(Ignored),
}

/// Why a column is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ignored {
    /// No row has a value.
    Empty,
    /// All rows have the same value.
    OneValue,
    /// Each row has a value of its own: an id. Ids may contain what they name (`rec-17-dup-2`), so that they are
    /// never used.
    Unique,
}
