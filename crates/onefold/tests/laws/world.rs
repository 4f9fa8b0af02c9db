//! Small random worlds in which constraints bite: few values, shared by many, with limits that are soon reached.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
use onefold::identity::Rules;
use onefold::model::schema::{Field, Group};
use onefold::model::{Class, Draft, Form, Kind, Party, Position, Schema, Survivorship, Time, Type};
use onefold::segment::Definitions;
use onefold::store::Log;
use onefold::{Builder, Platform};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

pub(crate) const DAY: u64 = 86_400;
/// All that a world says has been received by then.
pub(crate) const END: Time = Time(100 * DAY as i64 * 1_000_000);

pub(crate) fn at(seconds: u64) -> Time {
    Time::from_secs(seconds as i64)
}

pub(crate) fn schema() -> Schema {
    let mut spec = Schema::builder()
        .source("crm", Party::First, 90)
        .source("web", Party::First, 50)
        .source("list", Party::Third, 10)
        .kind(Kind::person("user").unique())
        .kind(Kind::person("email").form(Form::Email).limit(2).generic_above(3))
        .kind(Kind::person("phone").shareable().limit_within(1, Duration::from_secs(20 * DAY)))
        .kind(Kind::device("cookie").limit(2).stitch("recognition"))
        .kind(Kind::device("tablet").session(Duration::from_secs(3_600)).stitch("recognition"))
        .kind(Kind::group("firm", "works_at"))
        .field("country", Type::Text)
        .declare_field(Field { name: "plan".into(), keep: Some(Survivorship::MostTrusted), ..Field::default() })
        .declare_field(Field { name: "tags".into(), keep: Some(Survivorship::Union), ..Field::default() })
        .field("street", Type::Text)
        .field("city", Type::Text)
        .event("purchase", [("amount", Type::Money), ("cart_id", Type::Text)])
        .event("add_to_cart", [("cart_id", Type::Text)])
        .purpose("marketing")
        .purpose("recognition")
        .channel("email")
        .spec();
    spec.groups.push(Group {
        name: "address".into(),
        fields: vec!["street".into(), "city".into()],
        keep: Survivorship::MostComplete,
    });
    spec.build([7; 32].into()).unwrap()
}

pub(crate) const SEGMENTS: &str = r#"
segment left = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
segment spender = sum(purchase.amount) in last 30 days >= 50 EUR
segment busy = count(purchase) in last 10 days >= 2
segment quiet = not did any in last 14 days and country in ("DE", "FR")
segment reachable = consent(marketing, email) and not in segment quiet
segment odd = country != "DE" or in segment left
"#;

pub(crate) fn builder(schema: &Schema) -> Builder {
    let policy = Policy::builder()
        .regime(Regime::Gdpr)
        .purpose("marketing", Basis::Consent)
        .purpose("recognition", Basis::Consent)
        .recipient(
            Recipient::new("newsletter", "marketing")
                .channel("email")
                .keep("email", Keep::Plain)
                .keep("user", Keep::Plain),
        )
        .build(schema)
        .unwrap();
    Platform::define(schema.clone())
        .identity(Rules::default().largest(12))
        .segments(Definitions::parse(SEGMENTS, schema).unwrap())
        .policy(policy)
}

pub(crate) fn platform(schema: &Schema) -> Platform {
    builder(schema).in_memory(at(0)).unwrap()
}

/// One thing that is said to the platform.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Event(Happened),
    /// Always (true) or never (false), or taken back (none).
    Ruling {
        a: (u8, u8),
        b: (u8, u8),
        word: Option<bool>,
        at: u64,
    },
    /// The event with this number no longer counts.
    Retraction {
        event: usize,
        at: u64,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub(crate) number: usize,
    pub(crate) source: u8,
    pub(crate) what: u8,
    pub(crate) who: Vec<(u8, u8)>,
    pub(crate) occurred: u64,
    pub(crate) delay: u64,
    pub(crate) amount: u32,
    pub(crate) cart: u8,
    pub(crate) country: Option<u8>,
    pub(crate) plan: Option<u8>,
    pub(crate) choice: Option<(u8, u8, Option<u64>)>,
    pub(crate) alias: Option<u8>,
}

impl Happened {
    pub(crate) fn received(&self) -> Time {
        at(self.occurred + self.delay)
    }

    pub(crate) fn is_late(&self) -> bool {
        self.delay > 3_600
    }

    pub(crate) fn restricts(&self) -> bool {
        self.choice.is_some_and(|(_, action, _)| action % 4 >= 2)
    }

