//! The canonical text. Reading it gives the same tree; comments are not kept.

use std::fmt::{self, Display, Formatter, Write};

use onefold_model::show_span;

use super::{Check, Definition, Events, Expr, Literal, Name, Op, Source, Target, Test, Then, Window};
use crate::lex::RESERVED;

/// A definition longer than this stands in braces, one part a line.
const LINE: usize = 100;

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.segments.iter().try_for_each(|it| it.fmt(f))
    }
}

impl Display for Definition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let line = format!("segment {} = {}", self.name, self.expr);
        let (parts, word) = match &self.expr {
            Expr::And(parts) => (parts, "and "),
            Expr::Or(parts) => (parts, "or "),
            _ => return writeln!(f, "{line}"),
        };
        if line.len() <= LINE {
            return writeln!(f, "{line}");
        }
        writeln!(f, "segment {} {{", self.name)?;
        for (nth, part) in parts.iter().enumerate() {
            write!(f, "  {}", if nth == 0 { "" } else { word })?;
            inside(part, rank(&self.expr), f)?;
            f.write_char('\n')?;
        }
        f.write_str("}\n")
    }
}

/// How tightly it binds.
const fn rank(expr: &Expr) -> u8 {
    match expr {
        Expr::Or(_) => 0,
        Expr::And(_) => 1,
        Expr::Not(_) => 2,
        _ => 3,
    }
}

/// A part of something that binds with the rank `outer`: in parentheses where it binds no tighter.
fn inside(part: &Expr, outer: u8, f: &mut Formatter<'_>) -> fmt::Result {
    if rank(part) > outer || (rank(part) == 2 && outer == 2) { part.fmt(f) } else { write!(f, "({part})") }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                let word = if rank(self) == 1 { " and " } else { " or " };
                for (nth, part) in parts.iter().enumerate() {
                    f.write_str(if nth == 0 { "" } else { word })?;
                    inside(part, rank(self), f)?;
                }
                Ok(())
            }
            Self::Not(part) => {
                f.write_str("not ")?;
                inside(part, rank(self), f)
            }
            Self::Test(test) => test.fmt(f),
            Self::Did { events, window } => write!(f, "did {events} {window}"),
            Self::Count { events, window, op, value } => write!(f, "count({events}) {window} {op} {value}"),
            Self::Sum { events, property, window, op, value } => {
                write!(f, "sum({events}.{property}) {window} {op} {value}")
            }
            Self::Sequence { first, step, then, second, within, window } => {
                write!(f, "did {first}")?;
                if let Some(step) = step {
                    write!(f, " as {step}")?;
                }
                let not = match then {
                    Then::Follows => "",
                    Then::Lacks => "not ",
                };
                write!(f, " then {not}{second} within {}, {window}", show_span(*within))
            }
            Self::Member(name) => write!(f, "in segment {name}"),
            Self::Consent { purpose, channel: None } => write!(f, "consent({purpose})"),
            Self::Consent { purpose, channel: Some(channel) } => write!(f, "consent({purpose}, {channel})"),
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.subject.fmt(f)?;
        match &self.check {
            Check::Compare(op, value) => write!(f, " {op} {value}"),
            Check::Step { op, step, property } => write!(f, " {op} {step}.{property}"),
            Check::Among(values) => list(" in (", values, f),
            Check::NotAmong(values) => list(" not in (", values, f),
            Check::Null => f.write_str(" is null"),
            Check::NotNull => f.write_str(" is not null"),
            Check::WithinLast(span) => write!(f, " within last {}", show_span(*span)),
        }
    }
}

fn list(open: &str, values: &[Literal], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(open)?;
    for (nth, value) in values.iter().enumerate() {
        write!(f, "{}{value}", if nth == 0 { "" } else { ", " })?;
    }
    f.write_char(')')
}

impl Display for Events {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.what {
            Target::Any => f.write_str("any")?,
            Target::Named(name) => name.fmt(f)?,
        }
        match &self.filter {
            Some(filter) => write!(f, "[{filter}]"),
            None => Ok(()),
        }
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ever => f.write_str("ever"),
            Self::Last(span) => write!(f, "in last {}", show_span(*span)),
            Self::Ago { from, to } => {
                write!(f, "between {} and {} ago", show_span(*from), show_span(*to))
            }
            Self::Since(from) => write!(f, "since @{from}"),
            Self::Between { from, to } => write!(f, "between @{from} and @{to}"),
        }
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
