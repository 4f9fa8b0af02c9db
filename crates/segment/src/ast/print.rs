//! The canonical text. Reading it gives the same tree, its comments included.

use std::fmt::{self, Display, Formatter, Write};

use onefold_model::{Type, show_span};

use super::{
    Aggregate, Arith, Body, Check, Definition, Elapsed, End, Events, Expr, Function, Literal, Name, Op, Path,
    Quantifier, Rank, Sequence, Size, Source, Target, Term, Test, Then, Unit, When, Window, Zone,
};
use crate::lex::{FOLLOWING, RESERVED};

/// A definition longer than this stands in braces, one part a line.
const LINE: usize = 100;

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.definitions.iter().try_for_each(|it| it.fmt(f))?;
        comments(&self.notes, f)
    }
}

fn comments(notes: &[String], f: &mut Formatter<'_>) -> fmt::Result {
    for line in notes.iter().flat_map(|note| note.split('\n')).map(str::trim_end) {
        match line {
            "" => f.write_str("#\n")?,
            line => writeln!(f, "# {line}")?,
        }
    }
    Ok(())
}

impl Display for Definition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        comments(&self.notes, f)?;
        match &self.body {
            Body::Segment(expr) => segment(&self.name, expr, f),
            Body::Trait { ty, value } => computed(&self.name, *ty, value, f),
        }
    }
}

fn segment(name: &Name, expr: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
    let line = format!("segment {name} = {expr}");
    let (parts, word) = match expr {
        Expr::And(parts) => (parts, "and "),
        Expr::Or(parts) => (parts, "or "),
        _ => return writeln!(f, "{line}"),
    };
    if line.len() <= LINE {
        return writeln!(f, "{line}");
    }
    writeln!(f, "segment {name} {{")?;
    for (nth, part) in parts.iter().enumerate() {
        write!(f, "  {}", if nth == 0 { "" } else { word })?;
        inside(part, rank(expr), f)?;
        f.write_char('\n')?;
    }
    f.write_str("}\n")
}

fn computed(name: &Name, ty: Option<Type>, value: &Term, f: &mut Formatter<'_>) -> fmt::Result {
    let mut head = format!("trait {name}");
    if let Some(ty) = ty {
        write!(head, ": {}", type_word(ty))?;
    }
    let line = format!("{head} = {value}");
    let Term::Case { when, otherwise } = value else { return writeln!(f, "{line}") };
    if line.len() <= LINE {
        return writeln!(f, "{line}");
    }
    writeln!(f, "{head} = case")?;
    for (condition, value) in when {
        writeln!(f, "  when {condition} then {value}")?;
    }
    if let Some(value) = otherwise {
        writeln!(f, "  else {value}")?;
    }
    f.write_str("end\n")
}

const TYPES: [(&str, Type); 11] = [
    ("text", Type::Text),
    ("int", Type::Int),
    ("decimal", Type::Decimal),
    ("money", Type::Money),
    ("time", Type::Time),
    ("date", Type::Date),
    ("bool", Type::Bool),
    ("score", Type::Score),
    ("list", Type::List),
    ("map", Type::Map),
    ("any", Type::Any),
];

/// The type that a word names.
pub(crate) fn type_named(word: &str) -> Option<Type> {
    TYPES.iter().find(|(known, _)| *known == word).map(|(_, ty)| *ty)
}

/// The word for a type.
pub(crate) fn type_word(ty: Type) -> &'static str {
    TYPES.iter().find(|(_, known)| *known == ty).map_or("any", |(word, _)| word)
}

/// How tightly it binds.
const fn rank(expr: &Expr) -> u8 {
    match expr {
        Expr::Except(..) => 0,
        Expr::Or(_) => 1,
        Expr::And(_) => 2,
        Expr::Not(_) => 3,
        _ => 4,
    }
}

