//! What each column is, judged by its name and its values.

use std::collections::{BTreeMap, BTreeSet};

use crate::survey::{DataProfile, Seen};

/// What a kind identifies, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Person,
    Email,
    Phone,
    Device,
    Group,
}

impl Kind {
    /// The keys of its declaration.
    pub(super) fn keys(self) -> &'static str {
        match self {
            Self::Person => "class = \"person\"\n",
            Self::Email => "class = \"person\"\nform = \"email\"\nlimit = 10\n",
            Self::Phone => {
                "class = \"person\"\nform = \"phone\"          # with region = \"DE\" numbers need no country\nshareable = true\n"
            }
            Self::Device => "class = \"device\"\nlimit = 20\n",
            Self::Group => "class = \"group\"\nrelation = \"belongs_to\"\n",
        }
    }
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Who(Kind, String),
    /// The id of the row.
    Id,
    /// The time of occurrence.
    At,
    Trait,
    Property,
    Money,
    MoneyTrait,
    Currency,
}

#[derive(Debug)]
pub(super) struct Guessed {
    /// As the file has it.
    pub(super) column: String,
    /// As the schema has it.
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) ty: &'static str,
    pub(super) filled: u64,
    pub(super) amount: bool,
    pub(super) consent: bool,
    distinct: u64,
    words: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Guess {
    pub(super) source: String,
    pub(super) import: String,
    pub(super) event: String,
    pub(super) records: u64,
    pub(super) columns: Vec<Guessed>,
    pub(super) times: &'static str,
    pub(super) times_because: &'static str,
    pub(super) comma: bool,
}

const PERSON: &[&str] = &[
    "customer",
    "user",
    "client",
    "member",
    "person",
    "subscriber",
    "contact",
    "loyalty",
    "card",
    "account_holder",
    "patient",
    "guest",
];
const DEVICE: &[&str] = &["anonymous", "cookie", "device", "session", "visitor", "browser", "idfa", "gaid"];
const GROUP: &[&str] =
    &["account", "company", "household", "organisation", "organization", "team", "workspace", "tenant"];
const RECORD: &[&str] = &[
    "order",
    "transaction",
    "ticket",
    "invoice",
    "message",
    "event",
    "receipt",
    "payment",
    "booking",
    "basket",
    "row",
    "record",
    "rec",
    "unique",
];
const ID: &[&str] = &["id", "no", "nr", "number", "key", "uuid", "guid", "ref", "code"];
const AMOUNT: &[&str] = &[
    "amount", "value", "price", "total", "revenue", "spend", "spent", "sum", "charges", "charge", "cost", "payment",
    "sales",
];
const QUANTITY: &[&str] = &["quantity", "qty", "count", "units", "items", "pieces"];
const TIME: &[&str] = &["date", "time", "timestamp", "datetime", "at", "when", "day", "occurred", "created"];
const BIRTH: &[&str] = &["birth", "dob", "birthdate", "birthday", "born"];
const CONSENT: &[&str] = &["consent", "opt", "optin", "newsletter", "gdpr", "permission", "subscribed", "marketing"];
const PHONE: &[&str] = &["phone", "mobile", "telephone", "tel", "cell"];
const MAIL: &[&str] = &["email", "mail", "e_mail"];
const DIRECT: &[&str] = &["name", "surname", "address", "street", "soc", "ssn", "passport", "iban"];
const INDIRECT: &[&str] =
    &["postcode", "zip", "postal", "city", "suburb", "gender", "sex", "dob", "birth", "age", "occupation"];

/// `customerID`, `Customer Id` and `customer-id` as `customer_id`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for letter in name.trim().chars() {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && lower {
                out.push('_');
            }
            lower = letter.is_lowercase() || letter.is_ascii_digit();
            out.extend(letter.to_lowercase());
        } else {
            lower = false;
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
        }
    }
    let out = out.trim_end_matches('_');
    if out.is_empty() { "column".into() } else { out.into() }
}

