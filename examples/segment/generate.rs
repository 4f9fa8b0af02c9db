//! Random valid segments of every kind, for trying out many at once.
//!
//! What a kind of condition needs (an event, a trait of some type, a relation) is taken from the schema; a kind that
//! the schema has nothing for is passed over, and said. Each definition is checked by itself before it is written, so
//! that the file as a whole is valid.

use std::collections::BTreeMap;

use onefold::model::schema::{Field, Spec};
use onefold::model::{Class, Schema, Type};
use onefold::segment::Definitions;
use onefold_examples::{Args, say, warn};

use crate::{Stop, schema, text};

/// How often a kind is tried before it is taken for one that the schema has nothing for.
const TRIES: usize = 40;

/// Writes so many.
pub fn run(args: &Args) -> Result<(), Stop> {
    let count: usize = match args.rest.as_slice() {
        [count] => count.parse().map_err(|_| format!("`{count}` is no number of segments"))?,
        _ => return Err("say how many: `generate 4000 --schema S.toml`".into()),
    };
    let (config, schema) = text::config(schema(args)?)?;
    let mut random = Random(args.parse("seed", 1)?);
    let words = Words::of(&config.spec);
    let base = base(&words, &schema, &mut random)?;
    let mut out = base.clone();
    let mut made = base.lines().count();
    let mut kinds: Vec<(&str, Maker)> = KINDS.to_vec();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut nth = 0;
    while made < count && !kinds.is_empty() {
        let place = nth % kinds.len();
        let Some((kind, make)) = kinds.get(place).copied() else { break };
        match one(make, kind, made, &words, &base, &schema, &mut random) {
            Some(line) => {
                out.push_str(&line);
                *counts.entry(kind).or_default() += 1;
                made += 1;
                nth += 1;
            }
            None => {
                warn!("the schema has nothing for segments of the kind `{kind}`");
                kinds.remove(place);
            }
        }
    }
    // What stands alone stands together, or the fault is ours.
    let all = Definitions::parse(&out, &schema)?;
    say!("{}", out.trim_end());
    let told: Vec<String> = counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    warn!("{} definitions: {}", all.len(), told.join(", "));
    Ok(())
}

/// A definition of one kind that the schema takes.
fn one(
    make: Maker,
    kind: &str,
    nth: usize,
    words: &Words<'_>,
    base: &str,
    schema: &Schema,
    random: &mut Random,
) -> Option<String> {
    (0..TRIES).find_map(|_| {
        let line = format!("segment {kind}_{nth} = {}\n", make(words, random)?);
        Definitions::parse(&format!("{base}{line}"), schema).is_ok().then_some(line)
    })
}

/// The segments and traits that others speak of.
fn base(words: &Words<'_>, schema: &Schema, random: &mut Random) -> Result<String, Stop> {
    let mut out = String::new();
    let mut add = |line: Option<String>| {
        let line = line?;
        Definitions::parse(&format!("{out}{line}"), schema).is_ok().then(|| out.push_str(&line))
    };
    for nth in 0..BASES {
        (0..TRIES).find_map(|_| add(Some(format!("segment base_{nth} = {}\n", happened(words, random)?))));
    }
    if out.is_empty() { Err("the schema has no events, so there is nothing to say of them".into()) } else { Ok(out) }
}

const BASES: usize = 4;

