//! Values, events and times in plain English.

use std::time::Duration;

use onefold_model::show_span;

use super::{THING, Voice, clause};
use crate::ast::{
    Aggregate, Arith, Elapsed, Events, Function, Literal, Name, Op, Path, Target, Term, Unit, When, Window, Zone,
};

/// A name of the user's own.
pub(super) fn name(name: &Name) -> String {
    format!("*{}*", name.as_str().replace('\\', "\\\\").replace('*', "\\*"))
}

pub(super) fn path(path: &Path) -> String {
    path.names.iter().map(name).collect::<Vec<_>>().join("'s ")
}

pub(super) fn constant(literal: &Literal) -> String {
    match literal {
        Literal::Time(time) => time.to_string(),
        Literal::Date(date) => date.to_string(),
        other => other.to_string(),
    }
}

pub(super) fn list(values: &[Literal]) -> String {
    values.iter().map(constant).collect::<Vec<_>>().join(", ")
}

/// Things with a word before the last.
pub(super) fn both(all: &[String], word: &str) -> String {
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
        None => "none".into(),
    }
}

/// `14 days`
pub(super) fn span(span: Duration) -> String {
    let shown = show_span(span);
    let (number, unit) = shown.split_at(shown.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(shown.len()));
    let unit = match unit {
        "d" => "day",
        "h" => "hour",
        "m" => "minute",
        "s" => "second",
        "ms" => "millisecond",
        "us" => "microsecond",
        _ => "nanosecond",
    };
    format!("{number} {unit}{}", if number == "1" { "" } else { "s" })
}

/// After *the last*: `14 days`, but `day`.
pub(super) fn some(long: Duration) -> String {
    let said = span(long);
    said.strip_prefix("1 ").map_or(said.clone(), Into::into)
}

pub(super) fn events(events: &Events) -> String {
    let what = match &events.what {
        Target::Any => "anything".into(),
        Target::Named(it) => name(it),
        Target::AnyOf(all) => match &all[..] {
            [only] => format!("any of {}", name(only)),
            all => both(&all.iter().map(name).collect::<Vec<_>>(), "or"),
        },
    };
    match &events.filter {
        Some(filter) => format!("{what} (where {})", clause(filter, THING)),
        None => what,
    }
}

pub(super) fn when(window: &Window) -> String {
    let when = match window.when {
        When::Ever => "at any time".into(),
        When::Last(long) => format!("in the last {}", some(long)),
        When::Ago { from, to } => format!("between {} and {} ago", span(from), span(to)),
        When::BeforeAgo(long) => format!("{} ago or earlier", span(long)),
        When::Since(from) => format!("from {from} on"),
        When::Before(to) => format!("before {to}"),
        When::Between { from, to } => format!("from {from} until just before {to}"),
        When::This(unit) => format!("in the current {}", word(unit)),
        When::Calendar { count: 1, unit } => format!("in the whole {} before this one", word(unit)),
        When::Calendar { count, unit } => format!("in the {count} whole {}s before this one", word(unit)),
        When::Session(gap) => format!("in the session going on (pauses of less than {})", span(gap)),
    };
    match &window.zone {
        None => when,
        Some(Zone::Named(zone)) => format!("{when} by the clock of {zone:?}"),
        Some(Zone::Field(field)) => format!("{when} by the clock of their {}", name(field)),
    }
}

const fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::Day => "calendar day",
        Unit::Week => "calendar week",
        Unit::Month => "calendar month",
        Unit::Quarter => "calendar quarter",
        Unit::Year => "calendar year",
    }
}

pub(super) fn compared(op: Op, with: &Term) -> &'static str {
    let instant = matches!(with, Term::Constant(Literal::Time(_) | Literal::Date(_)));
    match op {
        Op::Eq => "is",
        Op::Ne => "is not",
        Op::Lt if instant => "is before",
        Op::Le if instant => "is not after",
        Op::Gt if instant => "is after",
        Op::Ge if instant => "is not before",
        Op::Lt => "is less than",
        Op::Le => "is at most",
        Op::Gt => "is more than",
        Op::Ge => "is at least",
        Op::Contains => "contains",
        Op::StartsWith => "starts with",
        Op::EndsWith => "ends with",
    }
}

/// A value, with whose it is.
pub(super) fn value(term: &Term, voice: Voice) -> String {
    let whose = voice.whose;
    match term {
        Term::Constant(literal) => constant(literal),
        Term::Name(it) if it.names.len() > 1 && whose == THING.whose => path(it),
        Term::Name(it) => format!("{whose} {}", path(it)),
        Term::Score(_) | Term::Size(_) | Term::Aggregate(_) => format!("{whose} {}", noun(term)),
        Term::Arithmetic(left, arith, right) => {
            let word = match arith {
                Arith::Add => "plus",
                Arith::Sub => "minus",
                Arith::Mul => "times",
                Arith::Div => "divided by",
            };
            format!("({} {word} {})", value(left, voice), value(right, voice))
        }
        Term::Since(elapsed, term) => {
            let units = match elapsed {
                Elapsed::Days => "days",
                Elapsed::Years => "years",
            };
            format!("the full {units} since {}", value(term, voice))
        }
        Term::Case { when, otherwise } => {
            let mut said: Vec<_> = when
                .iter()
                .map(|(condition, term)| format!("{} if {}", value(term, voice), clause(condition, voice)))
                .collect();
            said.push(otherwise.as_ref().map_or_else(|| "nothing".into(), |term| value(term, voice)));
            format!("({})", said.join(", otherwise "))
        }
    }
}

/// What can be had.
pub(super) fn noun(term: &Term) -> String {
    match term {
        Term::Score(it) => format!("score {}", name(it)),
        Term::Size(it) => format!("number of items in {}", path(it)),
        Term::Aggregate(it) => aggregate(it),
        other => value(other, super::PLAIN),
    }
}

fn aggregate(it: &Aggregate) -> String {
    let (all, when) = (events(&it.events), when(&it.window));
    let of = it.property.as_ref().map_or_else(|| all.clone(), |property| format!("{} of {all}", path(property)));
    let what = match it.function {
        Function::Count => format!("number of {of}"),
        Function::Sum => format!("sum of {of}"),
        Function::Avg => format!("average {of}"),
        Function::Min => format!("smallest {of}"),
        Function::Max => format!("greatest {of}"),
        Function::Median => format!("median {of}"),
        Function::Distinct => format!("number of different {of}"),
        Function::First if it.property.is_none() => format!("time of the first {of}"),
        Function::Last if it.property.is_none() => format!("time of the latest {of}"),
        Function::First => format!("first {of}"),
        Function::Last => format!("latest {of}"),
        Function::MostFrequent => format!("most frequent {of}"),
        Function::ActiveDays => format!("number of days with {of}"),
        Function::ActiveWeeks => format!("number of weeks with {of}"),
        Function::Sessions(gap) => format!("number of sessions (pauses of less than {}) of {of}", span(gap)),
        Function::SessionTime(gap) => format!("seconds in sessions (pauses of less than {}) of {of}", span(gap)),
    };
    format!("{what} {when}")
}