impl Guessed {
    fn says(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str())) || words.contains(&self.name.as_str())
    }

    /// The numbers that led to the guess.
    pub(super) fn because(&self) -> String {
        format!("{} values, {} different, like {}", self.filled, self.distinct, self.ty)
    }

    pub(super) fn labels(&self) -> &'static str {
        if self.says(DIRECT) {
            "labels = { identity = \"direct\", sensitivity = \"pii\" }\n"
        } else if self.says(INDIRECT) {
            "labels = { identity = \"indirect\", sensitivity = \"pii\" }\n"
        } else {
            ""
        }
    }

    /// Its declaration among an event's properties.
    pub(super) fn property(&self) -> Option<String> {
        let ty = match self.role {
            Role::Property => self.ty,
            Role::Money => "money",
            _ => return None,
        };
        Some(format!("{{ name = {}, type = {} }}", super::quoted(&self.name), super::quoted(ty)))
    }
}

/// The kinds of identifiers that columns of the files are named after, each with the types of their values.
type Known = BTreeMap<String, (Kind, BTreeSet<&'static str>)>;

impl Guess {
    /// Guesses for each profile, under names that differ. Files with the same columns are one import: what one month's
    /// file says, the next month's says too.
    ///
    /// A column that is called as an identifier of another file, and whose values are like its, is that identifier: what
    /// it is in the one file need not be seen in the other. So everything is guessed twice.
    pub(super) fn all(profiles: &[DataProfile]) -> Vec<Self> {
        let mut known = Known::new();
        for guess in Self::each(profiles, &Known::new()) {
            for column in guess.columns {
                // The forms of addresses and numbers tell more than a name does.
                if let Role::Who(kind @ (Kind::Person | Kind::Device | Kind::Group), name) = column.role {
                    known.entry(name).or_insert_with(|| (kind, BTreeSet::new())).1.insert(column.ty);
                }
            }
        }
        Self::each(profiles, &known)
    }

    fn each(profiles: &[DataProfile], known: &Known) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut sources = BTreeSet::new();
        for profile in profiles {
            let mut source = snake(profile.name());
            while !sources.insert(source.clone()) {
                source.push_str("_2");
            }
            let guess = Self::of(profile, source, known);
            match all.iter_mut().find(|known| known.columns_of() == guess.columns_of()) {
                Some(known) if known.records < guess.records => {
                    let known = std::mem::replace(known, guess);
                    if let Some(joined) = all.iter_mut().find(|guess| guess.columns_of() == known.columns_of()) {
                        joined.join(&known);
                    }
                }
                Some(known) => known.join(&guess),
                None => all.push(guess),
            }
        }
        all
    }

    fn columns_of(&self) -> BTreeSet<&str> {
        self.columns.iter().map(|column| column.column.as_str()).collect()
    }

    /// Takes in what a file with the same columns is like: a type is one that both fit.
    fn join(&mut self, other: &Self) {
        self.records += other.records;
        for column in &mut self.columns {
            let Some(theirs) = other.columns.iter().find(|theirs| theirs.column == column.column) else { continue };
            if theirs.filled > 0 && column.role == theirs.role {
                column.ty = match (column.ty, theirs.ty) {
                    (one, other) if one == other => one,
                    (_, other) if column.filled == 0 => other,
                    ("int", "decimal") | ("decimal", "int") => "decimal",
                    ("date", "time") | ("time", "date") => "time",
                    _ => "text",
                };
            }
            column.filled += theirs.filled;
            column.distinct = column.distinct.max(theirs.distinct);
        }
    }

    fn of(profile: &DataProfile, source: String, known: &Known) -> Self {
        let mut taken = BTreeSet::new();
        let mut columns: Vec<Guessed> = Vec::new();
        for (column, seen) in profile.seen() {
            let mut name = snake(column);
            while !taken.insert(name.clone()) {
                name.push_str("_2");
            }
            let words = name.split('_').map(str::to_owned).collect();
            let distinct = seen.distinct();
            let mut guessed = Guessed {
                column: column.to_string(),
                name,
                role: Role::Trait,
                ty: "text",
                filled: seen.filled,
                amount: false,
                consent: false,
                distinct,
                words,
            };
            guessed.ty = ty(&guessed, seen);
            columns.push(guessed);
        }
        let seen: Vec<&Seen> = profile.seen().map(|(_, seen)| seen).collect();
        for (column, seen) in columns.iter_mut().zip(&seen) {
            if let Some((kind, name)) = who(column, seen, &source).or_else(|| elsewhere(column, seen, known)) {
                column.role = Role::Who(kind, name);
            }
        }
        let numeric = |column: &Guessed| matches!(column.ty, "int" | "decimal");
        let timed = |(column, seen): (&Guessed, &&Seen)| {
            column.role == Role::Trait
                && !column.says(BIRTH)
                && (matches!(column.ty, "date" | "time")
                    || (column.says(TIME)
                        && numeric(column)
                        && (seen.mostly(seen.seconds, 98) || seen.mostly(seen.millis, 98))))
                && seen.mostly(profile.records(), 90)
        };
        let time = columns.iter().zip(&seen).position(timed);
        let repeats = columns.iter().any(|column| {
            matches!(column.role, Role::Who(Kind::Person | Kind::Device, _)) && column.distinct * 10 < column.filled * 9
        });
        let counted = columns.iter().any(|column| {
            column.role == Role::Trait && numeric(column) && (column.says(AMOUNT) || column.says(QUANTITY))
        });
        let is_event = time.is_some() && (repeats || counted);
        if let Some(at) = time.filter(|_| is_event).and_then(|at| columns.get_mut(at)) {
            at.role = Role::At;
        }
        let is_amount = |column: &Guessed| {
            column.role == Role::Trait && numeric(column) && column.says(AMOUNT) && !column.says(QUANTITY)
        };
        // A currency without an amount is a word like others.
        let currency = columns
            .iter()
            .position(|column| column.role == Role::Trait && column.says(&["currency"]) && column.ty == "text")
            .filter(|_| columns.iter().any(is_amount));
        if let Some(currency) = currency.and_then(|at| columns.get_mut(at)) {
            currency.role = Role::Currency;
        }
        for column in columns.iter_mut().filter(|column| column.role == Role::Trait) {
            column.amount = is_amount(column);
            column.consent = column.says(CONSENT) && column.distinct <= 4;
            let unique = column.filled == profile.records() && column.distinct * 100 >= column.filled * 97;
            let record = column.says(RECORD) && (column.says(ID) || column.words.len() == 1) && !numeric_amount(column);
            column.role = match (is_event, column.amount && currency.is_some()) {
                (true, true) => Role::Money,
                (false, true) => Role::MoneyTrait,
                (true, _) if record && unique => Role::Id,
                (true, _) => Role::Property,
                (false, _) => Role::Trait,
            };
            if column.role == Role::MoneyTrait {
                column.ty = "money";
            }
        }
        // One id a row; the others are properties.
        let mut has_id = false;
        for column in columns.iter_mut().filter(|column| column.role == Role::Id) {
            if std::mem::replace(&mut has_id, true) {
                column.role = Role::Property;
            }
        }
        let (times, times_because) = times(&columns, &seen, time.filter(|_| is_event));
        let comma = seen.iter().any(|seen| seen.comma > 0) && seen.iter().all(|seen| seen.fraction == 0);
        // An event is not called as one of the seven calls, nor as a word that the file has for a person.
        let reserved =
            ["identify", "track", "page", "screen", "group", "alias", "consent", "record"].contains(&source.as_str());
        let event = match (is_event, reserved) {
            (false, _) => "identify".into(),
            (true, false) => source.clone(),
            (true, true) => format!("{source}_row"),
        };
        Self { import: source.clone(), source, event, records: profile.records(), columns, times, times_because, comma }
    }
}

