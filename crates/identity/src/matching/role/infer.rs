//! The verdicts, taken together.
//!
//! Points of one column at a time cannot tell a surname from a town: both are words. So evidence of aligned rows is
//! added, then roles are given out, the surest column first; a role that a table has once (a surname, a city) costs the
//! next column points, unless its header asks for it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::copies::{self, Copy};
use super::header::{self, Strength};
use super::relate::{self, InEmail};
use super::score::{self, Points};
use super::shape::{self, Shape};
use super::{Finding, Ignored, Role, Sample, SampleColumn, Verdict};

/// What is known of one column on the way.
struct Column<'a> {
    index: usize,
    given: SampleColumn<'a>,
    cells: Vec<String>,
    shape: Shape,
    header: Option<(Role, Strength)>,
    points: Points,
    in_email: InEmail,
    nearby: Option<i64>,
    ignored: Option<Ignored>,
}

/// What each column of the sample is, in the order of its columns.
///
/// The same rows in another order give the same findings; the same columns in another order give each column the same
/// verdict.
///
/// ```
/// use onefold_identity::matching::role::{Ignored, Role, Sample, Verdict, infer};
///
/// // A shop's customers, a few of them twice: Ada came back as `Lovelase`.
/// let given = ["Ada", "Grace", "Alan", "Mary", "Paul"];
/// let family = ["Lovelace", "Hopper", "Turing", "Shelley", "Smith", "Jones", "Lovelase"];
/// let ids: Vec<String> = (0..70).map(|i| format!("{i}")).collect();
/// let born: Vec<String> = (0..70).map(|i| format!("{}.12.{}", 10 + i % 19, 1930 + i % 60)).collect();
/// let rows = (0..70).map(|i| vec![ids[i].as_str(), given[i % 5], family[i % 7], born[i].as_str()]).collect();
///
/// let findings = infer(&Sample::whole(&["c1", "vorname", "c3", "c4"], rows));
/// assert_eq!(findings[0].verdict, Verdict::Ignored(Ignored::Unique));
/// assert_eq!(findings[1].role(), Some(Role::GivenName));
/// assert_eq!(findings[2].role(), Some(Role::Surname));
/// assert_eq!(findings[3].looks, Some(Role::BirthDate));
/// assert_eq!(findings[1].reasons[0], "header `vorname`");
/// ```
#[must_use]
pub fn infer(sample: &Sample<'_>) -> Vec<Finding> {
    let mut columns: Vec<Column<'_>> =
        sample.columns.iter().enumerate().map(|(index, given)| Column::read(index, *given, sample)).collect();
    let copied = copies(&columns);
    relate(&mut columns, &copied);
    surnames(&mut columns, &copied);
    dates(&mut columns, &copied);
    houses(&mut columns, &copied);
    let roles = assign(&columns, &copied);
    columns.iter().map(|column| column.finding(&roles, copied.get(&column.index), sample)).collect()
}

impl<'a> Column<'a> {
    fn read(index: usize, given: SampleColumn<'a>, sample: &Sample<'a>) -> Self {
        let cells: Vec<String> =
            sample.rows.iter().map(|row| row.get(index).map_or(String::new(), |raw| shape::cell(raw))).collect();
        let shape = Shape::of(cells.iter().map(String::as_str));
        let header = header::read(given.name);
        let points = score::points(&shape, header);
        let unique = sample.rows_total > 1 && super::is_unique(given.distinct, sample.rows_total);
        // An id with a few absent or repeated values is an id still: nothing but a name, a date or an address may differ
        // in nearly every row and be used.
        let told = [
            Role::Email,
            Role::Phone,
            Role::GivenName,
            Role::Surname,
            Role::FullName,
            Role::BirthDate,
            Role::Date,
            Role::Street,
            Role::Organisation,
            Role::Postcode,
            Role::City,
        ];
        let best = points.iter().max_by_key(|(_, points)| **points).map(|(role, _)| *role);
        let nearly = sample.rows_total >= 20
            && given.distinct.saturating_mul(100) >= given.filled.saturating_mul(98)
            && best.is_none_or(|best| !told.contains(&best));
        let ignored = if given.filled == 0 || shape.rows == 0 {
            Some(Ignored::Empty)
        } else if given.distinct == 1 && sample.rows_total > 1 {
            Some(Ignored::OneValue)
        } else if unique || nearly {
            Some(Ignored::Unique)
        } else {
            None
        };
        Column { index, given, cells, shape, header, points, in_email: InEmail::default(), nearby: None, ignored }
    }

