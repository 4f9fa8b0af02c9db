//! Kernels beside the evaluator, on random columns: every condition, every form, yes and unknown.

use onefold_model::{Currency, Date, Decimal, EventId, Money, Score, Token, Truth};
use proptest::prelude::*;

use super::*;
use crate::columns::Person;
use crate::tests::{after, nine, read, shop};

const DAY: i64 = 86_400;

/// Numbers that look thrown, the same for the same start.
struct Throw(u64);

impl Throw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()].clone()
    }
}

fn money(throw: &mut Throw, mixed: bool) -> Value {
    let units = i64::try_from(throw.below(20_000)).unwrap() - 5_000;
    let scale = u8::try_from(throw.below(3)).unwrap();
    let currency: Currency = if mixed { throw.of(&["EUR", "USD", "EUR"]) } else { "EUR" }.parse().unwrap();
    Money::new(Decimal::new(units, scale).unwrap(), currency).into()
}

/// Some profiles with events of the last hundred days, a few of them to come.
pub(crate) fn people(seed: u64, count: u32, fractions: bool, mixed: bool) -> Columns {
    let schema = shop();
    let mut throw = Throw(seed);
    let mut columns = Columns::new(&schema);
    if seed.is_multiple_of(3) {
        columns = columns.with_ids();
    }
    let field = |name: &str| schema.field(name).unwrap();
    let types: Vec<_> = ["purchase", "add_to_cart", "product_view", "login", "returned", "page"]
        .iter()
        .map(|name| schema.event_type(name).unwrap())
        .collect();
    for nth in 0..count {
        // Not in the order of ids.
        let who = ProfileId(Token((u128::from(nth).wrapping_mul(7919) % 1009).to_be_bytes()));
        let number = columns.number(who);
        for (name, value) in [
            ("country", Value::from(throw.of(&["DE", "FR", "PL", "AT"]))),
            ("age", Value::Int(i64::try_from(throw.below(80)).unwrap())),
            ("rating", Value::Decimal(Decimal::new(i64::try_from(throw.below(50)).unwrap(), 1).unwrap())),
            ("balance", money(&mut throw, mixed)),
            ("vip", Value::Bool(throw.below(2) == 0)),
            ("signup", Value::Time(after(i64::try_from(throw.below(200)).unwrap() * DAY - 150 * DAY))),
            ("born", Value::Date(Date::from_days(i32::try_from(throw.below(20_000)).unwrap()).unwrap())),
            ("churn", Value::Score(Score::new(throw.below(100) as f64 / 100.0).unwrap())),
            ("plan", Value::from(throw.of(&["free", "pro"]))),
            ("tags", Value::from(vec![Value::from(throw.of(&["a", "b", "c"]))])),
            ("timezone", Value::from(throw.of(&["UTC", "+02:00", "nonsense"]))),
            ("address", Value::map([("city".into(), Value::from(throw.of(&["Bonn", "Ulm"])))])),
        ] {
            if throw.below(5) != 0 {
                columns.set(who, field(name), &value);
            }
        }
        for _ in 0..throw.below(30) {
            let what = throw.of(&types);
            let second = 100 * DAY - i64::try_from(throw.below(102 * 24)).unwrap() * 3600;
            let mut at = after(second - 100 * DAY + DAY);
            if fractions && throw.below(4) == 0 {
                at = Time(at.0 + 1 + i64::try_from(throw.below(999_999)).unwrap());
            }
            let mut said = Vec::new();
            for (name, value) in [
                ("amount", money(&mut throw, mixed)),
                ("cart_id", Value::from(throw.of(&["c-1", "c-2", "c-3"]))),
                ("category", Value::from(throw.of(&["shoes", "hats", "bags"]))),
                ("qty", Value::Int(i64::try_from(throw.below(7)).unwrap() - 2)),
                ("gift", Value::Bool(throw.below(2) == 0)),
                ("weight", Value::Decimal(Decimal::new(i64::try_from(throw.below(900)).unwrap() - 100, 2).unwrap())),
                ("due", Value::Date(Date::from_days(i32::try_from(throw.below(30)).unwrap() + 20_500).unwrap())),
                ("device", Value::from(throw.of(&["phone", "desk"]))),
            ] {
                if let Ok(field) = schema.property(what, name)
                    && throw.below(6) != 0
                {
                    said.push((field, value));
                }
            }
            let mut id = [0; 16];
            id.iter_mut().for_each(|byte| *byte = u8::try_from(throw.below(256)).unwrap());
            columns.push(number, what, at, EventId(id), &said);
        }
    }
    // Some are gone, and somebody else has the number of one.
    if count > 3 {
        for nth in [1_u128, 2] {
            columns.forget(ProfileId(Token((nth * 7919 % 1009).to_be_bytes())));
        }
        columns.number(ProfileId(Token([9; 16])));
    }
    if seed.is_multiple_of(2) {
        columns.compact();
    }
    columns
}