type Maker = fn(&Words<'_>, &mut Random) -> Option<String>;

/// Every kind of condition.
const KINDS: &[(&str, Maker)] = &[
    ("compared", compared),
    ("among", among),
    ("unknown", unknown),
    ("texts", texts),
    ("lists", lists),
    ("recent", recent),
    ("anniversary", anniversary),
    ("near", near),
    ("elapsed", elapsed),
    ("arithmetic", arithmetic),
    ("traits", traits),
    ("happened", happened),
    ("counted", counted),
    ("summed", summed),
    ("average", |words, random| of_amount("avg", words, random)),
    ("least", |words, random| of_amount("min", words, random)),
    ("greatest", |words, random| of_amount("max", words, random)),
    ("middle", |words, random| of_amount("median", words, random)),
    ("distinct", distinct),
    ("favourite", favourite),
    ("first_value", |words, random| edge("first", words, random)),
    ("last_value", |words, random| edge("last", words, random)),
    ("active_days", |words, random| active("active_days", words, random)),
    ("active_weeks", |words, random| active("active_weeks", words, random)),
    ("sessions", sessions),
    ("windows", windows),
    ("sequence", sequence),
    ("abandoned", abandoned),
    ("long_sequence", long_sequence),
    ("held", held),
    ("changed", changed),
    ("stopped", stopped),
    ("first_time", first_time),
    ("member", member),
    ("except", except),
    ("rank", rank),
    ("sample", sample),
    ("bucket", bucket),
    ("score", score),
    ("consent", consent),
    ("related", related),
    ("case", case),
    ("several", several),
];

/// What a schema has to speak of.
struct Words<'a> {
    spec: &'a Spec,
}

impl<'a> Words<'a> {
    const fn of(spec: &'a Spec) -> Self {
        Self { spec }
    }

    fn field(&self, ty: Type, random: &mut Random) -> Option<&'a Field> {
        let all: Vec<&Field> = self.spec.fields.iter().filter(|field| field.ty == ty).collect();
        random.of(&all).copied()
    }

    fn event(&self, random: &mut Random) -> Option<String> {
        random.of(&self.spec.events).map(|event| name(&event.name))
    }

    /// An event with a property of some type.
    fn property(&self, ty: Type, random: &mut Random) -> Option<(String, &'a Field)> {
        let events = self.spec.events.iter();
        let all: Vec<(String, &Field)> = events
            .flat_map(|event| event.properties.iter().map(|property| (name(&event.name), property)))
            .filter(|(_, property)| property.ty == ty)
            .collect();
        random.of(&all).cloned()
    }

    fn numeric(&self, random: &mut Random) -> Option<(String, &'a Field)> {
        let ty = *random.of(&[Type::Money, Type::Int, Type::Decimal, Type::Money])?;
        self.property(ty, random)
    }

    /// Events, perhaps only some of them.
    fn events(&self, random: &mut Random) -> Option<String> {
        match random.below(6) {
            0 => Some("any".into()),
            1 => {
                let (event, property) = self.numeric(random)?;
                Some(format!("{event}[{} {} {}]", name(&property.name), random.op(), value(property, random)))
            }
            2 => {
                let (event, property) = self.property(Type::Text, random)?;
                Some(format!(
                    "{event}[{} in ({}, {})]",
                    name(&property.name),
                    value(property, random),
                    value(property, random)
                ))
            }
            3 => Some(format!("any of ({}, {})", self.event(random)?, self.event(random)?)),
            _ => self.event(random),
        }
    }

    /// A value of somebody that is a number or an amount, with a constant to compare it with.
    fn amount(&self, random: &mut Random) -> Option<(String, String)> {
        let (event, property) = self.numeric(random)?;
        let constant = value(property, random);
        Some((format!("sum({event}.{}) {}", name(&property.name), window(random)), constant))
    }
}

/// A name as the language writes it.
fn name(name: &str) -> String {
    let plain = name
        .chars()
        .enumerate()
        .all(|(at, it)| it == '_' || if at == 0 { it.is_alphabetic() } else { it.is_alphanumeric() });
    let words = ["and", "any", "case", "did", "except", "false", "in", "not", "null", "or", "segment", "true"];
    if plain && !words.contains(&name) {
        name.to_owned()
    } else {
        format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
    }
}