    fn add(&mut self, role: Role, more: i32) {
        if let Some(points) = self.points.get_mut(&role) {
            *points += more;
        }
    }

    fn score(&self, role: Role) -> i32 {
        self.points.get(&role).copied().unwrap_or(0)
    }

    /// Whether the header is sure of the role and the values permit it.
    fn asks_for(&self, role: Role) -> bool {
        self.header == Some((role, Strength::Strong)) && self.score(role) >= 500
    }

    /// Sorts columns by content, not by position.
    fn key(&self) -> (Reverse<u32>, Reverse<usize>, Option<&str>, &str, usize) {
        let first = self.shape.values.keys().next().map(String::as_str);
        (Reverse(self.shape.rows), Reverse(self.shape.values.len()), first, self.given.name.trim(), self.index)
    }

    fn finding(&self, roles: &BTreeMap<usize, (Role, i32)>, copy: Option<&Copy>, sample: &Sample<'_>) -> Finding {
        // A copy of one column is what its original is; one of several speaks for itself.
        let of = copy.filter(|copy| copy.of.len() == 1).and_then(|copy| copy.of.first()).unwrap_or(&self.index);
        let (role, margin) = roles.get(of).copied().unwrap_or((Role::Text, 0));
        let mut reasons = Vec::new();
        if let Some((_, _)) = self.header.filter(|(named, _)| same_kind(*named, role)) {
            reasons.push(format!("header `{}`", self.given.name.trim()));
        }
        self.explain(role, &mut reasons);
        let verdict = match (self.ignored, copy) {
            (Some(ignored), _) => {
                reasons.push(match ignored {
                    Ignored::Empty => "no value".to_owned(),
                    Ignored::OneValue => format!("one value in all of {} rows", self.given.filled),
                    Ignored::Unique => format!("another value in each of {} rows", self.given.filled),
                });
                Verdict::Ignored(ignored)
            }
            (None, Some(copy)) => {
                let names: Vec<String> = copy
                    .of
                    .iter()
                    .filter_map(|index| Some(format!("`{}`", sample.columns.get(*index)?.name.trim())))
                    .collect();
                reasons.push(format!("repeats {}", names.join(" and ")));
                Verdict::Copies { of: copy.of.clone(), role, extra: copy.extra }
            }
            (None, None) => Verdict::Role(role),
        };
        let nothing = self.shape.rows == 0;
        let dated = matches!(role, Role::BirthDate | Role::Date) && !nothing;
        let confidence = match verdict {
            Verdict::Ignored(_) => 1000,
            _ => u16::try_from((400 + margin * 3 / 2).clamp(50, 990)).unwrap_or(0),
        };
        Finding {
            column: self.index,
            name: self.given.name.trim().to_owned(),
            verdict,
            looks: (!nothing).then_some(role),
            confidence,
            date_order: if dated { self.shape.order() } else { None },
            reasons,
        }
    }

    fn explain(&self, role: Role, reasons: &mut Vec<String>) {
        let shape = &self.shape;
        let mut say = |rows: u32, what: &str| {
            let percent = shape.share(rows) / 10;
            if percent > 0 {
                reasons.push(format!("{percent} % of values are {what}"));
            }
        };
        match role {
            Role::GivenName => say(shape.given, "frequent given names"),
            Role::Surname => say(shape.surname, "frequent surnames"),
            Role::FullName => say(shape.given_any.max(shape.han_names), "several words, a frequent name among them"),
            Role::BirthDate | Role::Date => {
                say(shape.dates, "calendar dates");
                say(shape.near_dates, "nearly dates");
                if let (Some(from), Some(to)) = (shape.year(50), shape.year(950)) {
                    reasons.push(format!("nine in ten years lie in {from} to {to}"));
                }
            }
            Role::Email => say(shape.emails, "e-mail addresses"),
            Role::Phone => say(shape.phones, "phone numbers"),
            Role::Postcode => {
                say(shape.national_post, "postcodes of a known layout");
                if let Some((layout, rows)) = shape.mixed_layout() {
                    say(rows, &format!("laid out like `{layout}`"));
                }
                let (length, share) = shape.length();
                if share >= 500 {
                    reasons.push(format!("{} % of values have {length} digits", share / 10));
                }
            }
            Role::Street => {
                say(shape.street, "named like streets");
                say(shape.number_and_words, "words with a number");
            }
            Role::HouseNumber => say(shape.house, "short numbers"),
            Role::City => {
                say(shape.city, "known cities");
                say(shape.place, "named like places");
            }
            Role::Region => say(shape.region, "known regions"),
            Role::Country => say(shape.country, "countries"),
            Role::Organisation => say(shape.legal, "named like organisations"),
            Role::Gender => say(shape.gender, "genders"),
            Role::Category => {
                say(shape.label, "occupations or labels");
                reasons.push(format!("{} different values", shape.values.len()));
            }
            Role::Identifier => {
                say(shape.urls, "web addresses");
                say(shape.codes.max(shape.social), "codes");
            }
            Role::Text => say(shape.premise, "kinds of premises"),
            Role::Number => say(shape.numbers, "numbers"),
        }
        if matches!(role, Role::GivenName | Role::Surname | Role::FullName) && self.in_email.contained >= 100 {
            let percent = self.in_email.contained / 10;
            reasons.push(format!("{percent} % stand in the e-mail address of their row"));
        }
        if let Some(lift) = self.nearby.filter(|lift| *lift >= 20 && matches!(role, Role::City | Role::Region)) {
            reasons.push(format!("shared {} times as often near by", lift / 10));
        }
    }
}