    pub(crate) fn draft(&self, schema: &Schema) -> Draft {
        let source = ["crm", "web", "list"][usize::from(self.source % 3)];
        let what = if self.alias.is_some() {
            "alias"
        } else {
            ["identify", "page", "purchase", "add_to_cart", "track"][usize::from(self.what % 5)]
        };
        let mut draft = schema
            .draft(source, what)
            .message_id(&self.number.to_string())
            .at(at(self.occurred))
            .received(self.received());
        for (kind, value) in &self.who {
            draft = draft.who(kind_of(*kind), &value_of(*kind, *value));
        }
        if let Some(previous) = self.alias {
            draft = draft.who("user", &value_of(0, previous % 3)).previous("user", &value_of(0, previous / 3 % 3));
        }
        if matches!(what, "purchase" | "add_to_cart") {
            draft = draft.set("cart_id", format!("c{}", self.cart % 3));
        }
        if what == "purchase" {
            draft = draft.set("amount", format!("{} EUR", i64::from(self.amount % 60) - 5));
        }
        if let Some(country) = self.country {
            draft = draft.trait_("country", ["DE", "FR", "PL"][usize::from(country % 3)]);
        }
        if let Some(plan) = self.plan {
            draft = draft.trait_("plan", format!("p{}", plan % 3)).trait_("tags", format!("t{}", plan % 4));
            draft = if plan % 2 == 0 {
                draft.trait_("street", format!("s{}", plan % 5)).trait_("city", "x")
            } else {
                draft.trait_("street", format!("s{}", plan % 5))
            };
        }
        if let (Some((purpose, action, expires)), true) =
            (self.choice, self.who.iter().any(|(kind, _)| kind_of(*kind) != "firm"))
        {
            use onefold::model::{Action, Chosen};
            let action = [Action::Grant, Action::OptIn, Action::Withdraw, Action::Gpc][usize::from(action % 4)];
            let purpose = ["marketing", "recognition", "recognition"][usize::from(purpose % 3)];
            let expires = expires.filter(|_| action.grants()).map(|after| at(self.occurred + after));
            draft = draft.choose(Chosen { expires, ..Chosen::new(purpose, action) });
        }
        draft
    }
}

fn kind_of(kind: u8) -> &'static str {
    ["user", "email", "phone", "cookie", "tablet", "firm"][usize::from(kind % 6)]
}

fn value_of(kind: u8, value: u8) -> String {
    match kind_of(kind) {
        "email" => format!("ada{value}@example.com"),
        other => format!("{other}-{value}"),
    }
}

pub(crate) fn identifier(schema: &Schema, (kind, value): (u8, u8)) -> onefold::model::Identifier {
    schema.identifier(kind_of(kind), &value_of(kind, value)).unwrap()
}

fn named() -> impl Strategy<Value = (u8, u8)> {
    (prop_oneof![4 => Just(0u8), 4 => Just(1), 2 => Just(2), 4 => Just(3), 2 => Just(4), 1 => Just(5)], 0..5u8)
}

fn happened() -> impl Strategy<Value = Happened> {
    let who = prop::collection::vec(named(), 0..4);
    let when = (0..60 * DAY, prop_oneof![5 => 0..60u64, 1 => DAY..20 * DAY]);
    let choice = prop::option::weighted(0.35, (any::<u8>(), any::<u8>(), prop::option::weighted(0.5, 1..30 * DAY)));
    let alias = prop::option::weighted(0.04, any::<u8>());
    (
        any::<(u8, u8, u32, u8)>(),
        who,
        when,
        prop::option::weighted(0.4, any::<u8>()),
        prop::option::weighted(0.3, any::<u8>()),
        choice,
        alias,
    )
        .prop_map(|((source, what, amount, cart), who, (occurred, delay), country, plan, choice, alias)| {
            Happened {
                number: 0,
                source,
                what,
                who,
                // Whole hours now and then, so that instants meet.
                occurred: if occurred % 3 == 0 { occurred / 3_600 * 3_600 } else { occurred },
                delay,
                amount,
                cart,
                country,
                plan,
                choice,
                alias,
            }
        })
}

/// A world: what is said in it, numbered.
pub(crate) fn world(most: usize) -> impl Strategy<Value = Vec<Said>> {
    let person = (0..3u8, 0..5u8);
    let ruling = (person.clone(), person, prop::option::weighted(0.8, any::<bool>()), 0..90 * DAY)
        .prop_filter_map("two of them", |(a, b, word, at)| (a != b).then_some(Said::Ruling { a, b, word, at }));
    let said = prop_oneof![12 => happened().prop_map(Said::Event), 1 => ruling, 1 => (0..most, 0..90 * DAY).prop_map(|(event, at)| Said::Retraction { event, at })];
    prop::collection::vec(said, 2..most).prop_map(|mut all| {
        for (nth, said) in all.iter_mut().enumerate() {
            if let Said::Event(event) = said {
                // Now and then another record under the id of the one before: a conflict, if the source is the same.
                event.number = if event.cart % 8 == 7 { nth.saturating_sub(1) } else { nth };
            }
        }
        all
    })
}

pub(crate) fn say(platform: &mut Platform, said: &Said) {
    let schema = platform.schema().clone();
    match said {
        Said::Event(event) => {
            let tally = platform.ingest([event.draft(&schema)]).unwrap();
            assert!(tally.adds_up());
        }
        Said::Ruling { a, b, word, at: when } => {
            use onefold::model::Word;
            let word = word.map_or(Word::Withdrawn, |always| if always { Word::Always } else { Word::Never });
            platform
                .rule(identifier(&schema, *a).member(), identifier(&schema, *b).member(), word, "support", at(*when))
                .unwrap();
        }
        // A retraction hits the events of the customer file: those of other sources have other ids.
        Said::Retraction { event, at: when } => {
            platform.retract(schema.message_id("crm", &event.to_string()), "support", at(*when)).unwrap()
        }
    }
}