fn numeric_amount(column: &Guessed) -> bool {
    column.ty == "decimal" || column.amount
}

/// The type that all values fit; a trait may have a few that do not.
fn ty(column: &Guessed, seen: &Seen) -> &'static str {
    let numbers = seen.whole + seen.fraction + seen.comma;
    match () {
        () if seen.mostly(seen.lists, 100) => "list",
        () if column.says(BIRTH) && seen.mostly(seen.compact + seen.dates, 90) => "date",
        () if seen.padded > 0 => "text",
        () if seen.mostly(seen.whole, 100) && column.says(AMOUNT) => "decimal",
        () if seen.mostly(seen.whole, 100) => "int",
        () if seen.mostly(numbers, 100) && (seen.comma == 0 || seen.fraction == 0) => "decimal",
        () if seen.mostly(seen.bools, 100) => "bool",
        () if seen.mostly(seen.dates, 99) => "date",
        () if seen.mostly(seen.times + seen.dates, 99) => "time",
        () => "text",
    }
}

/// The kind of identifier that a column holds, if it holds one.
fn who(column: &Guessed, seen: &Seen, source: &str) -> Option<(Kind, String)> {
    if seen.filled == 0 || seen.mostly(seen.lists, 1) {
        return None;
    }
    if seen.mostly(seen.emails, 80) || (column.says(MAIL) && seen.mostly(seen.emails, 50)) {
        return Some((Kind::Email, "email".into()));
    }
    let digits = seen.whole + seen.padded + seen.phones;
    if column.says(PHONE) && seen.mostly(digits, 80) && column.distinct * 10 > column.filled {
        return Some((Kind::Phone, "phone".into()));
    }
    let plain = column.ty == "text" || column.ty == "int";
    let id = column.says(ID) || column.words.last().is_some_and(|last| last.len() > 2 && last.ends_with("id"));
    let alone = column.words.len() == 1;
    if !plain || column.says(AMOUNT) {
        return None;
    }
    let named = |suffix: bool| {
        if suffix && alone { format!("{}_id", column.name) } else { column.name.clone() }
    };
    let says = |words: &[&str]| column.says(words) && (id || alone);
    let not_id = !column.says(ID);
    if says(DEVICE) {
        return Some((Kind::Device, named(not_id)));
    }
    if says(PERSON) && column.distinct > 2 {
        return Some((Kind::Person, named(not_id)));
    }
    if says(GROUP) && id {
        return Some((Kind::Group, named(not_id)));
    }
    // `id` alone, or the id of a record: the source's own number of the customer where rows are about customers.
    let generic = column.name == "id" || (column.says(&["unique", "rec", "record", "row"]) && id);
    let unique = column.distinct * 100 >= column.filled * 97;
    (generic && unique).then(|| (Kind::Person, format!("{source}_id")))
}