/// A header of one date is a header of the other.
fn same_kind(named: Role, role: Role) -> bool {
    let date = |role| matches!(role, Role::BirthDate | Role::Date);
    named == role || date(named) && date(role)
}

fn copies(columns: &[Column<'_>]) -> BTreeMap<usize, Copy> {
    let seen: Vec<copies::Column<'_>> = columns
        .iter()
        .map(|column| {
            let sure = column.header.map_or(0, |(role, _)| column.score(role));
            copies::Column {
                cells: &column.cells,
                rank: (Reverse(column.shape.rows), Reverse(sure), column.given.name.trim().to_owned()),
                used: column.ignored.is_none(),
            }
        })
        .collect();
    copies::find(&seen)
}

/// The column that is best at the role, by content.
fn best<'c, 'a>(
    columns: &'c [Column<'a>],
    copied: &BTreeMap<usize, Copy>,
    role: Role,
    least: i32,
) -> Option<&'c Column<'a>> {
    columns
        .iter()
        .filter(|column| !copied.contains_key(&column.index) && column.score(role) >= least)
        .filter(|column| column.points.values().all(|points| *points <= column.score(role)))
        .min_by_key(|column| (Reverse(column.score(role)), column.key()))
}

/// Adds what aligned rows say.
fn relate(columns: &mut [Column<'_>], copied: &BTreeMap<usize, Copy>) {
    let emails = best(columns, copied, Role::Email, 500).map(|column| column.cells.clone());
    let postcodes = best(columns, copied, Role::Postcode, 450).map(|column| (column.index, column.cells.clone()));
    for column in columns.iter_mut() {
        let words = column.shape.share(column.shape.alphabetic) >= 500;
        if let (Some(emails), true) = (&emails, words) {
            column.in_email = relate::in_email(&column.cells, emails);
        }
        let Some((_, codes)) = postcodes.as_ref().filter(|(index, _)| *index != column.index && words) else {
            continue;
        };
        column.nearby = relate::nearby(&column.cells, codes);
    }
    let known = columns.iter().any(|column| column.score(Role::GivenName) >= 400);
    for column in columns.iter_mut() {
        let InEmail { contained, begins } = column.in_email;
        if contained >= 120 {
            let more = 100 + (contained / 2).min(200);
            // Names that no list knows: the one that addresses begin with comes first.
            if !known && column.shape.share(column.shape.multi) < 300 && begins * 2 > contained {
                let found = column.points.entry(Role::GivenName).or_insert(0);
                *found = (*found).max(250 + begins / 4);
            }
            column.add(Role::GivenName, more);
            column.add(Role::Surname, more);
            column.add(Role::FullName, more);
            column.add(Role::City, -200);
        }
        if let Some(lift) = column.nearby {
            let more = i32::try_from((lift - 15).clamp(0, 100)).unwrap_or(0) * 3;
            column.add(Role::City, more);
            column.add(Role::Region, more);
            column.add(Role::Surname, -more);
        }
    }
}

/// Where another column is a given name and one thing more, that is a surname, whatever its values look like.
fn surnames(columns: &mut [Column<'_>], copied: &BTreeMap<usize, Copy>) {
    let is_given = |column: &Column<'_>| {
        let score = column.score(Role::GivenName);
        score >= 400 && column.points.values().all(|points| *points <= score)
    };
    for copy in copied.values() {
        let [a, b] = copy.of.as_slice() else { continue };
        for (one, other) in [(*a, *b), (*b, *a)] {
            let (Some(true), Some(column)) = (columns.get(one).map(is_given), columns.get_mut(other)) else { continue };
            if !is_given(column) {
                let most = column.points.values().copied().max().unwrap_or(0);
                column.points.insert(Role::Surname, most + 100);
            }
        }
    }
}

/// Which date is the birth date: the one whose header says so, or else the one that goes back farthest and spreads.
fn dates(columns: &mut [Column<'_>], copied: &BTreeMap<usize, Copy>) {
    let dated = |column: &Column<'_>| {
        let share = column.shape.share(column.shape.dates + column.shape.near_dates);
        share >= 500 && column.score(Role::Date).max(column.score(Role::BirthDate)) >= 400
    };
    let named = columns.iter().any(|column| dated(column) && matches!(column.header, Some((Role::BirthDate, _))));
    let spread = |column: &Column<'_>| -> Option<i32> { Some(column.shape.year(950)? - column.shape.year(50)?) };
    let clocked = |column: &Column<'_>| {
        column.shape.share(column.shape.clocks) >= 500 && {
            // A birth date with a clock has it at midnight, always.
            column.shape.values.keys().filter(|value| value.contains(':') && !value.contains("00:00")).count() > 0
        }
    };
    let oldest = columns
        .iter()
        .filter(|column| !copied.contains_key(&column.index) && dated(column) && !clocked(column))
        .filter(|column| !matches!(column.header, Some((Role::Date, Strength::Strong))))
        .filter(|column| spread(column).is_some_and(|years| years > 25))
        .min_by_key(|column| (column.shape.year(500), column.key()))
        .map(|column| column.index);
    for column in columns.iter_mut() {
        if named || !dated(column) || oldest != Some(column.index) {
            continue;
        }
        let score = column.score(Role::Date);
        column.points.insert(Role::BirthDate, score + 60);
    }
}