pub(crate) fn say_all<'a>(platform: &mut Platform, all: impl IntoIterator<Item = &'a Said>) {
    for said in all {
        say(platform, said);
    }
    platform.advance(END).unwrap();
}

/// What the live segments say is what the dump's fresh evaluation says.
pub(crate) fn live_is_fresh(platform: &Platform) -> Result<(), TestCaseError> {
    let mut dump = Vec::new();
    platform.dump(&mut dump).unwrap();
    let dump = String::from_utf8(dump).unwrap();
    for segment in platform.definitions().ids() {
        let name = platform.name(segment);
        let is_member =
            |line: &&str| line.contains("\"is\":\"member\"") && line.contains(&format!("\"segment\":\"{name}\""));
        let fresh = dump.lines().filter(is_member).count();
        let live: Vec<_> = platform.members(name).unwrap().collect();
        prop_assert_eq!(fresh, live.len(), "{} at {}", name, platform.now());
        for id in live {
            prop_assert!(dump.lines().filter(is_member).any(|line| line.contains(&id.to_string())), "{}", name);
        }
    }
    Ok(())
}

/// The dump without what only says how the state came about.
pub(crate) fn state(platform: &Platform) -> String {
    let mut dump = Vec::new();
    platform.dump(&mut dump).unwrap();
    let dump = String::from_utf8(dump).unwrap();
    let kept = ["profile", "group", "value", "cut", "generic", "member", "choice"];
    dump.lines()
        .filter(|line| kept.iter().any(|is| line.contains(&format!("\"is\":\"{is}\""))))
        .fold(String::new(), |all, line| all + line + "\n")
}

/// A log that outlives the platform.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<Vec<u8>>>>);

impl Log for Shared {
    fn append(&mut self, batch: &[&[u8]]) -> Result<Position, onefold::store::Error> {
        let mut log = self.0.lock().unwrap();
        let first = Position(log.len() as u64 + 1);
        log.extend(batch.iter().map(|entry| entry.to_vec()));
        Ok(first)
    }
    fn read(
        &self,
        from: Position,
        each: &mut dyn FnMut(Position, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), onefold::store::Error> {
        let log = self.0.lock().unwrap().clone();
        for (position, entry) in (1..).map(Position).zip(&log).skip_while(|(position, _)| *position < from) {
            if each(position, entry).is_break() {
                break;
            }
        }
        Ok(())
    }
    fn name(&self) -> &str {
        "shared"
    }
    fn end(&self) -> Position {
        Position(self.0.lock().unwrap().len() as u64)
    }
}

/// What happened in the worlds of one law, printed at its end: a law that nothing tried is not kept.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) cases: usize,
    pub(crate) cuts: usize,
    pub(crate) merges: usize,
    pub(crate) late: usize,
    pub(crate) withdrawals: usize,
    pub(crate) rulings: usize,
    pub(crate) retractions: usize,
    pub(crate) refused_links: usize,
    pub(crate) conflicts: usize,
    pub(crate) suppressed: usize,
}

impl Seen {
    pub(crate) fn look(&mut self, platform: &Platform, said: &[Said]) {
        self.cases += 1;
        self.cuts += usize::from(platform.graph().cuts().next().is_some());
        self.refused_links +=
            usize::from(platform.graph().cuts().any(|cut| matches!(cut.reason, onefold::identity::Cut::Gate { .. })));
        self.conflicts += usize::from(platform.kept_aside().contains_key("conflict"));
        self.merges += usize::from(platform.graph().nodes() > platform.graph().profiles().count());
        let events = || said.iter().filter_map(|said| if let Said::Event(event) = said { Some(event) } else { None });
        self.late += usize::from(events().any(Happened::is_late));
        self.withdrawals += usize::from(events().any(Happened::restricts));
        self.rulings += usize::from(said.iter().any(|said| matches!(said, Said::Ruling { .. })));
        self.retractions += usize::from(said.iter().any(|said| matches!(said, Said::Retraction { .. })));
    }

    pub(crate) fn print(&self, law: &str) {
        println!("{law}: {self:?}");
        assert!(
            self.rulings > 0 && self.retractions > 0 && self.refused_links > 0 && self.conflicts > 0,
            "{law}: {self:?}"
        );
        for (what, count) in [
            ("cases", self.cases),
            ("cuts", self.cuts),
            ("merges", self.merges),
            ("late", self.late),
            ("withdrawals", self.withdrawals),
        ] {
            assert!(
                count > self.cases / 20 && count > 0,
                "{law}: too few worlds with {what}: {count} of {}",
                self.cases
            );
        }
    }
}

#[test]
fn the_world_declares_each_class_of_identifier() {
    let classes: std::collections::BTreeSet<_> =
        schema().kinds().map(|(_, kind)| format!("{:?}", kind.class)).collect();
    assert_eq!(classes.len(), [Class::Person, Class::Device, Class::Group, Class::Record].len());
}
