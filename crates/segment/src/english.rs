//! Definitions in plain English, for those who use segments and do not write them.
//!
//! The user's own names stand in *asterisks*, texts in quotes, and what belongs together in parentheses, so that two
//! definitions that say different things read differently. A short condition is a sentence; a long one, or one that
//! mixes *and* with *or*, is a list.

mod value;

use std::fmt::Write;

use crate::ast::{
    Body, Check, Definition, End, Expr, Function, Op, Quantifier, Rank, Sequence, Size, Target, Term, Test, Then,
    type_word,
};
use value::{both, compared, constant, events, list, name, path, span, value, when};

/// A sentence longer than this becomes a list.
const SENTENCE: usize = 240;

/// Of whom a clause speaks, and in which form.
#[derive(Clone, Copy)]
pub(crate) struct Voice {
    who: &'static str,
    whose: &'static str,
    /// Before a whole sentence.
    of_whom: &'static str,
}

/// Customers *who bought*.
const RELATIVE: Voice = Voice { who: "who", whose: "whose", of_whom: "of whom " };
/// *They bought.*
const PLAIN: Voice = Voice { who: "they", whose: "their", of_whom: "" };
/// *Its category is ..*
const THING: Voice = Voice { who: "it", whose: "its", of_whom: "" };

impl Voice {
    /// The same within a clause that has begun.
    const fn inside(self) -> Self {
        if self.of_whom.is_empty() { self } else { PLAIN }
    }
}

impl Definition {
    /// What it says in plain English.
    ///
    /// ```
    /// use onefold_segment::{Definition, Expr, count, did, field};
    /// use std::time::Duration;
    /// let fortnight = Duration::from_hours(14 * 24);
    /// let silent = count("purchase").ever().at_least(3).and(did("any").in_last(fortnight).not());
    /// let win_back = Definition::segment("win_back", silent.and(Expr::member("sales_cycle").not()));
    /// assert_eq!(
    ///     win_back.english(),
    ///     "Customers who did *purchase* at least 3 times, at any time, and who did nothing in the last 14 days, \
    ///      and who are not in *sales_cycle*.",
    /// );
    /// let german = Definition::computed("german", None, onefold_segment::case(field("country").is("DE"), true).end());
    /// assert_eq!(german.english(), "*german* is what applies first:\n- true, if their *country* is \"DE\"\n- otherwise nothing");
    /// ```
    #[must_use]
    pub fn english(&self) -> String {
        match &self.body {
            Body::Segment(expr) => expr.english(),
            Body::Trait { .. } if !self.fits() => too_deep(),
            Body::Trait { ty, value: term } => {
                let ty = ty.map_or_else(String::new, |ty| format!(" (of type {})", type_word(ty)));
                let head = format!("{}{ty} is", name(&self.name));
                let Term::Case { when, otherwise } = term else { return format!("{head} {}.", value(term, PLAIN)) };
                let mut out = format!("{head} what applies first:");
                for (condition, term) in when {
                    let _ = write!(out, "\n- {}, if {}", value(term, PLAIN), clause(condition, PLAIN));
                }
                let otherwise = otherwise.as_ref().map_or_else(|| "nothing".into(), |term| value(term, PLAIN));
                let _ = write!(out, "\n- otherwise {otherwise}");
                out
            }
        }
    }
}

impl Expr {
    /// What it says in plain English, as a sentence or a list.
    ///
    /// ```
    /// use onefold_segment::{did, field};
    /// let both = field("country").is_in(["DE", "FR"]).and(did("purchase").ever());
    /// assert_eq!(both.english(), "Customers whose *country* is one of \"DE\", \"FR\", and who did *purchase* at any time.");
    /// let mixed = both.or(field("vip").is(true));
    /// assert_eq!(
    ///     mixed.english(),
    ///     "Customers of whom at least one of these is true:\n\
    ///      - all of these:\n  - their *country* is one of \"DE\", \"FR\"\n  - they did *purchase* at any time\n\
    ///      - their *vip* is true",
    /// );
    /// ```
    #[must_use]
    pub fn english(&self) -> String {
        if !self.is_shallow() {
            return too_deep();
        }
        if let Some(sentence) = sentence(self) {
            return sentence;
        }
        let mut out = String::from("Customers of whom ");
        match self {
            Self::And(parts) => {
                out.push_str("all of these are true:");
                parts.iter().for_each(|part| lines(part, 0, &mut out));
            }
            Self::Or(parts) => {
                out.push_str("at least one of these is true:");
                parts.iter().for_each(|part| lines(part, 0, &mut out));
            }
            other => {
                out.push_str("this is true:");
                lines(other, 0, &mut out);
            }
        }
        out
    }
}