/// A constant of a field's type.
fn value(field: &Field, random: &mut Random) -> String {
    match field.ty {
        Type::Int => random.below(50).to_string(),
        Type::Decimal | Type::Score => format!("0.{}", 1 + random.below(9)),
        Type::Money => {
            let currency = field.currency.map_or_else(|| "EUR".to_owned(), |it| it.to_string());
            format!("{}.{:02} {currency}", random.below(300), random.below(100))
        }
        Type::Bool => (random.below(2) == 0).to_string(),
        Type::Time | Type::Date => {
            format!("@{}-{:02}-{:02}", 2023 + random.below(3), 1 + random.below(12), 1 + random.below(28))
        }
        _ => match random.of(&field.values) {
            Some(value) => format!("{:?}", value.as_str()),
            None => format!("{:?}", random.of(&["DE", "FR", "US", "shoes", "books", "toys", "phone"]).unwrap_or(&"DE")),
        },
    }
}

fn days(random: &mut Random) -> u64 {
    random.of(&[1, 2, 3, 7, 14, 28, 30, 60, 90, 180, 365]).copied().unwrap_or(30)
}

fn window(random: &mut Random) -> String {
    let units = ["day", "week", "month", "quarter", "year"];
    let unit = random.of(&units).copied().unwrap_or("month");
    match random.below(12) {
        0 => "ever".into(),
        1 => format!("between {}d and {}d ago", 30 + random.below(60), random.below(30)),
        2 => format!("since @2025-{:02}-01", 1 + random.below(12)),
        3 => format!("between @2025-0{}-01 and @2025-1{}-01", 1 + random.below(9), random.below(3)),
        4 => format!("before {}d ago", days(random)),
        5 => format!("in this {unit}"),
        6 => format!("in last {} calendar {unit}s", 1 + random.below(6)),
        7 => format!("in this {unit} zone \"{}\"", random.of(&["+02:00", "-05:00", "UTC"]).unwrap_or(&"UTC")),
        8 => format!("in last {}h", 1 + random.below(72)),
        _ => format!("in last {}d", days(random)),
    }
}

// ------------------------------------------------------------ one function a kind

fn compared(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let ty = *random.of(&[Type::Int, Type::Decimal, Type::Money, Type::Date, Type::Time, Type::Text])?;
    let field = words.field(ty, random)?;
    let op = if ty == Type::Text { "=" } else { random.op() };
    Some(format!("{} {op} {}", name(&field.name), value(field, random)))
}

fn among(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let field = words.field(Type::Text, random)?;
    let not = if random.below(2) == 0 { "" } else { "not " };
    Some(format!("{} {not}in ({}, {})", name(&field.name), value(field, random), value(field, random)))
}

fn unknown(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let field = random.of(&words.spec.fields)?;
    let not = if random.below(2) == 0 { "" } else { "not " };
    Some(format!("{} is {not}null and {}", name(&field.name), happened(words, random)?))
}

fn texts(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let field = words.field(Type::Text, random)?;
    let verb = random.of(&["contains", "starts with", "ends with"])?;
    Some(format!("{} {verb} {:?}", name(&field.name), random.of(&["a", "D", "e", "1"])?))
}

fn lists(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let field = name(&words.field(Type::List, random)?.name);
    Some(match random.below(3) {
        0 => format!("{field} contains any (\"vip\", \"beta\")"),
        1 => format!("{field} contains \"shoes\""),
        _ => format!("size({field}) >= {}", random.below(4)),
    })
}

fn recent(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let ty = if random.below(2) == 0 { Type::Time } else { Type::Date };
    let way = if random.below(3) == 0 { "next" } else { "last" };
    Some(format!("{} within {way} {}d", name(&words.field(ty, random)?.name), days(random)))
}

fn anniversary(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("{} anniversary within next {}d", name(&words.field(Type::Date, random)?.name), 1 + random.below(30)))
}

fn near(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let home = name(&words.field(Type::Map, random)?.name);
    Some(format!("{home} within {} km of ({}.5, {}.25)", 1 + random.below(2000), random.below(60), random.below(30)))
}

