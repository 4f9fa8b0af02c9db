//! The slow, obvious interpreter: it reads the tree by its names, looks at every event for every question, and knows
//! nothing of `until`. It answers what holds at one instant.

use onefold_model::{Schema, Time};
use onefold_segment::{
    Aggregate, Arith, Body, Check, Definition, Elapsed, End, Events, Expr, Op, Path, Quantifier, Rank, Sequence, Size,
    Source, Target, Term, Test, Then, Unit, When, Window, Zone,
};

use super::civil::{self, DAY, HOUR};
use super::exact::{Frac, Kleene, V, all, any, compare, not, order};
use super::facts::{Happened, World, group_id, id};

/// What the oracle knows.
pub struct Oracle<'a> {
    pub schema: &'a Schema,
    pub source: &'a Source,
    pub world: &'a World,
    /// What occurred later does not exist.
    pub known: i64,
    /// All instants at which anything can change, sorted.
    pub instants: &'a [i64],
}

/// Where names are looked up.
#[derive(Clone, Copy)]
pub enum Scope<'a> {
    /// A profile at an instant.
    Profile(usize, i64),
    /// An event, and the steps before it that happened.
    Event(&'a Happened, &'a [(Option<&'a str>, &'a Happened)]),
    /// A map.
    Item(&'a V),
}

/// What stands at a path.
enum Found {
    One(V),
    /// A list was on the way: of each item what stands there.
    Many(Vec<V>),
}

impl Found {
    fn first(self) -> V {
        match self {
            Self::One(value) => value,
            Self::Many(values) => values.into_iter().find(|it| *it != V::Null).unwrap_or(V::Null),
        }
    }
}

fn walk(value: V, keys: &[&str]) -> Found {
    match (value, keys) {
        (value, []) => Found::One(value),
        (V::List(items), _) => {
            let mut found = Vec::new();
            for item in items {
                match walk(item, keys) {
                    Found::One(value) => found.push(value),
                    Found::Many(values) => found.extend(values),
                }
            }
            Found::Many(found)
        }
        (value, [key, rest @ ..]) => walk(value.key(key), rest),
    }
}

pub fn micros(span: std::time::Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap()
}

impl<'a> Oracle<'a> {
    // ------------------------------------------------------------ definitions

