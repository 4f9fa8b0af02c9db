//! Which constructs were seen true, false, unknown, and flipped by time alone.

use std::collections::BTreeMap;

use onefold_segment::{
    Aggregate, Arith, Body, Check, Elapsed, End, Events, Expr, Function, Op, Quantifier, Size, Source, Target, Term,
    Test, Then, Unit, When, Window, Zone,
};

/// Two-valued by definition: never unknown.
const CERTAIN: [&str; 31] = [
    "changed from to",
    "count",
    "sum",
    "distinct",
    "active_days",
    "active_weeks",
    "sessions",
    "session_time",
    "did",
    "first time",
    "stopped",
    "then",
    "then not .. within",
    "then not, then",
    "step speaks of step",
    "three steps or more",
    "changed",
    "in segment",
    "consent",
    "consent over a channel",
    "sample",
    "bucket",
    "top n",
    "top %",
    "bottom n",
    "bottom %",
    "among",
    "is null",
    "is not null",
    "any of several types",
    "any behaviour",
];

/// What time alone cannot change.
const STILL: [&str; 17] = [
    "sample",
    "bucket",
    "contains any",
    "contains all",
    "within km",
    "any items",
    "all items",
    "none items",
    "score",
    "trait",
    "trait of a group",
    "key of a map",
    "list on the way",
    "size",
    "ever",
    "since",
    "before",
];

/// A construct's cells.
#[derive(Clone, Copy, Default)]
pub struct Cells {
    seen: [usize; 4],
}

/// The whole table.
#[derive(Clone, Default)]
pub struct Table {
    rows: BTreeMap<&'static str, Cells>,
}

impl Table {
    /// Notes a construct: cell 0 is true, 1 false, 2 unknown, 3 flipped by time.
    pub fn note(&mut self, row: &'static str, cell: usize) {
        self.rows.entry(row).or_default().seen[cell] += 1;
    }

    pub fn join(&mut self, other: &Self) {
        for (row, cells) in &other.rows {
            for (sum, more) in self.rows.entry(row).or_default().seen.iter_mut().zip(cells.seen) {
                *sum += more;
            }
        }
    }

    fn marked(row: &str, cell: usize) -> bool {
        (cell == 2 && CERTAIN.contains(&row)) || (cell == 3 && (STILL.contains(&row) || row == "between"))
    }

    /// The cells that were seen less often than that.
    pub fn rare(&self, least: usize) -> Vec<String> {
        let cells = ["true", "false", "unknown", "flipped"];
        let mut rare = Vec::new();
        for row in ALL {
            let seen = self.rows.get(row).copied().unwrap_or_default().seen;
            for (cell, name) in cells.iter().enumerate() {
                if seen[cell] < least && !Self::marked(row, cell) {
                    rare.push(format!("{row}: {name} {}", seen[cell]));
                }
            }
        }
        rare
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:26} {:>9} {:>9} {:>9} {:>9}", "construct", "true", "false", "unknown", "flipped")?;
        for row in ALL {
            let seen = self.rows.get(row).copied().unwrap_or_default().seen;
            write!(f, "{row:26}")?;
            for (cell, count) in seen.iter().enumerate() {
                if Self::marked(row, cell) && *count == 0 {
                    write!(f, " {:>9}", "-")?;
                } else {
                    write!(f, " {count:>9}")?;
                }
            }
            writeln!(f)?;
        }
        write!(f, "{} constructs", ALL.len())
    }
}

/// All rows.
const ALL: [&str; 98] = [
    "and",
    "or",
    "not",
    "except",
    "did",
    "first time",
    "stopped",
    "then",
    "then not .. within",
    "then not, then",
    "step speaks of step",
    "three steps or more",
    "held",
    "changed",
    "changed from to",
    "in segment",
    "consent",
    "consent over a channel",
    "sample",
    "bucket",
    "top n",
    "top %",
    "bottom n",
    "bottom %",
    "among",
    "any of group",
    "all of group",
    "none of group",
    "any items",
    "all items",
    "none items",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "contains",
    "starts with",
    "ends with",
    "in",
    "not in",
    "contains any",
    "contains all",
    "is null",
    "is not null",
    "within last",
    "within next",
    "anniversary",
    "within km",
    "constant first",
    "value with value",
    "trait",
    "trait of a group",
    "computed trait",
    "key of a map",
    "list on the way",
    "score",
    "+",
    "-",
    "*",
    "/",
    "size",
    "days_since",
    "years_since",
    "case",
    "count",
    "sum",
    "sum of money",
    "avg",
    "min",
    "max",
    "median",
    "distinct",
    "first",
    "last",
    "first or last time",
    "most_frequent",
    "active_days",
    "active_weeks",
    "sessions",
    "session_time",
    "ever",
    "in last",
    "between ago",
    "before ago",
    "since",
    "before",
    "between",
    "in this",
    "in last calendar",
    "in session",
    "zone",
    "zone of a trait",
    "units of a week or more",
    "any behaviour",
    "any of several types",
    "event filter",
];