/// Every form that has a kernel, and many that have none.
const DEFINITIONS: &str = r#"
segment s01 = country in ("DE", "FR") and age >= 18 or vip = true
segment s02 = not (rating < 2.5) and balance >= 10 EUR
segment s03 = country is null or not (age = 7) or balance != 3 EUR
segment s04 = churn > 0.7 and signup within last 30 days
segment s05 = signup within next 20 days or signup < @2026-02-01
segment s06 = country contains "E" or country starts with "F" or plan ends with "o"
segment s07 = tags contains "a" and address.city = "Bonn"
segment s08 = count(purchase) in last 30 days >= 2
segment s09 = count(purchase) ever = 0 or count(login) in last 60 days != 1
segment s10 = count(page) in last 90 days < 3 or count(login) ever <= 1
segment s11 = did any in last 14 days
segment s12 = count(any) in last 60 days >= 8
segment s13 = count(any of (login, page)) in last 60 days >= 2
segment s14 = sum(purchase.amount) in last 30 days >= 100 EUR
segment s15 = sum(purchase.amount) ever < 0 EUR
segment s16 = sum(purchase.qty) ever > 3 or sum(purchase.weight) ever <= 1.255
segment s17 = avg(purchase.amount) in last 90 days > 40 EUR
segment s18 = avg(purchase.qty) ever = 1.5 or avg(purchase.weight) ever < 2
segment s19 = min(purchase.amount) ever < 10 EUR
segment s20 = max(purchase.amount) ever >= 50 USD
segment s21 = max(purchase.qty) in last 30 days = 4 or min(purchase.due) ever < @2026-02-20
segment s22 = median(purchase.amount) ever > 12 EUR or median(purchase.qty) ever <= 1.5
segment s23 = distinct(product_view.category) in last 30 days >= 2
segment s24 = distinct(purchase.qty) ever >= 3 or distinct(purchase.amount) ever >= 4
segment s25 = most_frequent(product_view.category) ever = "hats"
segment s26 = first(purchase.category) ever = "shoes" or last(purchase.qty) ever > 2
segment s27 = last(login) ever < @2026-02-10
segment s28 = first(purchase) in last 60 days >= @2026-02-01
segment s29 = active_days(any) in last 30 days >= 3
segment s30 = active_days(login) ever >= 2 or active_weeks(any) ever >= 5
segment s31 = active_days(page) in last 60 days zone "+02:00" >= 2
segment s32 = sessions(any, 30m) in last 30 days >= 2 or session_time(any, 2h) ever > 600
segment s33 = count(purchase) between 60 days and 30 days ago >= 1
segment s34 = did purchase before 50 days ago
segment s35 = did purchase since @2026-02-10
segment s36 = did purchase before @2026-02-10
segment s37 = count(login) between @2026-01-10 and @2026-02-10 >= 2
segment s38 = did login in this month or count(page) in last 2 calendar weeks zone "-05:30" >= 1
segment s39 = did login in this week zone timezone
segment s40 = count(purchase[category = "shoes" and qty >= 1]) ever >= 1
segment s41 = count(purchase[category in ("hats", "bags") or not (gift = true)]) ever >= 2
segment s42 = sum(purchase[category != "hats"].amount) in last 60 days > 20 EUR
segment s43 = count(purchase[amount > 20 EUR]) ever >= 2 or count(purchase[amount < 1 USD]) ever >= 1
segment s44 = distinct(purchase[qty > 0].cart_id) ever >= 2 or most_frequent(purchase[gift = true].cart_id) ever = "c-2"
segment s45 = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 2 days, in last 30 days
segment s46 = did add_to_cart as c then purchase[cart_id = c.cart_id] within 20 days, ever
segment s47 = did product_view then add_to_cart within 5 days then purchase within 9 days, ever
segment s48 = did login then not page within 3 days then purchase within 20 days, ever
segment s49 = did login then not page then purchase within 20 days, in last 90 days
segment s50 = did purchase as a then purchase[amount > a.amount] within 30 days, ever
segment s51 = did product_view as v then purchase[category = v.category and qty > 0] within 40 days then not login within 10 days, ever
segment s52 = did page then page then page within 10 days, in last 60 days
segment s53 = stopped login for 20 days
segment s54 = first time purchase in last 40 days
segment s55 = count(login) in last 30 days < 0.5 * count(login) between 60 days and 30 days ago
segment s56 = last(add_to_cart) ever > last(purchase) ever
segment s57 = sum(purchase.qty) ever + age > 40 or age - count(page) ever < 10
segment s58 = in segment s08 and not in segment s11
segment s59 = s59x except s59y
segment s60 = top 10% by count(any) ever
segment s61 = bottom 5 by age among in segment s01
segment s62 = top 20 by sum(purchase.qty) ever among in segment s60
segment s63 = sample 30% salt "x" and bucket of 4 salt "y" in (0, 3)
segment s64 = (vip = true) for 3 days
segment s65 = spent > 20
segment s66 = top 30% by spent
segment s67 = consent(marketing, email)
trait spent: int = sum(purchase.qty) ever
"#;