    fn definition(&self, name: &str, segment: bool) -> Option<&'a Definition> {
        let fits = |it: &&Definition| it.name.as_str() == name && matches!(it.body, Body::Segment(_)) == segment;
        self.source.definitions.iter().find(fits)
    }

    fn segment(&self, name: &str, who: usize, at: i64) -> bool {
        match self.definition(name, true).map(|it| &it.body) {
            Some(Body::Segment(expr)) => self.truth(expr, Scope::Profile(who, at)) == Some(true),
            _ => panic!("no segment {name}"),
        }
    }

    // ------------------------------------------------------------ what is visible

    /// The events of a profile, up to an instant.
    fn events(&self, who: usize, at: i64) -> impl Iterator<Item = &'a Happened> + '_ {
        let end = at.min(self.known);
        self.world.events.iter().filter(move |it| self.world.of(who, it.node) && it.at <= end)
    }

    fn turns(&self, who: usize, name: &str, at: i64) -> Vec<(i64, V)> {
        let end = at.min(self.known);
        self.world.history(who, name).into_iter().filter(|(since, _)| *since <= end).collect()
    }

    fn field(&self, who: usize, name: &str, at: i64) -> V {
        let end = at.min(self.known);
        let said = (0..)
            .zip(&self.world.turns)
            .filter(|(_, it)| it.name == name && it.at <= end && self.world.of(who, it.node));
        let last = said.max_by_key(|(nth, it)| (it.at, it.node, *nth));
        last.map_or(V::Null, |(_, it): (usize, _)| it.seen.clone())
    }

    fn is_behaviour(event: &Happened) -> bool {
        event.what != "mail"
    }

    fn matching(&self, events: &Events, who: usize, at: i64) -> Vec<&'a Happened> {
        self.events(who, at).filter(|it| self.fits(events, it, &[])).collect()
    }

    fn fits(&self, events: &Events, event: &Happened, steps: &[(Option<&str>, &Happened)]) -> bool {
        let is_of = match &events.what {
            Target::Any => Self::is_behaviour(event),
            Target::Named(name) => name.as_str() == event.what,
            Target::AnyOf(names) => names.iter().any(|it| it.as_str() == event.what),
        };
        is_of && events.filter.as_ref().is_none_or(|it| self.truth(it, Scope::Event(event, steps)) == Some(true))
    }

    // ------------------------------------------------------------ windows

    fn offset(&self, zone: Option<&Zone>, who: usize, at: i64) -> i64 {
        let named = |name: &str| match name {
            "+06:00" => 6 * HOUR,
            "-06:00" => -6 * HOUR,
            "+12:00" => 12 * HOUR,
            _ => 0,
        };
        match zone {
            None => 0,
            Some(Zone::Named(name)) => named(name),
            Some(Zone::Field(field)) => match self.field(who, field.as_str(), at) {
                V::Text(name) => named(&name),
                _ => 0,
            },
        }
    }

    /// The instant at which the unit began in which `at` lies, moved by so many units.
    fn began(&self, zone: Option<&Zone>, who: usize, at: i64, unit: Unit, moved: i64) -> i64 {
        let offset = self.offset(zone, who, at);
        civil::unit(unit, (at + offset).div_euclid(DAY), moved) * DAY - offset
    }

    /// When the session that is going on at `at` began.
    fn session(&self, who: usize, at: i64, gap: i64) -> Option<i64> {
        let mut times: Vec<i64> = self.events(who, at).filter(|it| Self::is_behaviour(it)).map(|it| it.at).collect();
        times.sort_unstable();
        let mut began = times.pop().filter(|last| at - last < gap)?;
        while let Some(before) = times.pop().filter(|before| began - before < gap) {
            began = before;
        }
        Some(began)
    }

    fn inside(&self, window: &Window, who: usize, then: i64, at: i64) -> bool {
        let zone = window.zone.as_ref();
        then <= at
            && match &window.when {
                When::Ever => true,
                When::Last(span) => at - micros(*span) < then,
                When::Ago { from, to } => at - micros(*from) < then && then <= at - micros(*to),
                When::BeforeAgo(span) => then <= at - micros(*span),
                When::Since(time) => time.0 <= then,
                When::Before(time) => then < time.0,
                When::Between { from, to } => from.0 <= then && then < to.0,
                When::This(unit) => self.began(zone, who, at, *unit, 0) <= then,
                When::Calendar { count, unit } => {
                    self.began(zone, who, at, *unit, -i64::from(*count)) <= then
                        && then < self.began(zone, who, at, *unit, 0)
                }
                When::Session(gap) => self.session(who, at, micros(*gap)).is_some_and(|began| began <= then),
                other => panic!("no such window: {other:?}"),
            }
    }

    // ------------------------------------------------------------ conditions

    /// What holds.
    pub fn truth(&self, expr: &Expr, scope: Scope<'_>) -> Kleene {
        match (expr, scope) {
            (Expr::And(parts), _) => all(parts.iter().map(|it| self.truth(it, scope))),
            (Expr::Or(parts), _) => any(parts.iter().map(|it| self.truth(it, scope))),
            (Expr::Not(part), _) => not(self.truth(part, scope)),
            (Expr::Except(first, second), _) => {
                all([self.truth(first, scope), Some(self.truth(second, scope) != Some(true))])
            }
            (Expr::Test(test), _) => self.test(test, scope),
            (Expr::Items { quantifier, path, expr }, _) => match self.look(path, scope).first() {
                V::Null => None,
                V::List(items) => {
                    let items = items.iter().filter(|it| matches!(it, V::Map(_)));
                    Self::of(*quantifier, items.map(|it| self.truth(expr, Scope::Item(it))).collect())
                }
                _ => None,
            },
            (_, Scope::Profile(who, at)) => self.profile(expr, who, at),
            _ => panic!("not inside brackets: {expr}"),
        }
    }

    fn of(quantifier: Quantifier, truths: Vec<Kleene>) -> Kleene {
        match quantifier {
            Quantifier::Any => any(truths),
            Quantifier::All => all(truths),
            Quantifier::None => not(any(truths)),
        }
    }

    fn profile(&self, expr: &Expr, who: usize, at: i64) -> Kleene {
        let yes = match expr {
            Expr::Did { events, window } => {
                self.matching(events, who, at).iter().any(|it| self.inside(window, who, it.at, at))
            }
            Expr::FirstTime { events, window } => {
                let first = self.matching(events, who, at).iter().map(|it| it.at).min();
                first.is_some_and(|first| self.inside(window, who, first, at))
            }
            Expr::Stopped { events, span } => {
                let last = self.matching(events, who, at).iter().map(|it| it.at).max();
                last.is_some_and(|last| last <= at - micros(*span))
            }
            Expr::Sequence(sequence) => self.sequence(sequence, who, at),
            Expr::Held { expr, span } => {
                let begin = at - micros(*span);
                let between = self.instants.iter().copied().filter(|it| begin < *it && *it < at);
                let instants = between.chain([begin, at]);
                return all(instants.map(|it| self.truth(expr, Scope::Profile(who, it))).collect::<Vec<_>>());
            }
            Expr::Changed { field, from, to, window } => {
                let fits = |literal: &Option<_>, value: &V| {
                    literal.as_ref().is_none_or(|it| compare(value, Op::Eq, &V::literal(it)) == Some(true))
                };
                let mut was = V::Null;
                let mut changed = false;
                for (since, value) in self.turns(who, field.as_str(), at) {
                    changed |= since != i64::MIN
                        && was != value
                        && fits(from, &was)
                        && fits(to, &value)
                        && self.inside(window, who, since, at);
                    was = value;
                }
                changed
            }
            Expr::Member(name) => self.segment(name.as_str(), who, at),
            Expr::Consent { purpose, channel } => {
                let said = |channel: Option<&str>| {
                    let fits = |it: &&super::facts::Choice| {
                        self.world.of(who, it.node) && it.purpose == purpose.as_str() && it.channel == channel
                    };
                    self.world.choices.iter().rfind(fits)
                };
                let channel = channel.as_ref().map(|it| it.as_str());
                said(channel).or_else(|| said(None)).is_some_and(|it| (at < it.until) == it.value)
            }
            Expr::Sample { percent, salt } => {
                let bucket = Frac::new(self.schema.bucket(id(self.schema, who), salt).into(), 1 << 64);
                let part = bucket.times(Frac::whole(100_000_000));
                let part = Frac::new(part.num.div_euclid(part.den), 1);
                part.against(Frac::of(*percent).times(Frac::whole(1_000_000))).is_lt()
            }
            Expr::Bucket { of, among, salt } => {
                let bucket = u128::from(self.schema.bucket(id(self.schema, who), salt));
                among.iter().any(|it| u128::from(*it) == (bucket * u128::from(*of)) >> 64)
            }
            Expr::Rank(rank) => self.ranked(rank, at).contains(&who),
            Expr::Related { quantifier, expr, .. } => {
                let groups = self.world.groups_of(who);
                let mut truths = Vec::new();
                for other in self.world.profiles() {
                    if self.world.groups_of(other).iter().any(|it| groups.contains(it)) {
                        truths.push(self.truth(expr, Scope::Profile(other, at)));
                    }
                }
                return Self::of(*quantifier, truths);
            }
            other => panic!("no such condition: {other:?}"),
        };
        Some(yes)
    }

    fn ranked(&self, rank: &Rank, at: i64) -> Vec<usize> {
        let mut entries: Vec<(V, onefold_model::ProfileId, usize)> = Vec::new();
        for who in self.world.profiles() {
            if rank.among.as_ref().is_none_or(|it| self.segment(it.as_str(), who, at)) {
                let value = self.term(&rank.by, Scope::Profile(who, at));
                if value != V::Null {
                    entries.push((value, id(self.schema, who), who));
                }
            }
        }
        let mut currencies: Vec<String> = Vec::new();
        for (value, ..) in &entries {
            if let V::Money(_, currency) = value {
                currencies.push(currency.clone());
            }
        }
        currencies.sort();
        let often = |it: &String| currencies.iter().filter(|other| *other == it).count();
        let most = currencies.iter().map(often).max();
        if let Some(kept) = currencies.iter().find(|it| Some(often(it)) == most) {
            entries.retain(|(value, ..)| matches!(value, V::Money(_, currency) if currency == kept));
        }
        entries.sort_by(|a, b| {
            let by_value = order(&a.0, &b.0).unwrap();
            let by_value = if rank.end == End::Top { by_value.reverse() } else { by_value };
            by_value.then(a.1.cmp(&b.1))
        });
        let count = match rank.size {
            Size::Count(count) => count as usize,
            Size::Percent(percent) => {
                let share = Frac::of(percent).times(Frac::new(entries.len() as i128, 100));
                -(-share.num).div_euclid(share.den) as usize
            }
        };
        entries.into_iter().take(count).map(|it| it.2).collect()
    }

    // ------------------------------------------------------------ sequences

    /// Whether a chain of events fulfils it, by trying all.
    fn sequence(&self, sequence: &Sequence, who: usize, at: i64) -> bool {
        let events: Vec<&Happened> = self.events(who, at).collect();
        events.iter().any(|first| {
            self.inside(&sequence.window, who, first.at, at)
                && self.fits(&sequence.first, first, &[])
                && self.follows(sequence, 0, &[(sequence.name.as_ref().map(|it| it.as_str()), first)], &[], &events, at)
        })
    }

    /// Whether the steps from `next` on can be fulfilled after the `happened` ones; `lacking` are the absent steps since
    /// the last of those.
    fn follows(
        &self,
        sequence: &Sequence,
        next: usize,
        happened: &[(Option<&str>, &Happened)],
        lacking: &[usize],
        events: &[&Happened],
        at: i64,
    ) -> bool {
        let last = happened.last().unwrap().1;
        let other = |it: &Happened| happened.iter().all(|(_, step)| step.id != it.id);
        let absent = |end_of_rest: Option<i64>| {
            lacking.iter().all(|nth| {
                let step = &sequence.steps[*nth];
                let end = match (step.within, end_of_rest) {
                    (Some(within), _) => last.at + micros(within),
                    (None, Some(end)) => end,
                    (None, None) => panic!("the last step has no end"),
                };
                let none = !events
                    .iter()
                    .any(|it| other(it) && last.at <= it.at && it.at < end && self.fits(&step.events, it, happened));
                none && (step.within.is_none() || end <= at)
            })
        };
        let Some(step) = sequence.steps.get(next) else { return absent(None) };
        if step.then == Then::Lacks {
            return self.follows(sequence, next + 1, happened, &[lacking, &[next]].concat(), events, at);
        }
        events.iter().any(|it| {
            other(it)
                && last.at <= it.at
                && step.within.is_none_or(|within| it.at < last.at + micros(within))
                && self.fits(&step.events, it, happened)
                && absent(Some(it.at))
                && {
                    let name = step.name.as_ref().map(|it| it.as_str());
                    let happened = [happened, &[(name, *it)]].concat();
                    self.follows(sequence, next + 1, &happened, &[], events, at)
                }
        })
    }

    // ------------------------------------------------------------ questions

    /// What a computed trait is called for: it is its value by another name, also where that is an aggregate, of which
    /// only the rows in the currency of a constant count.
    fn meant<'t>(&self, term: &'t Term) -> &'t Term
    where
        'a: 't,
    {
        match term {
            Term::Name(path) if path.names.len() == 1 => {
                match self.definition(path.names[0].as_str(), false).map(|it| &it.body) {
                    Some(Body::Trait { value, .. }) => self.meant(value),
                    _ => term,
                }
            }
            _ => term,
        }
    }

    fn test(&self, test: &Test, scope: Scope<'_>) -> Kleene {
        let profile = matches!(scope, Scope::Profile(..));
        let subject = if profile { self.meant(&test.subject) } else { &test.subject };
        let with = |sum: &Aggregate, op: Op, constant: &onefold_segment::Literal| {
            let constant = V::literal(constant);
            compare(&self.aggregate(sum, scope, Some(&constant)), op, &constant)
        };
        match (subject, &test.check) {
            // A question to a list on the way holds if it holds of one of its items.
            (Term::Name(path), check) if Self::is_question(check) => match self.look(path, scope) {
                Found::One(value) => self.ask(&value, check, scope),
                Found::Many(values) => any(values.iter().map(|it| self.ask(it, check, scope))),
            },
            (Term::Constant(constant), Check::Compare(op, other))
                if !matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith) =>
            {
                let turned = |value: &V| compare(&V::literal(constant), *op, value);
                match if profile { self.meant(other) } else { other } {
                    Term::Aggregate(sum) => {
                        let constant = V::literal(constant);
                        compare(&constant, *op, &self.aggregate(sum, scope, Some(&constant)))
                    }
                    Term::Name(path) => match self.look(path, scope) {
                        Found::One(value) => turned(&value),
                        Found::Many(values) => any(values.iter().map(turned)),
                    },
                    other => turned(&self.term(other, scope)),
                }
            }
            (Term::Aggregate(sum), Check::Compare(op, Term::Constant(constant))) => with(sum, *op, constant),
            (Term::Aggregate(sum), Check::Among(values)) => any(values.iter().map(|it| with(sum, Op::Eq, it))),
            (Term::Aggregate(sum), Check::NotAmong(values)) => not(any(values.iter().map(|it| with(sum, Op::Eq, it)))),
            (_, check) => self.ask(&self.term(&test.subject, scope), check, scope),
        }
    }

    fn is_question(check: &Check) -> bool {
        match check {
            Check::Compare(_, Term::Constant(_)) => true,
            Check::Compare(..) => false,
            _ => true,
        }
    }

    fn ask(&self, value: &V, check: &Check, scope: Scope<'_>) -> Kleene {
        let among =
            |values: &[onefold_segment::Literal]| any(values.iter().map(|it| compare(value, Op::Eq, &V::literal(it))));
        let now = match scope {
            Scope::Profile(_, at) => at,
            _ => i64::MIN,
        };
        let instant = match value {
            V::Time(time) => Some(*time),
            V::Day(day) => Some(day * DAY),
            _ => None,
        };
        match check {
            Check::Compare(op, term) => compare(value, *op, &self.term(term, scope)),
            Check::Among(values) => among(values),
            Check::NotAmong(values) => not(among(values)),
            Check::ContainsAny(values) | Check::ContainsAll(values) => {
                let V::List(items) = value else { return None };
                let has = |literal: &onefold_segment::Literal| {
                    let literal = V::literal(literal);
                    items.iter().any(|it| order(it, &literal).is_some_and(std::cmp::Ordering::is_eq))
                };
                Some(match check {
                    Check::ContainsAny(_) => values.iter().any(has),
                    _ => values.iter().all(has),
                })
            }
            Check::Null => Some(*value == V::Null),
            Check::NotNull => Some(*value != V::Null),
            Check::WithinLast(span) => instant.map(|it| now - micros(*span) < it && it <= now),
            Check::WithinNext(span) => instant.map(|it| now <= it && it < now + micros(*span)),
            Check::Anniversary(span) => instant.map(|it| {
                let (_, month, day) = civil::civil(it.div_euclid(DAY));
                let today = now.div_euclid(DAY);
                let (year, ..) = civil::civil(today);
                let end = today + micros(*span) / DAY;
                (year..=year + 1).any(|year| (today..end).contains(&civil::round(year, month, day)))
            }),
            Check::Near { km, lat, lon } => {
                let degree = |names: &[&str]| {
                    names.iter().find_map(|name| match value.key(name) {
                        V::Number(number) => Some(number.num as f64 / number.den as f64),
                        _ => None,
                    })
                };
                let (a, b) = (degree(&["lat", "latitude"])?, degree(&["lon", "longitude", "lng"])?);
                Some(distance(a, b, lat.to_f64(), lon.to_f64()) <= km.to_f64())
            }
            other => panic!("no such question: {other:?}"),
        }
    }

    // ------------------------------------------------------------ values

    fn look(&self, path: &Path, scope: Scope<'_>) -> Found {
        let names: Vec<&str> = path.names.iter().map(|it| it.as_str()).collect();
        match (scope, names.as_slice()) {
            (Scope::Item(map), keys) => walk(map.clone(), keys),
            (Scope::Event(_, steps), [step, name, keys @ ..])
                if steps.iter().any(|(known, _)| *known == Some(*step)) =>
            {
                let step = steps.iter().find(|(known, _)| *known == Some(*step)).unwrap().1;
                walk(step.property(name), keys)
            }
            (Scope::Event(event, _), [name, keys @ ..]) => walk(event.property(name), keys),
            (Scope::Profile(who, _), ["account", name, keys @ ..]) => {
                let mut groups = self.world.groups_of(who);
                groups.sort_by_key(|it| group_id(self.schema, *it));
                for group in groups {
                    let said = self.world.groups.iter().rfind(|it| it.0 == group && it.1 == *name);
                    if let Some((_, _, value)) = said.filter(|(_, _, value)| !value.is_null()) {
                        return walk(V::from(value), keys);
                    }
                }
                Found::One(V::Null)
            }
            (Scope::Profile(who, at), [name, keys @ ..]) => match self.definition(name, false).map(|it| &it.body) {
                Some(Body::Trait { value, .. }) => walk(self.term(value, scope), keys),
                _ => walk(self.field(who, name, at), keys),
            },
            (_, []) => panic!("a path without names"),
        }
    }

    /// What a value is.
    pub fn term(&self, term: &Term, scope: Scope<'_>) -> V {
        let now = match scope {
            Scope::Profile(_, at) => at,
            _ => i64::MIN,
        };
        match term {
            Term::Constant(literal) => V::literal(literal),
            Term::Name(path) => self.look(path, scope).first(),
            Term::Score(name) => match scope {
                Scope::Profile(who, at) => self.field(who, name.as_str(), at),
                _ => panic!("a score inside brackets"),
            },
            Term::Aggregate(aggregate) => self.aggregate(aggregate, scope, None),
            Term::Arithmetic(left, by, right) => arithmetic(self.term(left, scope), *by, self.term(right, scope)),
            Term::Size(path) => match self.look(path, scope).first() {
                V::List(items) => V::Number(Frac::whole(items.len() as i64)),
                V::Map(pairs) => V::Number(Frac::whole(pairs.len() as i64)),
                _ => V::Null,
            },
            Term::Since(elapsed, of) => match (elapsed, self.term(of, scope)) {
                (Elapsed::Days, V::Time(time)) => V::Number(Frac::whole((now - time).div_euclid(DAY))),
                (Elapsed::Days, V::Day(day)) => V::Number(Frac::whole(now.div_euclid(DAY) - day)),
                (Elapsed::Years, V::Day(day)) => V::Number(Frac::whole(civil::years(day, now.div_euclid(DAY)))),
                (Elapsed::Years, V::Time(time)) => {
                    // Of two equal days of the year the hour decides.
                    let ((y, m, d), (year, month, day)) =
                        (civil::civil(time.div_euclid(DAY)), civil::civil(now.div_euclid(DAY)));
                    let early = (month, day, now.rem_euclid(DAY)) < (m, d, time.rem_euclid(DAY));
                    V::Number(Frac::whole(year - y - i64::from(early)))
                }
                _ => V::Null,
            },
            Term::Case { when, otherwise } => {
                let held = when.iter().find(|(condition, _)| self.truth(condition, scope) == Some(true));
                match (held, otherwise) {
                    (Some((_, value)), _) => self.term(value, scope),
                    (None, Some(value)) => self.term(value, scope),
                    (None, None) => V::Null,
                }
            }
            other => panic!("no such value: {other:?}"),
        }
    }

    fn aggregate(&self, sum: &Aggregate, scope: Scope<'_>, against: Option<&V>) -> V {
        let Scope::Profile(who, at) = scope else { panic!("an aggregate inside brackets") };
        let mut rows = self.matching(&sum.events, who, at);
        rows.retain(|it| self.inside(&sum.window, who, it.at, at));
        rows.sort_by_key(|it| (it.at, it.id));
        let value = |it: &&Happened| match &sum.property {
            Some(path) => self.look(path, Scope::Event(it, &[])).first(),
            None => V::Time(it.at),
        };
        let values: Vec<V> = rows.iter().map(value).filter(|it| *it != V::Null).collect();
        let times: Vec<i64> = rows.iter().map(|it| it.at).collect();
        let day = |it: &i64| (it + self.offset(sum.window.zone.as_ref(), who, at)).div_euclid(DAY);
        let money = sum.property.as_ref().is_some_and(|it| it.names[0].as_str() == "amount");
        super::count::fold(sum.function, &values, &times, &day, against, money)
    }
}