fn elapsed(words: &Words<'_>, random: &mut Random) -> Option<String> {
    match random.below(2) {
        0 => Some(format!("days_since({}) >= {}", name(&words.field(Type::Time, random)?.name), days(random))),
        _ => Some(format!(
            "years_since({}) {} {}",
            name(&words.field(Type::Date, random)?.name),
            random.op(),
            18 + random.below(50)
        )),
    }
}

fn arithmetic(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let event = words.event(random)?;
    let (near, far) = (days(random), days(random) + 30);
    Some(format!(
        "count({event}) in last {near}d < 0.{} * count({event}) between {far}d and {near}d ago",
        1 + random.below(9)
    ))
    .filter(|_| near < far)
}

fn traits(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let ty = *random.of(&[Type::Money, Type::Int, Type::Date, Type::Text])?;
    let (left, right) = (words.field(ty, random)?, words.field(ty, random)?);
    (left.name != right.name).then(|| format!("{} = {}", name(&left.name), name(&right.name)))
}

fn happened(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let not = if random.below(4) == 0 { "not " } else { "" };
    Some(format!("{not}did {} {}", words.events(random)?, window(random)))
}

fn counted(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("count({}) {} {} {}", words.events(random)?, window(random), random.op(), 1 + random.below(8)))
}

fn summed(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (sum, constant) = words.amount(random)?;
    Some(format!("{sum} {} {constant}", random.op()))
}

fn of_amount(function: &str, words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (event, property) = words.numeric(random)?;
    let (op, constant) = (random.op(), value(property, random));
    Some(format!("{function}({event}.{}) {} {op} {constant}", name(&property.name), window(random)))
}

fn distinct(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (event, property) = words.property(Type::Text, random)?;
    Some(format!("distinct({event}.{}) {} >= {}", name(&property.name), window(random), 1 + random.below(5)))
}

fn favourite(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (event, property) = words.property(Type::Text, random)?;
    Some(format!("most_frequent({event}.{}) {} = {}", name(&property.name), window(random), value(property, random)))
}

fn edge(function: &str, words: &Words<'_>, random: &mut Random) -> Option<String> {
    if random.below(3) == 0 {
        return Some(format!("{function}({}) {} within last {}d", words.event(random)?, window(random), days(random)));
    }
    let (event, property) = words.property(Type::Text, random)?;
    Some(format!("{function}({event}.{}) {} = {}", name(&property.name), window(random), value(property, random)))
}

fn active(function: &str, words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("{function}({}) in last {}d >= {}", words.events(random)?, days(random), 1 + random.below(5)))
}

fn sessions(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let events = words.events(random)?;
    Some(match random.below(3) {
        0 => format!("sessions({events}, {}m) {} >= {}", 10 + random.below(60), window(random), 1 + random.below(5)),
        1 => format!("session_time({events}, 30m) {} >= {}", window(random), 60 + random.below(3600)),
        _ => format!("count({events}) in session of {}m >= {}", 10 + random.below(60), 1 + random.below(4)),
    })
}

fn windows(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let events = words.events(random)?;
    Some(format!("count({events}) {} > count({events}) {}", window(random), window(random)))
}

fn sequence(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (a, b) = (words.events(random)?, words.events(random)?);
    Some(format!("did {a} then {b} within {}h, in last {}d", 1 + random.below(48), days(random)))
}

fn abandoned(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (event, property) = words.property(Type::Text, random)?;
    let property = name(&property.name);
    let others: Vec<String> = words
        .spec
        .events
        .iter()
        .filter(|it| it.properties.iter().any(|it| name(&it.name) == property))
        .map(|it| name(&it.name))
        .collect();
    let other = random.of(&others)?;
    Some(format!(
        "did {event} as a then not {other}[{property} = a.{property}] within {}h, in last {}d",
        1 + random.below(72),
        days(random)
    ))
}