/// A part of something that binds with the rank `outer`: in parentheses where it binds no tighter.
fn inside(part: &Expr, outer: u8, f: &mut Formatter<'_>) -> fmt::Result {
    if rank(part) > outer || (rank(part) == 3 && outer == 3) { part.fmt(f) } else { write!(f, "({part})") }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => joined(parts, " and ", rank(self), f),
            Self::Or(parts) => joined(parts, " or ", rank(self), f),
            Self::Not(part) => {
                f.write_str("not ")?;
                inside(part, rank(self), f)
            }
            Self::Except(left, right) => {
                match **left {
                    Self::Except(..) => left.fmt(f)?,
                    _ => inside(left, rank(self), f)?,
                }
                f.write_str(" except ")?;
                inside(right, rank(self), f)
            }
            Self::Test(test) => test.fmt(f),
            Self::Did { events, window } => write!(f, "did {events} {window}"),
            Self::FirstTime { events, window } => write!(f, "first time {events} {window}"),
            Self::Stopped { events, span } => {
                f.write_str("stopped ")?;
                match &events.what {
                    // Else the trait `stopped` would be asked.
                    Target::Named(name) if FOLLOWING.contains(&name.as_str()) => quoted(&name.text, '`', f)?,
                    what => what.fmt(f)?,
                }
                filter(events, f)?;
                write!(f, " for {}", show_span(*span))
            }
            Self::Sequence(sequence) => sequence.fmt(f),
            Self::Held { expr, span } => write!(f, "({expr}) for {}", show_span(*span)),
            Self::Changed { field, from, to, window } => {
                write!(f, "{field} changed ")?;
                if let Some(from) = from {
                    write!(f, "from {from} ")?;
                }
                if let Some(to) = to {
                    write!(f, "to {to} ")?;
                }
                window.fmt(f)
            }
            Self::Member(name) => write!(f, "in segment {name}"),
            Self::Consent { purpose, channel: None } => write!(f, "consent({purpose})"),
            Self::Consent { purpose, channel: Some(channel) } => write!(f, "consent({purpose}, {channel})"),
            Self::Sample { percent, salt } => {
                write!(f, "sample {percent}% salt ")?;
                quoted(salt, '"', f)
            }
            Self::Bucket { of, among, salt } => {
                write!(f, "bucket of {of} salt ")?;
                quoted(salt, '"', f)?;
                f.write_str(" in ")?;
                list(among, f)
            }
            Self::Rank(rank) => rank.fmt(f),
            Self::Related { quantifier, relation, expr } => {
                write!(f, "{quantifier} of {relation} ({expr})")
            }
            Self::Items { quantifier, path, expr } => write!(f, "{quantifier} {path}[{expr}]"),
        }
    }
}

fn joined(parts: &[Expr], word: &str, rank: u8, f: &mut Formatter<'_>) -> fmt::Result {
    for (nth, part) in parts.iter().enumerate() {
        f.write_str(if nth == 0 { "" } else { word })?;
        inside(part, rank, f)?;
    }
    Ok(())
}

impl Display for Quantifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::All => "all",
            Self::None => "none",
        })
    }
}

impl Display for Rank {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let end = match self.end {
            End::Top => "top",
            End::Bottom => "bottom",
        };
        match self.size {
            Size::Percent(percent) => write!(f, "{end} {percent}% by {}", self.by)?,
            Size::Count(count) => write!(f, "{end} {count} by {}", self.by)?,
        }
        match &self.among {
            Some(segment) => write!(f, " among in segment {segment}"),
            None => Ok(()),
        }
    }
}

impl Display for Sequence {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "did {}", self.first)?;
        if let Some(name) = &self.name {
            write!(f, " as {name}")?;
        }
        for step in &self.steps {
            let not = match step.then {
                Then::Follows => "",
                Then::Lacks => "not ",
            };
            write!(f, " then {not}{}", step.events)?;
            if let Some(name) = &step.name {
                write!(f, " as {name}")?;
            }
            if let Some(within) = step.within {
                write!(f, " within {}", show_span(within))?;
            }
        }
        write!(f, ", {}", self.window)
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.subject.fmt(f)?;
        let mut listed = |words: &str, values: &[Literal]| {
            f.write_str(words)?;
            list(values, f)
        };
        match &self.check {
            Check::Among(values) => listed(" in ", values),
            Check::NotAmong(values) => listed(" not in ", values),
            Check::ContainsAny(values) => listed(" contains any ", values),
            Check::ContainsAll(values) => listed(" contains all ", values),
            Check::Compare(op, term) => write!(f, " {op} {term}"),
            Check::Null => f.write_str(" is null"),
            Check::NotNull => f.write_str(" is not null"),
            Check::WithinLast(span) => write!(f, " within last {}", show_span(*span)),
            Check::WithinNext(span) => write!(f, " within next {}", show_span(*span)),
            Check::Anniversary(span) => write!(f, " anniversary within next {}", show_span(*span)),
            Check::Near { km, lat, lon } => write!(f, " within {km} km of ({lat}, {lon})"),
        }
    }
}