fn definitions() -> Definitions {
    read(&DEFINITIONS.replace("s59x except s59y", "country = \"DE\" except vip = true"))
}

/// What the kernels say of each condition, and what the evaluator says.
fn compare(definitions: &Definitions, columns: &Columns, now: Time) -> Result<usize, TestCaseError> {
    let plan = definitions.plan();
    let roots: Vec<NodeId> = plan.all().filter(|id| plan.node(*id).is_some_and(|node| !node.is_value())).collect();
    let mut kernels = Kernels::new(plan, columns, &roots, now);
    kernels.rank(&Work::default()).unwrap();
    let ranks = ranks(plan, columns, now);
    let (mut own, mut person, mut memo) = (kernels.own(), Person::new(columns), Memo::default());
    let mut seen = 0;
    for nth in 0..kernels.blocks() {
        let all = kernels.begin(&mut own, nth);
        let truths: Vec<_> = roots.iter().map(|root| kernels.root(&mut own, *root)).collect();
        for at in 0..bits::BLOCK {
            let number = u32::try_from(nth * bits::BLOCK + at).unwrap();
            prop_assert_eq!(all.has(at), columns.profile(number).is_some());
            if !all.has(at) {
                prop_assert!(truths.iter().all(|it| !it.yes.has(at) && !it.unknown.has(at)));
                continue;
            }
            let facts = person.turn(number);
            pass(plan, plan.all(), Sight { facts, people: columns, ranks: &ranks, known: now, at: now }, &mut memo);
            for (root, truths) in roots.iter().zip(&truths) {
                let ours = match (truths.yes.has(at), truths.unknown.has(at)) {
                    (true, false) => Truth::Yes,
                    (false, true) => Truth::Unknown,
                    (false, false) => Truth::No,
                    (true, true) => return Err(TestCaseError::fail("both yes and unknown")),
                };
                prop_assert_eq!(ours, memo.get(*root).0, "profile {} of {:?}", number, plan.node(*root));
                seen += 1;
            }
        }
    }
    Ok(seen)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn kernels_say_what_the_evaluator_says(seed in any::<u64>(), count in 0_u32..90, fractions in any::<bool>(), mixed in any::<bool>(), back in 0_i64..40) {
        let columns = people(seed, count, fractions, mixed);
        // Some events are to come: now is a day before the last, or long before.
        compare(&definitions(), &columns, Time(nine().0 - back * DAY * 250_000 * 4 / 3))?;
    }

    #[test]
    fn a_batch_in_columns_has_the_members_of_any_batch(seed in any::<u64>(), count in 0_u32..60) {
        let columns = people(seed, count, true, true);
        let definitions = definitions();
        let theirs = batch(&definitions, &columns, nine());
        let ours = Batch::new(&definitions, &columns, nine(), Work::default()).unwrap();
        for (id, theirs) in definitions.ids().zip(&theirs) {
            let mut members: Vec<_> = ours.profiles(id).collect();
            members.sort();
            prop_assert_eq!(&members, &theirs.keys().copied().collect::<Vec<_>>(), "{}", definitions.name(id));
            prop_assert_eq!(ours.size(id), theirs.len());
            prop_assert_eq!(ours.breakdown(id, shop().field("country").unwrap()).values().sum::<usize>(), theirs.len());
        }
    }

    #[test]
    fn the_next_change_is_the_first_of_all_answers(seed in any::<u64>(), count in 0_u32..12, text in proptest::sample::select(vec![
        "segment a = did purchase in last 30 days\nsegment b = not did any in last 14 days",
        "segment a = count(login) in last 20 days >= 2 and country = \"DE\"",
        "segment a = did add_to_cart then not purchase within 3 days, in last 40 days",
        "segment a = avg(purchase.qty) in last 30 days > 1.5",
    ])) {
        let columns = people(seed, count, true, false);
        let definitions = read(text);
        let next = next_change(&definitions, &columns, nine(), Work::default()).unwrap();
        let mut first = Time::MAX;
        columns.each(&mut |facts| {
            for id in definitions.ids() {
                let mut answer = definitions.eval(id, facts, &columns, nine());
                let inside = answer.value.is_yes();
                // From yes to unknown and on is one change of membership, from unknown to no is none.
                let mut at = answer.until;
                let node = definitions.plan().roots[id.index()];
                while at < Time::MAX {
                    let sight = Sight { facts, people: &columns, ranks: &crate::eval::Ranks::default(), known: nine(), at };
                    let mut memo = Memo::default();
                    pass(definitions.plan(), definitions.plan().all(), sight, &mut memo);
                    if memo.get(node).0.is_yes() != inside {
                        first = first.min(at);
                        break;
                    }
                    answer.until = memo.get(node).1;
                    at = answer.until;
                }
            }
        });
        prop_assert_eq!(next, first);
    }
}