fn long_sequence(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let mut out = format!("did {}", words.events(random)?);
    for _ in 0..2 + random.below(3) {
        let not = if random.below(4) == 0 { "not " } else { "" };
        out.push_str(&format!(" then {not}{}", words.events(random)?));
        if random.below(2) == 0 || !not.is_empty() {
            out.push_str(&format!(" within {}h", 1 + random.below(96)));
        }
    }
    Some(format!("{out}, {}", window(random)))
}

fn held(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let inner = if random.below(2) == 0 { compared(words, random)? } else { counted(words, random)? };
    Some(format!("({inner}) for {}d", days(random)))
}

fn changed(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let field = words.field(Type::Text, random)?;
    let (from, to) = (value(field, random), value(field, random));
    let how = match random.below(3) {
        0 => String::new(),
        1 => format!(" to {to}"),
        _ => format!(" from {from} to {to}"),
    };
    Some(format!("{} changed{how} {}", name(&field.name), window(random)))
}

fn stopped(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("stopped {} for {}d", words.event(random)?, days(random)))
}

fn first_time(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("first time {} {}", words.events(random)?, window(random)))
}

fn member(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("in segment base_{} and {}", random.below(BASES as u64), happened(words, random)?))
}

fn except(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("({}) except in segment base_{}", happened(words, random)?, random.below(BASES as u64)))
}

fn rank(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (by, _) = words.amount(random)?;
    let end = random.of(&["top", "bottom"])?;
    let size =
        if random.below(2) == 0 { format!("{}%", 1 + random.below(50)) } else { (1 + random.below(1000)).to_string() };
    let among = if random.below(2) == 0 {
        String::new()
    } else {
        format!(" among in segment base_{}", random.below(BASES as u64))
    };
    Some(format!("{end} {size} by {by}{among}"))
}

fn sample(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("sample {}% salt \"s{}\" and {}", 1 + random.below(99), random.below(9), happened(words, random)?))
}

fn bucket(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!(
        "bucket of 10 salt \"b{}\" in ({}) and {}",
        random.below(9),
        random.below(10),
        happened(words, random)?
    ))
}

fn score(words: &Words<'_>, random: &mut Random) -> Option<String> {
    Some(format!("score({}) {} 0.{}", name(&words.field(Type::Score, random)?.name), random.op(), 1 + random.below(9)))
}

fn consent(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let purpose = name(&random.of(&words.spec.purposes)?.name);
    Some(match random.of(&words.spec.channels) {
        Some(channel) if random.below(2) == 0 => format!("consent({purpose}, {})", name(channel)),
        _ => format!("consent({purpose})"),
    })
}

fn related(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let groups: Vec<_> = words.spec.kinds.iter().filter(|kind| kind.class == Class::Group).collect();
    let relation = random.of(&groups)?.relation.as_ref()?;
    let quantifier = random.of(&["any", "all", "none"])?;
    Some(format!("{quantifier} of {} ({})", name(relation), happened(words, random)?))
}

fn case(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let (first, second) = (happened(words, random)?, happened(words, random)?);
    Some(format!("case when {first} then 2 when {second} then 1 else 0 end >= {}", 1 + random.below(2)))
}

fn several(words: &Words<'_>, random: &mut Random) -> Option<String> {
    let parts = [counted(words, random)?, happened(words, random)?, compared(words, random)?];
    let [first, second, third] = &parts;
    Some(match random.below(3) {
        0 => format!("{first} and ({second} or {third})"),
        1 => format!("({first} or {second}) and not ({third})"),
        _ => format!("{first} and {second} and {third}"),
    })
}

/// Numbers that look random, the same for the same seed: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len() as u64) as usize)
    }

    fn op(&mut self) -> &'static str {
        self.of(&["<", "<=", ">", ">=", "="]).copied().unwrap_or(">=")
    }
}
