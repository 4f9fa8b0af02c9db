//! How two values of a field agree: comparison levels.
//!
//! A comparison looks at one field of two records (names at two) and answers a *level*: absent, equal, one of the ways in
//! which the same value comes to be written differently (a typing error, a nickname, day and month exchanged), or
//! different. Which levels there are follows from what the field holds. What a level is worth is not decided here but
//! learnt from the data.
//!
//! Equal values fall in ten levels by how frequent the value is: that two people are called Smith says less than that
//! both are called Lovelace. So term-frequency adjustment needs no arithmetic of its own for each pair.

#[cfg(test)]
mod tests;
mod values;

use std::fmt;
use std::sync::Arc;

use super::intern::ABSENT;
use super::record::{Part, Records};
use super::role::Role;
use values::{
    date, digits, distance, email, exchanged, given, middle, near, number, only_names, place, postcode, set, surname,
    words,
};

/// One of the values is absent.
pub(crate) const NULL: u8 = 0;
/// Equal levels: 1 for values that occur fewer than ten times, then a level for each factor of four.
pub(crate) const EQUALS: u8 = 10;

/// The frequency level of a value that occurs `count` times in the data of the training.
pub(crate) fn equal_level(count: u32) -> u8 {
    if count < 10 {
        return 1;
    }
    let fours = (count / 10).ilog2() / 2;
    u8::try_from(fours).unwrap_or(EQUALS).saturating_add(2).min(EQUALS)
}

/// How values of a field are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Given names, together with the surname beside them.
    Given,
    /// Surnames.
    Surname,
    /// The names between.
    Middle,
    /// Days of the calendar.
    Date,
    /// E-mail addresses.
    Email,
    /// Phone numbers.
    Phone,
    /// Postal codes.
    Postcode,
    /// Numbers that name somebody or something.
    Identifier,
    /// A name of a place: a word or a few.
    Place,
    /// Texts of several words.
    Words,
    /// One of few values.
    Category,
    /// House numbers and other short codes.
    Short,
    /// Numbers, by how far apart they are.
    Number,
    /// Places on earth, `latitude, longitude` in degrees, by the distance.
    Distance,
    /// Words whose order says nothing, by how many are common.
    Set,
    /// As the application says: a [`Compare`].
    Own,
}

/// A comparison of the application's own.
///
/// ```
/// use onefold_identity::matching::Compare;
///
/// /// Shoe sizes: half a size is easily mistaken.
/// struct Shoes;
///
/// impl Compare for Shoes {
///     fn levels(&self) -> Vec<String> {
///         vec!["half a size".into(), "different".into()]
///     }
///     fn compare(&self, a: &str, b: &str) -> usize {
///         match (a.parse::<f64>(), b.parse::<f64>()) {
///             (Ok(a), Ok(b)) if (a - b).abs() <= 0.5 => 0,
///             _ => 1,
///         }
///     }
/// }
/// assert_eq!(Shoes.compare("38", "38.5"), 0);
/// ```
pub trait Compare: Send + Sync {
    /// What the levels are called, from the closest to `different`; at least one, at most twenty. Equal values have
    /// levels of their own before these.
    fn levels(&self) -> Vec<String>;

    /// The level of two different values, which are folded. It must not depend on which is which.
    fn compare(&self, a: &str, b: &str) -> usize;
}

/// A comparison of the application's own, where a model names one.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Own {
    pub(crate) levels: Vec<String>,
    #[serde(skip)]
    pub(crate) by: Option<Arc<dyn Compare>>,
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.levels == other.levels
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").field("levels", &self.levels).finish_non_exhaustive()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given => "given",
            Self::Surname => "surname",
            Self::Middle => "middle",
            Self::Date => "date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Postcode => "postcode",
            Self::Identifier => "identifier",
            Self::Place => "place",
            Self::Words => "words",
            Self::Category => "category",
            Self::Short => "short",
            Self::Number => "number",
            Self::Distance => "distance",
            Self::Set => "set",
            Self::Own => "own",
        })
    }
}