#[test]
fn few_forms_are_left_to_the_evaluator() {
    let (columns, definitions) = (people(4, 60, false, false), definitions());
    let slow = |id: &SegmentId| {
        let root = definitions.plan().roots[id.index()];
        !Kernels::new(definitions.plan(), &columns, &[root], nine()).is_fast()
    };
    let left: Vec<_> = definitions.ids().filter(slow).map(|id| definitions.name(id).to_owned()).collect();
    // Calendars of a trait, history, consent.
    assert_eq!(left, ["s39", "s64", "s67"]);
}

#[test]
fn more_than_a_block_is_evaluated_too() {
    let columns = people(5, 1000, false, false);
    let mut many = Columns::new(&shop());
    let country = shop().field("country").unwrap();
    for nth in 0..10_000_u32 {
        many.set(
            ProfileId(Token(u128::from(nth).to_be_bytes())),
            country,
            &if nth % 3 == 0 { "DE" } else { "FR" }.into(),
        );
    }
    let definitions = read("segment german = country = \"DE\"\nsegment few = top 7 by age");
    let german = definitions.id("german").unwrap();
    assert_eq!(Batch::new(&definitions, &many, nine(), Work::default()).unwrap().size(german), 3334);
    assert_eq!(compare(&self::definitions(), &columns, nine()).unwrap() % columns.len(), 0);
}

#[test]
fn what_is_not_kept_is_told_and_work_stops_when_asked() {
    let definitions = read("segment a = count(purchase[category = \"shoes\"]) ever >= 1");
    let schema = shop();
    let columns = Columns::new(&schema).only([], schema.event_types());
    let said = Batch::new(&definitions, &columns, nine(), Work::default()).unwrap_err();
    assert_eq!(
        said.to_string(),
        "the columns do not keep `category`, which the definitions look at; keep it, or keep all"
    );
    let columns = people(2, 5, false, false);
    let stop = |_: u64, _: u64| std::ops::ControlFlow::Break(());
    let said = Batch::new(&definitions, &columns, nine(), Work::default().watched(&stop)).unwrap_err();
    assert_eq!(said, Undone::Stopped);
    let mut kept = Columns::new(&schema).used_by(&definitions);
    assert!(!kept.push(0, schema.event_type("login").unwrap(), nine(), EventId([0; 16]), &[]));
    kept.number(ProfileId(Token([1; 16])));
    assert!(Batch::new(&definitions, &kept, nine(), Work::default()).is_ok());
}