/// Calls for each condition on a profile inside a definition, with the constructs that it is made of.
pub fn conditions<'a>(source: &'a Source, call: &mut dyn FnMut(&'a Expr, Vec<&'static str>)) {
    for definition in &source.definitions {
        match &definition.body {
            Body::Segment(expr) => condition(source, expr, call),
            Body::Trait { value, .. } => term(source, value, call),
        }
    }
}

fn condition<'a>(source: &'a Source, expr: &'a Expr, call: &mut dyn FnMut(&'a Expr, Vec<&'static str>)) {
    call(expr, constructs(source, expr));
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|it| condition(source, it, call)),
        Expr::Not(part) | Expr::Held { expr: part, .. } | Expr::Related { expr: part, .. } => {
            condition(source, part, call);
        }
        Expr::Except(first, second) => {
            condition(source, first, call);
            condition(source, second, call);
        }
        Expr::Test(test) => {
            term(source, &test.subject, call);
            if let Check::Compare(_, other) = &test.check {
                term(source, other, call);
            }
        }
        Expr::Rank(rank) => term(source, &rank.by, call),
        _ => {}
    }
}

fn term<'a>(source: &'a Source, of: &'a Term, call: &mut dyn FnMut(&'a Expr, Vec<&'static str>)) {
    match of {
        Term::Arithmetic(left, _, right) => {
            term(source, left, call);
            term(source, right, call);
        }
        Term::Since(_, of) => term(source, of, call),
        Term::Case { when, otherwise } => {
            for (expr, value) in when {
                condition(source, expr, call);
                term(source, value, call);
            }
            otherwise.iter().for_each(|it| term(source, it, call));
        }
        _ => {}
    }
}

fn constructs(source: &Source, expr: &Expr) -> Vec<&'static str> {
    let mut rows = Vec::new();
    match expr {
        Expr::And(_) => rows.push("and"),
        Expr::Or(_) => rows.push("or"),
        Expr::Not(_) => rows.push("not"),
        Expr::Except(..) => rows.push("except"),
        Expr::Test(test) => of_test(source, test, &mut rows),
        Expr::Did { events, window } => {
            rows.push("did");
            of_events(events, &mut rows);
            of_window(window, &mut rows);
        }
        Expr::FirstTime { events, window } => {
            rows.push("first time");
            of_events(events, &mut rows);
            of_window(window, &mut rows);
        }
        Expr::Stopped { events, .. } => {
            rows.push("stopped");
            of_events(events, &mut rows);
        }
        Expr::Sequence(sequence) => {
            rows.push("then");
            let lacks = |it: &onefold_segment::Step| it.then == Then::Lacks;
            if sequence.steps.last().is_some_and(lacks) {
                rows.push("then not .. within");
            }
            if sequence.steps.windows(2).any(|it| lacks(&it[0]) && !lacks(&it[1])) {
                rows.push("then not, then");
            }
            if sequence.steps.len() > 1 {
                rows.push("three steps or more");
            }
            if sequence.steps.iter().any(|it| it.events.filter.as_ref().is_some_and(|it| it.to_string().contains('.')))
            {
                rows.push("step speaks of step");
            }
            of_window(&sequence.window, &mut rows);
        }
        Expr::Held { .. } => rows.push("held"),
        Expr::Changed { from, to, window, .. } => {
            rows.push(if from.is_some() && to.is_some() { "changed from to" } else { "changed" });
            of_window(window, &mut rows);
        }
        Expr::Member(_) => rows.push("in segment"),
        Expr::Consent { channel: None, .. } => rows.push("consent"),
        Expr::Consent { .. } => rows.push("consent over a channel"),
        Expr::Sample { .. } => rows.push("sample"),
        Expr::Bucket { .. } => rows.push("bucket"),
        Expr::Rank(rank) => {
            rows.push(match (rank.end, rank.size) {
                (End::Top, Size::Count(_)) => "top n",
                (End::Top, _) => "top %",
                (End::Bottom, Size::Count(_)) => "bottom n",
                (End::Bottom, _) => "bottom %",
            });
            if rank.among.is_some() {
                rows.push("among");
            }
        }
        Expr::Related { quantifier, .. } => rows.push(match quantifier {
            Quantifier::Any => "any of group",
            Quantifier::All => "all of group",
            Quantifier::None => "none of group",
        }),
        Expr::Items { quantifier, .. } => rows.push(match quantifier {
            Quantifier::Any => "any items",
            Quantifier::All => "all items",
            Quantifier::None => "none items",
        }),
        _ => {}
    }
    rows
}

fn of_events(events: &Events, rows: &mut Vec<&'static str>) {
    match events.what {
        Target::Any => rows.push("any behaviour"),
        Target::AnyOf(_) => rows.push("any of several types"),
        Target::Named(_) => {}
    }
    if events.filter.is_some() {
        rows.push("event filter");
    }
}