/// Exact; nothing where it cannot be.
fn arithmetic(left: V, by: Arith, right: V) -> V {
    let plain = |a: Frac, b: Frac| match by {
        Arith::Add => Some(a.plus(b)),
        Arith::Sub => Some(a.minus(b)),
        Arith::Mul => Some(a.times(b)),
        Arith::Div => a.by(b),
    };
    let done = match (left, right) {
        (V::Number(a), V::Number(b)) => plain(a, b).map(V::Number),
        (V::Money(a, x), V::Money(b, y)) if x == y => match by {
            Arith::Add | Arith::Sub => plain(a, b).map(|it| V::Money(it, x)),
            Arith::Div => plain(a, b).map(V::Number),
            Arith::Mul => None,
        },
        (V::Money(a, x), V::Number(b)) if matches!(by, Arith::Mul | Arith::Div) => {
            plain(a, b).map(|it| V::Money(it, x))
        }
        (V::Number(a), V::Money(b, x)) if by == Arith::Mul => plain(a, b).map(|it| V::Money(it, x)),
        _ => None,
    };
    done.unwrap_or(V::Null)
}

/// Kilometres on the sphere of the mean radius.
fn distance(a: f64, b: f64, lat: f64, lon: f64) -> f64 {
    let (p, q) = (a.to_radians(), lat.to_radians());
    let (u, v) = ((lat - a).to_radians() / 2.0, (lon - b).to_radians() / 2.0);
    let half = u.sin().powi(2) + p.cos() * q.cos() * v.sin().powi(2);
    2.0 * 6371.0088 * half.sqrt().min(1.0).asin()
}

/// An instant for people.
pub fn show(at: i64) -> String {
    Time(at).to_string()
}