/// The kind of identifier that a column of this name holds in another file, if these values are like those.
fn elsewhere(column: &Guessed, seen: &Seen, known: &Known) -> Option<(Kind, String)> {
    let name =
        [column.name.clone(), format!("{}_id", column.name)].into_iter().find(|name| known.contains_key(name))?;
    let (kind, types) = known.get(&name)?;
    (seen.filled > 0 && types.contains(column.ty)).then_some((*kind, name))
}

/// How times are written, and why it seems so.
fn times(columns: &[Guessed], seen: &[&Seen], at: Option<usize>) -> (&'static str, &'static str) {
    if let Some(seen) = at
        .filter(|at| columns.get(*at).is_some_and(|it| matches!(it.ty, "int" | "decimal")))
        .and_then(|at| seen.get(at))
    {
        return if seen.mostly(seen.millis, 98) {
            ("unix_millis", "milliseconds since 1970")
        } else {
            ("unix_seconds", "seconds since 1970")
        };
    }
    let sum = |count: fn(&Seen) -> u64| seen.iter().map(|seen| count(seen)).sum::<u64>();
    let (ambiguous, day, month) = (sum(|it| it.ambiguous), sum(|it| it.day_first), sum(|it| it.month_first));
    match (ambiguous + day + month > 0, day >= month) {
        (false, _) if sum(|it| it.spoken) > 0 => ("day_first", "some days are no ISO form, such as `Nov 21, 2026`"),
        (false, _) => ("iso", ""),
        (true, _) if day == 0 && month == 0 => {
            ("day_first", "please check: no value tells whether the day or the month stands first")
        }
        (true, true) => ("day_first", "days above 12 stand first"),
        (true, false) => ("month_first", "days above 12 stand second"),
    }
}