fn of_window(window: &Window, rows: &mut Vec<&'static str>) {
    rows.push(match &window.when {
        When::Ever => "ever",
        When::Last(_) => "in last",
        When::Ago { .. } => "between ago",
        When::BeforeAgo(_) => "before ago",
        When::Since(_) => "since",
        When::Before(_) => "before",
        When::Between { .. } => "between",
        When::This(_) => "in this",
        When::Calendar { .. } => "in last calendar",
        When::Session(_) => "in session",
        _ => "",
    });
    match window.zone {
        Some(Zone::Named(_)) => rows.push("zone"),
        Some(Zone::Field(_)) => rows.push("zone of a trait"),
        None => {}
    }
    if let When::This(unit) | When::Calendar { unit, .. } = window.when
        && unit != Unit::Day
    {
        rows.push("units of a week or more");
    }
}

fn of_test(source: &Source, test: &Test, rows: &mut Vec<&'static str>) {
    rows.push(match &test.check {
        Check::Compare(op, _) => match op {
            Op::Eq => "=",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
            Op::Contains => "contains",
            Op::StartsWith => "starts with",
            Op::EndsWith => "ends with",
        },
        Check::Among(_) => "in",
        Check::NotAmong(_) => "not in",
        Check::ContainsAny(_) => "contains any",
        Check::ContainsAll(_) => "contains all",
        Check::Null => "is null",
        Check::NotNull => "is not null",
        Check::WithinLast(_) => "within last",
        Check::WithinNext(_) => "within next",
        Check::Anniversary(_) => "anniversary",
        Check::Near { .. } => "within km",
        _ => "",
    });
    let mut windows = Vec::new();
    let asks = matches!(test.check, Check::Compare(..) | Check::Among(_) | Check::NotAmong(_));
    of_term(source, &test.subject, asks, rows, &mut windows);
    if matches!(test.subject, Term::Constant(_)) {
        rows.push("constant first");
    }
    if let Check::Compare(_, other) = &test.check {
        if !matches!(other, Term::Constant(_)) && !matches!(test.subject, Term::Constant(_)) {
            rows.push("value with value");
        }
        of_term(source, other, asks, rows, &mut windows);
    }
    // Of several windows none is to be credited.
    if let [window] = windows.as_slice() {
        of_window(window, rows);
    }
}

fn of_term<'a>(
    source: &'a Source,
    of: &'a Term,
    asks: bool,
    rows: &mut Vec<&'static str>,
    windows: &mut Vec<&'a Window>,
) {
    match of {
        Term::Name(path) if path.names.len() > 1 => rows.push(match path.names[0].as_str() {
            "account" => "trait of a group",
            "items" => "list on the way",
            _ => "key of a map",
        }),
        Term::Name(path) => {
            let computed = source
                .definitions
                .iter()
                .any(|it| matches!(it.body, Body::Trait { .. }) && it.name.as_str() == path.names[0].as_str());
            if computed {
                rows.push("computed trait");
            } else if asks {
                rows.push("trait");
            }
        }
        Term::Score(_) => rows.push("score"),
        Term::Aggregate(aggregate) => {
            of_aggregate(aggregate, rows);
            of_events(&aggregate.events, rows);
            windows.push(&aggregate.window);
        }
        Term::Arithmetic(left, by, right) => {
            rows.push(match by {
                Arith::Add => "+",
                Arith::Sub => "-",
                Arith::Mul => "*",
                Arith::Div => "/",
            });
            of_term(source, left, asks, rows, windows);
            of_term(source, right, asks, rows, windows);
        }
        Term::Size(_) => rows.push("size"),
        Term::Since(elapsed, of) => {
            rows.push(if *elapsed == Elapsed::Days { "days_since" } else { "years_since" });
            of_term(source, of, false, rows, windows);
        }
        Term::Case { .. } => rows.push("case"),
        _ => {}
    }
}

fn of_aggregate(aggregate: &Aggregate, rows: &mut Vec<&'static str>) {
    let money = aggregate.property.as_ref().is_some_and(|it| it.names[0].as_str() == "amount");
    rows.push(match aggregate.function {
        Function::Count => "count",
        Function::Sum if money => "sum of money",
        Function::Sum => "sum",
        Function::Avg => "avg",
        Function::Min => "min",
        Function::Max => "max",
        Function::Median => "median",
        Function::Distinct => "distinct",
        Function::First | Function::Last if aggregate.property.is_none() => "first or last time",
        Function::First => "first",
        Function::Last => "last",
        Function::MostFrequent => "most_frequent",
        Function::ActiveDays => "active_days",
        Function::ActiveWeeks => "active_weeks",
        Function::Sessions(_) => "sessions",
        Function::SessionTime(_) => "session_time",
        _ => "",
    });
}