/// Short numbers are house numbers where a street without numbers stands in the table.
fn houses(columns: &mut [Column<'_>], copied: &BTreeMap<usize, Copy>) {
    let street = best(columns, copied, Role::Street, 400)
        .is_some_and(|street| street.shape.share(street.shape.number_and_words) < 400);
    for column in columns.iter_mut() {
        let long = column.shape.digits_of(3, 4) >= 50 || column.shape.share(column.shape.house_letter) >= 50;
        let more = match (street, long) {
            (true, true) => 250,
            (true, false) => 80,
            (false, _) => -100,
        };
        column.add(Role::HouseNumber, more);
    }
}

/// Gives out roles, the surest first.
fn assign(columns: &[Column<'_>], copied: &BTreeMap<usize, Copy>) -> BTreeMap<usize, (Role, i32)> {
    let mut roles = BTreeMap::new();
    let mut taken: BTreeSet<Role> = BTreeSet::new();
    let mut open: Vec<&Column<'_>> = columns.iter().collect();
    open.sort_by_key(|column| column.key());
    // What is composed of others has its role by itself and takes none from them.
    let (composed, mut open): (Vec<&Column<'_>>, Vec<&Column<'_>>) =
        open.into_iter().partition(|column| copied.contains_key(&column.index));
    while !open.is_empty() {
        let choice = open
            .iter()
            .enumerate()
            .map(|(at, column)| (at, column.index, choose(column, &taken)))
            .max_by_key(|(at, _, (role, score, _))| (*score, Reverse(*role), Reverse(*at)));
        let Some((at, index, (role, _, margin))) = choice else { break };
        roles.insert(index, (role, margin));
        taken.insert(role);
        open.remove(at);
    }
    for column in composed {
        let (role, _, margin) = choose(column, &BTreeSet::new());
        roles.insert(column.index, (role, margin));
    }
    roles
}

/// The best role that is left, its points, and how far it is ahead.
fn choose(column: &Column<'_>, taken: &BTreeSet<Role>) -> (Role, i32, i32) {
    let price = |role: Role| match role {
        _ if !taken.contains(&role) || column.asks_for(role) => 0,
        Role::Surname | Role::City | Role::Postcode | Role::HouseNumber | Role::Gender => 150,
        Role::BirthDate => 200,
        _ => 0,
    };
    let mut ranked: Vec<(i32, Reverse<Role>)> =
        column.points.iter().map(|(role, points)| (points - price(*role), Reverse(*role))).collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    match ranked.as_slice() {
        [(first, role), (second, _), ..] => (role.0, *first, first - second),
        [(first, role)] => (role.0, *first, *first),
        [] => (Role::Text, 0, 0),
    }
}