impl Term {
    /// What it is in plain English.
    ///
    /// ```
    /// use onefold_segment::{Term, field};
    /// let age = Term::from(field("born").years_since() + 1);
    /// assert_eq!(age.english(), "(the full years since their *born* plus 1)");
    /// ```
    #[must_use]
    pub fn english(&self) -> String {
        if self.is_shallow() { value(self, PLAIN) } else { too_deep() }
    }
}

fn too_deep() -> String {
    "A definition that nests too deep to be told.".into()
}

/// The whole in one sentence, where it is short and does not mix.
fn sentence(expr: &Expr) -> Option<String> {
    let (parts, word) = match expr {
        Expr::And(parts) => (parts.as_slice(), ", and "),
        Expr::Or(parts) => (parts.as_slice(), ", or "),
        other => (std::slice::from_ref(other), ""),
    };
    if parts.is_empty() || parts.iter().any(is_compound) {
        return None;
    }
    let clauses: Vec<_> = parts.iter().map(|part| clause(part, RELATIVE)).collect();
    let said = format!("Customers {}.", clauses.join(word));
    (said.len() <= SENTENCE || parts.len() == 1).then_some(said)
}

/// Whether it is a list of its own.
fn is_compound(expr: &Expr) -> bool {
    match expr {
        Expr::And(_) | Expr::Or(_) | Expr::Except(..) => true,
        Expr::Not(part) => is_compound(part),
        _ => false,
    }
}

/// A list of what must hold.
fn lines(expr: &Expr, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let mut under = |head: &str, parts: &[&Expr]| {
        let _ = write!(out, "\n{indent}- {head}");
        parts.iter().for_each(|part| lines(part, depth + 1, out));
    };
    match expr {
        Expr::And(parts) => under("all of these:", &parts.iter().collect::<Vec<_>>()),
        Expr::Or(parts) => under("at least one of these:", &parts.iter().collect::<Vec<_>>()),
        Expr::Not(part) if is_compound(part) => under("not this:", &[part]),
        Expr::Except(left, right) => under("the first of these, but not, for certain, the second:", &[left, right]),
        leaf => under(&clause(leaf, PLAIN), &[]),
    }
}

/// A condition within a sentence.
pub(crate) fn clause(expr: &Expr, voice: Voice) -> String {
    let Voice { who, whose, of_whom } = voice;
    let part = |part: &Expr| match is_compound(part) {
        true => format!("({})", clause(part, voice)),
        false => clause(part, voice),
    };
    match expr {
        Expr::And(parts) => joined(parts, " and ", part),
        Expr::Or(parts) => joined(parts, " or ", part),
        Expr::Except(left, right) => format!("{} but not, for certain, {}", part(left), part(right)),
        Expr::Not(inner) => negated(inner, voice),
        Expr::Test(it) => test(it, voice),
        Expr::Did { events: it, window } => format!("{who} did {} {}", events(it), when(window)),
        Expr::FirstTime { events: it, window } => {
            format!("{who} did {} for the first time {}", events(it), when(window))
        }
        Expr::Stopped { events: it, span: long } => {
            format!("{who} did {} before, but stopped and have not for {}", events(it), span(*long))
        }
        Expr::Sequence(it) => sequence(it, voice),
        Expr::Held { expr, span: long } => {
            let inner = clause(expr, voice.inside());
            format!("{of_whom}it has been true all through the last {} that ({inner})", span(*long))
        }
        Expr::Changed { field, from, to, window } => {
            let from = from.as_ref().map_or_else(String::new, |from| format!(" from {}", constant(from)));
            let to = to.as_ref().map_or_else(String::new, |to| format!(" to {}", constant(to)));
            format!("{whose} {} changed{from}{to} {}", name(field), when(window))
        }
        Expr::Member(segment) => format!("{who} are in {}", name(segment)),
        Expr::Consent { purpose, channel } => format!("{who} permit {}", consent(purpose, channel.as_ref())),
        Expr::Sample { percent, salt } => format!("{who} are in the {percent}% sample {salt:?}"),
        Expr::Bucket { of, among, salt } => {
            let among: Vec<_> = among.iter().map(ToString::to_string).collect();
            format!("{who} are in bucket {} of the {of} of the split {salt:?}", both(&among, "or"))
        }
        Expr::Rank(it) => rank(it, voice),
        Expr::Related { quantifier, relation, expr } => {
            let how = match quantifier {
                Quantifier::Any => "at least one member is someone",
                Quantifier::All => "every member is someone",
                Quantifier::None => "no member is someone",
            };
            format!("of {whose} {} {how} ({})", name(relation), clause(expr, RELATIVE))
        }
        Expr::Items { quantifier, path: it, expr } => {
            let how = match quantifier {
                Quantifier::Any => "at least one is such that",
                Quantifier::All => "every one is such that",
                Quantifier::None => "none is such that",
            };
            format!("of {whose} {} {how} ({})", path(it), clause(expr, THING))
        }
    }
}