impl Kind {
    /// How a column is compared where nobody says otherwise.
    #[must_use]
    pub fn of(role: Role, part: Part) -> Self {
        match (role, part) {
            (_, Part::Given) => Self::Given,
            (_, Part::Last) => Self::Surname,
            (_, Part::Middle) => Self::Middle,
            (Role::GivenName, _) => Self::Given,
            (Role::Surname, _) => Self::Surname,
            (Role::BirthDate | Role::Date, _) => Self::Date,
            (Role::Email, _) => Self::Email,
            (Role::Phone, _) => Self::Phone,
            (Role::Postcode, _) => Self::Postcode,
            (Role::Identifier, _) => Self::Identifier,
            (Role::City, _) => Self::Place,
            (Role::Gender | Role::Country | Role::Region | Role::Category, _) => Self::Category,
            (Role::HouseNumber, _) => Self::Short,
            (Role::Number, _) => Self::Number,
            (Role::FullName | Role::Organisation | Role::Street | Role::Text, _) => Self::Words,
        }
    }

    /// The levels after the equal ones, from the closest to `different`.
    #[must_use]
    pub fn levels(self) -> &'static [&'static str] {
        match self {
            Self::Given => &[
                "nickname",
                "similar (Jaro-Winkler at least .92)",
                "initial",
                "alike or sounds alike",
                "exchanged with the surname",
                "different",
            ],
            Self::Surname => {
                &["similar (Jaro-Winkler at least .92)", "alike or sounds alike", "a part in common", "different"]
            }
            Self::Middle => &["one typing error", "initial or part", "different"],
            Self::Date => &[
                "one digit or two neighbours",
                "day and month exchanged",
                "the first of January in the same year",
                "two digits",
                "year and month",
                "day and month",
                "different",
            ],
            Self::Email => &["another domain", "one or two typing errors", "similar before the @", "different"],
            Self::Phone | Self::Identifier => &["one typing error", "two typing errors", "different"],
            Self::Postcode => &["one typing error", "same area or two typing errors", "different"],
            Self::Place => &["similar (Jaro-Winkler at least .9)", "a word in common", "different"],
            Self::Words => &["one inside the other", "similar", "half of the words", "different"],
            Self::Category => &["one typing error", "different"],
            Self::Short => &["one typing error", "different"],
            Self::Number => &["within a hundredth", "within a tenth", "different"],
            Self::Distance => &["within a kilometre", "within ten", "within a hundred", "different"],
            Self::Set => &["four of five in common", "half in common", "one in common", "different"],
            Self::Own => &[],
        }
    }

    /// Runs of levels, by number, of which each is at least as close as the next. Empty where all are one run.
    pub(crate) fn chains(self) -> &'static [&'static [usize]] {
        match self {
            Self::Given => &[&[0, 5], &[1, 3, 5], &[2, 5], &[4, 5]],
            Self::Surname => &[&[0, 1, 3], &[2, 3]],
            Self::Date => &[&[0, 3, 6], &[1, 6], &[2, 4, 6], &[5, 6]],
            Self::Email => &[&[0, 2, 3], &[1, 2, 3]],
            _ => &[],
        }
    }

    /// What looking at two different values costs, as a rank.
    pub(crate) fn effort(self) -> u8 {
        match self {
            Self::Phone | Self::Identifier => 0,
            Self::Date => 1,
            Self::Category | Self::Short => 2,
            Self::Postcode => 3,
            Self::Email => 4,
            Self::Given | Self::Surname => 5,
            Self::Middle | Self::Place => 6,
            Self::Words | Self::Number | Self::Distance | Self::Set | Self::Own => 7,
        }
    }
}

/// A comparison of records.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    /// The name of the field.
    pub name: String,
    /// How its values are compared.
    pub kind: Kind,
    pub(crate) field: usize,
    /// For given names the field of the surname, and the other way round.
    pub(crate) beside: Option<usize>,
    /// For e-mail addresses the fields of given name and surname.
    #[serde(default)]
    pub(crate) names: (Option<usize>, Option<usize>),
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<Own>,
}