fn list(values: &[impl Display], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('(')?;
    for (nth, value) in values.iter().enumerate() {
        write!(f, "{}{value}", if nth == 0 { "" } else { ", " })?;
    }
    f.write_char(')')
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(literal) => literal.fmt(f),
            Self::Name(path) => path.fmt(f),
            Self::Score(name) => write!(f, "score({name})"),
            Self::Aggregate(aggregate) => aggregate.fmt(f),
            Self::Arithmetic(left, arith, right) => {
                // To the right of a sum stands a product, to the right of a product a factor.
                let (sign, outer) = arith.sign();
                operand(left, outer, f)?;
                write!(f, " {sign} ")?;
                operand(right, outer + 1, f)
            }
            Self::Size(path) => write!(f, "size({path})"),
            Self::Since(Elapsed::Days, term) => write!(f, "days_since({term})"),
            Self::Since(Elapsed::Years, term) => write!(f, "years_since({term})"),
            Self::Case { when, otherwise } => {
                f.write_str("case")?;
                for (condition, value) in when {
                    write!(f, " when {condition} then {value}")?;
                }
                if let Some(value) = otherwise {
                    write!(f, " else {value}")?;
                }
                f.write_str(" end")
            }
        }
    }
}

impl Arith {
    /// How it is written, and how tightly it binds.
    const fn sign(self) -> (char, u8) {
        match self {
            Self::Add => ('+', 0),
            Self::Sub => ('-', 0),
            Self::Mul => ('*', 1),
            Self::Div => ('/', 1),
        }
    }
}

/// A side of an operation, in parentheses where it binds less tightly than `least`.
fn operand(term: &Term, least: u8, f: &mut Formatter<'_>) -> fmt::Result {
    match term {
        Term::Arithmetic(_, arith, _) if arith.sign().1 < least => write!(f, "({term})"),
        _ => term.fmt(f),
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (nth, name) in self.names.iter().enumerate() {
            write!(f, "{}{name}", if nth == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Median => "median",
            Self::Distinct => "distinct",
            Self::First => "first",
            Self::Last => "last",
            Self::MostFrequent => "most_frequent",
            Self::ActiveDays => "active_days",
            Self::ActiveWeeks => "active_weeks",
            Self::Sessions(_) => "sessions",
            Self::SessionTime(_) => "session_time",
        })
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}", self.function, self.events)?;
        if let Some(property) = &self.property {
            write!(f, ".{property}")?;
        }
        if let Function::Sessions(gap) | Function::SessionTime(gap) = self.function {
            write!(f, ", {}", show_span(gap))?;
        }
        write!(f, ") {}", self.window)
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Named(name) => name.fmt(f),
            Self::AnyOf(names) => {
                f.write_str("any of ")?;
                list(names, f)
            }
        }
    }
}

impl Display for Events {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)?;
        filter(self, f)
    }
}

fn filter(events: &Events, f: &mut Formatter<'_>) -> fmt::Result {
    match &events.filter {
        Some(filter) => write!(f, "[{filter}]"),
        None => Ok(()),
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.when.fmt(f)?;
        match &self.zone {
            None => Ok(()),
            Some(Zone::Named(name)) => {
                f.write_str(" zone ")?;
                quoted(name, '"', f)
            }
            Some(Zone::Field(name)) => write!(f, " zone {name}"),
        }
    }
}

impl Display for When {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ever => f.write_str("ever"),
            Self::Last(span) => write!(f, "in last {}", show_span(*span)),
            Self::Ago { from, to } => write!(f, "between {} and {} ago", show_span(*from), show_span(*to)),
            Self::BeforeAgo(span) => write!(f, "before {} ago", show_span(*span)),
            Self::Since(from) => write!(f, "since @{from}"),
            Self::Before(to) => write!(f, "before @{to}"),
            Self::Between { from, to } => write!(f, "between @{from} and @{to}"),
            Self::This(unit) => write!(f, "in this {unit}"),
            Self::Calendar { count: 1, unit } => write!(f, "in last calendar {unit}"),
            Self::Calendar { count, unit } => write!(f, "in last {count} calendar {unit}s"),
            Self::Session(gap) => write!(f, "in session of {}", show_span(*gap)),
        }
    }
}

impl Display for Unit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        })
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
        })
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(text, '"', f),
            Self::Number(number) => number.fmt(f),
            Self::Money(money) if money.currency().as_str() == "AND" => write!(f, "{} `AND`", money.amount()),
            Self::Money(money) => money.fmt(f),
            Self::Bool(yes) => yes.fmt(f),
            Self::Time(time) => write!(f, "@{time}"),
            Self::Date(date) => write!(f, "@{date}"),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if needs_quotes(&self.text) { quoted(&self.text, '`', f) } else { f.write_str(&self.text) }
    }
}

/// Whether a name must be written in backticks.
fn needs_quotes(name: &str) -> bool {
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    !starts || !letters.all(|letter| letter.is_alphanumeric() || letter == '_') || RESERVED.contains(&name)
}

fn quoted(text: &str, mark: char, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char(mark)?;
    for letter in text.chars() {
        match letter {
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            letter if letter == mark => write!(f, "\\{mark}")?,
            control if control.is_control() => write!(f, "\\u{{{:x}}}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char(mark)
}