fn joined(parts: &[Expr], word: &str, part: impl Fn(&Expr) -> String) -> String {
    match parts {
        [] if word == " and " => "all of nothing holds".into(),
        [] => "one of nothing holds".into(),
        [only] => format!("({})", part(only)),
        parts => parts.iter().map(part).collect::<Vec<_>>().join(word),
    }
}

fn negated(expr: &Expr, voice: Voice) -> String {
    let who = voice.who;
    match expr {
        Expr::Did { events: it, window } if it.what == Target::Any && it.filter.is_none() => {
            format!("{who} did nothing {}", when(window))
        }
        Expr::Did { events: it, window } => format!("{who} did not do {} {}", events(it), when(window)),
        Expr::Member(segment) => format!("{who} are not in {}", name(segment)),
        Expr::Consent { purpose, channel } => format!("{who} do not permit {}", consent(purpose, channel.as_ref())),
        other => format!("{}it is not true that ({})", voice.of_whom, clause(other, voice.inside())),
    }
}

fn consent(purpose: &crate::ast::Name, channel: Option<&crate::ast::Name>) -> String {
    let channel = channel.map_or_else(String::new, |channel| format!(" by {}", name(channel)));
    format!("{}{channel}", name(purpose))
}

fn test(test: &Test, voice: Voice) -> String {
    let whose = voice.whose;
    if let (Term::Aggregate(it), Check::Compare(op, Term::Constant(crate::ast::Literal::Number(number)))) =
        (&test.subject, &test.check)
        && it.function == Function::Count
        && let Some(often) = often(*op)
    {
        let times = if *number == 1.into() { "time" } else { "times" };
        return format!("{} did {} {often} {number} {times}, {}", voice.who, events(&it.events), when(&it.window));
    }
    // What can be had is had; of anything else it is only said what it is.
    let head = match &test.subject {
        Term::Name(it) => format!("{whose} {}", path(it)),
        it @ (Term::Score(_) | Term::Size(_) | Term::Aggregate(_)) => format!("{whose} {}", value::noun(it)),
        other => match voice.of_whom {
            "" => value(other, voice),
            _ => format!("for whom {}", value(other, PLAIN)),
        },
    };
    format!("{head} {}", check(&test.check, voice.inside()))
}

const fn often(op: Op) -> Option<&'static str> {
    match op {
        Op::Eq => Some("exactly"),
        Op::Lt => Some("fewer than"),
        Op::Le => Some("at most"),
        Op::Gt => Some("more than"),
        Op::Ge => Some("at least"),
        _ => None,
    }
}

fn check(check: &Check, voice: Voice) -> String {
    match check {
        Check::Compare(op, term) => format!("{} {}", compared(*op, term), value(term, voice)),
        Check::Among(values) => format!("is one of {}", list(values)),
        Check::NotAmong(values) => format!("is none of {}", list(values)),
        Check::ContainsAny(values) => format!("contains at least one of {}", list(values)),
        Check::ContainsAll(values) => format!("contains all of {}", list(values)),
        Check::Null => "is not known".into(),
        Check::NotNull => "is known".into(),
        Check::WithinLast(long) => format!("lies in the last {}", value::some(*long)),
        Check::WithinNext(long) => format!("lies in the next {}", value::some(*long)),
        Check::Anniversary(long) => format!("has its anniversary in the next {}", value::some(*long)),
        Check::Near { km, lat, lon } => format!("is at most {km} km from ({lat}, {lon})"),
    }
}

fn sequence(it: &Sequence, voice: Voice) -> String {
    let called =
        |step: Option<&crate::ast::Name>| step.map_or_else(String::new, |step| format!(" called {}", name(step)));
    let mut said = format!("{} did these in turn: {}{}", voice.who, events(&it.first), called(it.name.as_ref()));
    for step in &it.steps {
        let no = match step.then {
            Then::Follows => "",
            Then::Lacks => "no ",
        };
        let _ = write!(said, ", then {no}{}{}", events(&step.events), called(step.name.as_ref()));
        if let Some(within) = step.within {
            let _ = write!(said, " within {}", span(within));
        }
    }
    let _ = write!(said, "; the first of them {}", when(&it.window));
    said
}

fn rank(it: &Rank, voice: Voice) -> String {
    let end = match it.end {
        End::Top => "top",
        End::Bottom => "bottom",
    };
    let size = match it.size {
        Size::Percent(percent) => format!("{percent}%"),
        Size::Count(count) => count.to_string(),
    };
    let among = it.among.as_ref().map_or_else(|| "all".into(), |segment| format!("those in {}", name(segment)));
    format!("{} are in the {end} {size} of {among} by {}", voice.who, value(&it.by, voice.inside()))
}