const fn after(nth: u8) -> u8 {
    EQUALS + 1 + nth
}

impl Comparison {
    /// How many levels there are, the absent one included.
    pub(crate) fn count(&self) -> usize {
        1 + usize::from(EQUALS) + self.own.as_ref().map_or(self.kind.levels().len(), |own| own.levels.len())
    }

    /// What a level is called.
    #[must_use]
    pub fn label(&self, level: u8) -> &str {
        let fuzzy = usize::from(level.saturating_sub(EQUALS + 1));
        match level {
            NULL => "absent",
            1 => "equal, a rare value",
            2..=EQUALS => "equal",
            _ => match &self.own {
                Some(own) => own.levels.get(fuzzy).map_or("different", String::as_str),
                None => self.kind.levels().get(fuzzy).copied().unwrap_or("different"),
            },
        }
    }

    /// The level of values that have nothing in common.
    pub(crate) fn different(&self) -> u8 {
        u8::try_from(self.count().saturating_sub(1)).unwrap_or(31)
    }

    /// The level of two values that differ, by their numbers. The caller has handled absent and equal ones.
    pub(crate) fn differing(&self, records: &Records, a: &[u32], b: &[u32]) -> u8 {
        let (x, y) = (at(a, self.field), at(b, self.field));
        let lexicon = records.lexicon(self.field);
        match self.kind {
            Kind::Given => {
                if let Some(beside) = self.beside
                    && exchanged(lexicon, (x, at(a, beside)), (y, at(b, beside)))
                {
                    return after(4);
                }
                given(lexicon, x, y)
            }
            Kind::Surname => {
                if let Some(beside) = self.beside
                    && exchanged(lexicon, (at(a, beside), x), (at(b, beside), y))
                {
                    return NULL;
                }
                surname(lexicon, x, y)
            }
            Kind::Middle => middle(lexicon.text(x), lexicon.text(y)),
            Kind::Date => date(lexicon, x, y),
            Kind::Email => {
                let level = email(lexicon, x, y, self.apart(records, a, b));
                let part =
                    |row, names: Option<usize>| names.map_or("", |field| records.lexicon(field).text(at(row, field)));
                let names = |row| [part(row, self.names.0), part(row, self.names.1)];
                if level < after(3) && only_names(lexicon, (x, names(a)), (y, names(b))) { NULL } else { level }
            }
            Kind::Phone => digits(lexicon, x, y, 9, self.apart(records, a, b)),
            Kind::Identifier => digits(lexicon, x, y, usize::MAX, self.apart(records, a, b)),
            Kind::Postcode => postcode(lexicon, x, y, self.apart(records, a, b)),
            Kind::Place => place(lexicon, x, y),
            Kind::Words => words(lexicon, x, y),
            Kind::Category | Kind::Short => {
                let (p, q) = (lexicon.text(x), lexicon.text(y));
                let long = p.len().min(q.len()) >= if self.kind == Kind::Short { 2 } else { 3 };
                if long && near(lexicon, x, y, 1) { after(0) } else { after(1) }
            }
            Kind::Number => number(lexicon.text(x), lexicon.text(y)),
            Kind::Distance => distance(lexicon.text(x), lexicon.text(y)),
            Kind::Set => set(lexicon.words_of(x), lexicon.words_of(y)),
            Kind::Own => match &self.own {
                Some(Own { levels, by: Some(by) }) => {
                    let level = by.compare(lexicon.text(x), lexicon.text(y)).min(levels.len().saturating_sub(1));
                    after(u8::try_from(level).unwrap_or(0))
                }
                _ => NULL,
            },
        }
    }
}

impl Comparison {
    /// In how many bits the signs of two values differ; within k edits it is at most 2k.
    pub(crate) fn apart(&self, records: &Records, a: &[u32], b: &[u32]) -> u32 {
        records.sign_at(self.field).map_or(0, |place| (at(a, place) ^ at(b, place)).count_ones())
    }
}

pub(crate) fn at(row: &[u32], field: usize) -> u32 {
    row.get(field).copied().unwrap_or(ABSENT)
}
