//! Each rule of resolution as a sentence. The running story: a shop, and a customer called Ada.

#![expect(clippy::unwrap_used, reason = "tests may be blunt")]

use std::cell::RefCell;
use std::time::Duration;

use onefold_identity::{Cut, Graph, Rules, Sighting, Stratum, Touched, WhyNot};
use onefold_model::{
    Cause, Change, EventId, Gate, Identifier, Kind, Member, Members, News, ProfileId, PurposeId, Reason, Ruling,
    Schema, Time, Ungated, Until, Verdict, Word,
};

/// A gate that permits nothing to some, and remembers what it was asked.
#[derive(Default)]
struct Doorman {
    refuses: Vec<Member>,
    until: Option<Time>,
    asked: RefCell<Vec<(Vec<Member>, Member)>>,
}

impl Gate for Doorman {
    fn link(&self, _: PurposeId, known: &[Member], device: Member, now: Time) -> Until<Verdict> {
        self.asked.borrow_mut().push((known.to_vec(), device));
        let ended = self.until.is_some_and(|until| until <= now);
        let denied = ended || known.iter().chain([&device]).any(|member| self.refuses.contains(member));
        let reason = Reason { code: "no_choice", entry: None };
        let until = self.until.filter(|until| *until > now).unwrap_or(Time::MAX);
        Until { value: if denied { Verdict::Deny(reason) } else { Verdict::Permit }, until, exact: true }
    }
}

struct Shop {
    schema: Schema,
    graph: Graph,
    gate: Doorman,
    now: Time,
    news: Vec<Change>,
}

impl Shop {
    fn with(kinds: impl IntoIterator<Item = Kind>, rules: Rules) -> Self {
        let builder =
            kinds.into_iter().fold(Schema::builder().purpose("recognition"), |builder, kind| builder.kind(kind));
        let schema = builder.build([7; 32].into()).unwrap();
        let graph = Graph::new(&schema, rules);
        Self { schema, graph, gate: Doorman::default(), now: Time(1000), news: Vec::new() }
    }

    fn new() -> Self {
        let tablet = Kind::device("tablet").session(Duration::from_micros(10)).stitch("recognition");
        let kinds = [
            Kind::person("user").unique(),
            Kind::person("email").limit(2),
            Kind::device("cookie").stitch("recognition"),
            tablet,
        ];
        Self::with(kinds, Rules::default())
    }

    fn id(&self, text: &str) -> Identifier {
        let (kind, value) = text.split_once(':').unwrap();
        self.schema.identifier(kind, value).unwrap()
    }

    fn member(&self, text: &str) -> Member {
        self.id(text).member()
    }

    fn see(&mut self, event: u8, at: i64, who: &[&str]) -> Touched {
        self.see_alias(event, at, who, None)
    }

    fn see_alias(&mut self, event: u8, at: i64, who: &[&str], previous: Option<&str>) -> Touched {
        let who: Vec<Identifier> = who.iter().map(|text| self.id(text)).collect();
        let previous = previous.map(|text| self.member(text));
        self.news.clear();
        self.graph.insert(
            Sighting { id: EventId([event; 16]), at: Time(at), who: &who, previous },
            &self.gate,
            self.now,
            &mut self.news,
        )
    }

    fn retract(&mut self, event: u8) -> Touched {
        self.news.clear();
        self.graph.retract(EventId([event; 16]), &self.gate, self.now, &mut self.news)
    }

    fn rule(&mut self, a: &str, b: &str, word: Word, at: i64) -> Touched {
        let ruling = Ruling { a: self.member(a), b: self.member(b), word, by: "support".into(), at: Time(at) };
        self.news.clear();
        self.graph.rule(&ruling, &self.gate, self.now, &mut self.news)
    }

    fn profile(&self, text: &str) -> ProfileId {
        self.graph.profile(self.member(text)).unwrap()
    }

    fn one(&self, a: &str, b: &str) -> bool {
        self.profile(a) == self.profile(b)
    }

    fn reasons(&self) -> Vec<Cut> {
        self.graph.cuts().map(|cut| cut.reason).collect()
    }
}

#[test]
fn a_record_that_names_nobody_is_a_profile_of_its_own() {
    let mut shop = Shop::new();
    let touched = shop.see(1, 0, &[]);
    let row = shop.schema.record(EventId([1; 16]));
    assert_eq!(touched.after, [ProfileId(row.token)]);
    assert_eq!((touched.before.len(), shop.news.len()), (0, 0));
    assert_eq!(shop.graph.home(EventId([1; 16])), shop.graph.profile(row));
}

#[test]
fn the_same_event_twice_touches_nobody() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    assert_eq!(shop.see(1, 5, &["user:bob", "cookie:1"]), Touched::default());
    assert_eq!(shop.graph.nodes(), 2);
}

#[test]
fn a_stronger_identifier_gives_the_profile_its_id() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["cookie:1"]);
    let cookie = shop.profile("cookie:1");
    let touched = shop.see(2, 1, &["user:ada", "cookie:1"]);
    assert_eq!(shop.profile("cookie:1"), ProfileId(shop.member("user:ada").token));
    assert_eq!((touched.before, touched.after), (vec![cookie], vec![shop.profile("user:ada")]));
    assert!(matches!(shop.news.as_slice(), [Change { news: News::Rekeyed { from }, .. }] if *from == cookie));
    assert_eq!(shop.graph.current(cookie), Some(shop.profile("user:ada")));
}

#[test]
fn a_merge_is_news_and_its_retraction_restores_both_ids() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada"]);
    let _ = shop.see(2, 1, &["email:ada"]);
    let (ada, email) = (shop.profile("user:ada"), shop.profile("email:ada"));
    let _ = shop.see(3, 2, &["user:ada", "email:ada"]);
    assert!(
        matches!(&shop.news[..], [Change { news: News::Merged { from }, cause: Cause::Merge, .. }] if **from == [email])
    );
    let touched = shop.retract(3);
    assert!(
        matches!(&shop.news[..], [Change { news: News::Split { into }, cause: Cause::Ruling, .. }] if **into == [email])
    );
    assert_eq!(touched.before, [ada]);
    assert_eq!((shop.profile("user:ada"), shop.profile("email:ada")), (ada, email));
}

#[test]
fn retracting_the_only_sighting_of_a_node_forgets_it() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada"]);
    let ada = shop.profile("user:ada");
    assert_eq!(shop.retract(1).before, [ada]);
    assert_eq!((shop.graph.nodes(), shop.graph.profiles().count(), shop.graph.current(ada)), (0, 0, None));
    assert_eq!(shop.retract(9), Touched::default());
}

#[test]
fn an_old_event_that_comes_late_takes_its_place_in_the_order() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 10, &["user:ada", "email:x"]);
    let _ = shop.see(2, 20, &["user:bob", "email:x"]);
    assert!(shop.one("user:ada", "email:x"));
    let _ = shop.see(3, 5, &["user:bob", "email:x"]);
    assert!(shop.one("user:bob", "email:x"));
    assert_eq!(shop.reasons(), [Cut::Unique { kind: "user".into(), found: 2 }]);
}

#[test]
fn a_link_that_loses_its_first_evidence_moves_back_in_the_order() {
    let mut shop = Shop::new();
    for (event, who) in [(1, "user:ada"), (2, "user:bob"), (3, "email:x")] {
        let _ = shop.see(event, 0, &[who]);
    }
    let _ = shop.see(4, 5, &["user:ada", "email:x"]);
    let _ = shop.see(5, 6, &["user:bob", "email:x"]);
    let _ = shop.see(6, 7, &["user:ada", "email:x"]);
    assert!(shop.one("user:ada", "email:x"));
    let _ = shop.retract(4);
    assert!(shop.one("user:bob", "email:x"));
}

#[test]
fn a_limit_keeps_the_oldest_values() {
    let mut shop = Shop::new();
    for (event, email) in [(1, "email:1"), (2, "email:2"), (3, "email:3")] {
        let _ = shop.see(event, event.into(), &["user:ada", email]);
    }
    assert!(shop.one("user:ada", "email:2") && !shop.one("user:ada", "email:3"));
    assert_eq!(shop.reasons(), [Cut::Limit { kind: "email".into(), limit: 2, found: 3 }]);
    let _ = shop.retract(1);
    assert!(shop.one("user:ada", "email:3"));
}

#[test]
fn a_window_looks_at_first_occurrences_and_never_at_now() {
    let cookie = Kind::device("cookie").limit_within(1, Duration::from_micros(10));
    let mut shop = Shop::with([Kind::person("user"), cookie], Rules::default());
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    let _ = shop.see(2, 9, &["user:ada", "cookie:2"]);
    let _ = shop.see(3, 10, &["user:ada", "cookie:3"]);
    assert!(!shop.one("user:ada", "cookie:2") && shop.one("user:ada", "cookie:3"));
    assert!(matches!(&shop.reasons()[..], [Cut::Window { count: 1, .. }]));
}

#[test]
fn a_cluster_does_not_outgrow_its_largest_size() {
    let mut shop = Shop::with([Kind::person("user"), Kind::device("cookie")], Rules::default().largest(2));
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    let _ = shop.see(2, 1, &["user:ada", "cookie:2"]);
    assert_eq!(shop.reasons(), [Cut::Largest { limit: 2, found: 3 }]);
    assert_eq!(
        shop.graph.home(EventId([2; 16])),
        Some(shop.profile("user:ada")),
        "the event is hers, though the cookie is not"
    );
}

#[test]
fn a_value_of_a_crowd_links_nobody_and_past_decisions_change_with_it() {
    let kinds = || [Kind::person("user"), Kind::person("phone"), Kind::device("cookie")];
    let mut shop = Shop::with(kinds(), Rules::default().generic_above(2));
    let _ = shop.see(1, 0, &["user:ada", "phone:1"]);
    let _ = shop.see(2, 1, &["user:bob", "phone:1"]);
    assert!(shop.one("user:ada", "user:bob"));
    let touched = shop.see(3, 2, &["user:cyd", "phone:1"]);
    assert!(!shop.one("user:ada", "user:bob") && !shop.one("user:ada", "phone:1"));
    assert_eq!(shop.graph.generic().collect::<Vec<_>>(), [(shop.member("phone:1"), 3)]);
    assert!(touched.after.contains(&shop.profile("user:bob")));
    let why_not = shop.graph.why_not(shop.member("user:ada"), shop.member("user:bob")).unwrap();
    assert!(matches!(why_not, WhyNot::Generic { neighbours: 3, above: 2, .. }), "{why_not}");
    let _ = shop.retract(3);
    assert!(shop.one("user:ada", "user:bob"));
}

#[test]
fn many_cookies_do_not_make_a_login_generic() {
    let mut shop = Shop::with([Kind::person("user"), Kind::device("cookie")], Rules::default().generic_above(2));
    for event in 0..9 {
        let _ = shop.see(event, event.into(), &["user:ada", &format!("cookie:{event}")]);
    }
    assert_eq!(shop.graph.generic().count(), 0);
    assert_eq!(shop.graph.members(shop.profile("user:ada")).len(), 10);
}

#[test]
fn an_event_goes_home_to_its_strongest_identifier_that_names_somebody() {
    let kinds = [Kind::person("phone").generic_above(1), Kind::person("email")];
    let mut shop = Shop::with(kinds, Rules::default());
    let _ = shop.see(1, 0, &["phone:1", "email:ada"]);
    assert_eq!(shop.graph.home(EventId([1; 16])), Some(shop.profile("phone:1")));
    let touched = shop.see(2, 1, &["phone:1", "email:bob"]);
    assert_eq!(shop.graph.home(EventId([1; 16])), Some(shop.profile("email:ada")));
    assert!(touched.after.contains(&shop.profile("email:ada")) && touched.after.contains(&shop.profile("email:bob")));
}

#[test]
fn a_never_wins_over_evidence_and_over_an_always_in_between() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "email:ada", "cookie:1"]);
    let touched = shop.rule("user:ada", "email:ada", Word::Never, 5);
    assert!(!shop.one("user:ada", "email:ada"));
    assert_eq!((touched.before.len(), touched.after.len()), (1, 2));
    assert!(matches!(shop.news[0], Change { news: News::Split { .. }, cause: Cause::Ruling, .. }));
    let _ = shop.rule("email:ada", "cookie:1", Word::Always, 6);
    assert!(shop.one("email:ada", "cookie:1") && !shop.one("user:ada", "cookie:1"));
    let why_not = shop.graph.why_not(shop.member("email:ada"), shop.member("user:ada")).unwrap();
    assert_eq!(why_not, WhyNot::Ruled { by: "support".into(), at: Time(5) });
}

#[test]
fn the_latest_ruling_counts_in_whatever_order_they_come() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "email:ada"]);
    let _ = shop.rule("user:ada", "email:ada", Word::Withdrawn, 9);
    assert_eq!(shop.rule("email:ada", "user:ada", Word::Never, 5), Touched::default());
    assert!(shop.one("user:ada", "email:ada"));
    let _ = shop.rule("user:ada", "email:ada", Word::Never, 10);
    assert!(!shop.one("user:ada", "email:ada"));
}

#[test]
fn a_ruling_waits_for_what_it_names() {
    let mut shop = Shop::new();
    let _ = shop.rule("user:ada", "email:ada", Word::Always, 5);
    let _ = shop.see(1, 0, &["user:ada"]);
    let _ = shop.see(2, 0, &["email:ada"]);
    let path = shop.graph.why(shop.member("user:ada"), shop.member("email:ada")).unwrap();
    assert_eq!((path.steps.len(), path.steps[0].stratum), (1, Stratum::Ruling));
    assert!(path.to_string().contains("ruled one by `support`"), "{path}");
}

#[test]
fn an_alias_makes_two_values_one_before_limits() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:old", "email:ada"]);
    let _ = shop.see(2, 1, &["user:ada", "cookie:1"]);
    let _ = shop.see_alias(3, 2, &["user:ada"], Some("user:old"));
    assert!(shop.one("user:ada", "email:ada") && shop.reasons().is_empty());
    assert_eq!(shop.profile("user:ada"), ProfileId(shop.member("user:old").token), "the older value is the root");
    let path = shop.graph.why(shop.member("user:ada"), shop.member("user:old")).unwrap();
    assert!(path.steps[0].one, "{path}");
    let _ = shop.rule("user:ada", "user:old", Word::Never, 5);
    assert!(!shop.one("user:ada", "user:old"));
    assert_eq!(shop.reasons(), [Cut::Never]);
}

#[test]
fn a_shared_device_links_within_a_session_only() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "tablet:1"]);
    let _ = shop.see(2, 10, &["user:bob", "tablet:1"]);
    assert!(!shop.one("user:ada", "user:bob") && shop.one("user:bob", "tablet:1"));
    assert_eq!(shop.graph.restricting(shop.profile("user:ada")), [shop.member("tablet:1")]);
    assert!(!shop.graph.members(shop.profile("user:ada")).contains(&shop.member("tablet:1")));
    let first = shop.schema.session(shop.member("tablet:1"), EventId([1; 16]));
    assert!(shop.graph.members(shop.profile("user:ada")).contains(&first));
}

#[test]
fn a_late_sighting_may_join_two_sessions_and_its_retraction_parts_them() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["cookie:1", "tablet:1"]);
    let _ = shop.see(2, 12, &["cookie:2", "tablet:1"]);
    assert!(!shop.one("cookie:1", "cookie:2"));
    let touched = shop.see(3, 6, &["tablet:1"]);
    assert!(shop.one("cookie:1", "cookie:2"));
    assert!(touched.after.contains(&shop.profile("cookie:1")));
    let _ = shop.retract(3);
    assert!(!shop.one("cookie:1", "cookie:2"));
}

#[test]
fn the_gate_is_asked_over_what_proves_the_person() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "email:ada"]);
    let _ = shop.see(2, 1, &["user:ada", "cookie:1"]);
    shop.gate.asked.borrow_mut().clear();
    let _ = shop.see(3, 2, &["email:ada", "cookie:2"]);
    let known = vec![shop.member("user:ada"), shop.member("email:ada")];
    assert_eq!(*shop.gate.asked.borrow(), [(known, shop.member("cookie:2"))], "not over the other cookie");
}

#[test]
fn the_gate_is_asked_for_the_device_and_not_for_its_session() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "tablet:1"]);
    assert_eq!(*shop.gate.asked.borrow(), [(vec![shop.member("user:ada")], shop.member("tablet:1"))]);
}

#[test]
fn two_devices_are_each_asked_for_the_other() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["cookie:1", "tablet:1"]);
    let (cookie, tablet) = (shop.member("cookie:1"), shop.member("tablet:1"));
    assert_eq!(*shop.gate.asked.borrow(), [(vec![tablet], cookie), (vec![cookie], tablet)]);
}

#[test]
fn a_refused_device_restricts_though_it_is_not_linked() {
    let mut shop = Shop::new();
    shop.gate.refuses = vec![shop.member("cookie:1")];
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    assert!(!shop.one("user:ada", "cookie:1"));
    assert_eq!(shop.reasons(), [Cut::Gate { code: "no_choice" }]);
    assert_eq!(shop.graph.restricting(shop.profile("user:ada")), [shop.member("cookie:1")]);
    assert_eq!(shop.graph.restricting(shop.profile("cookie:1")), []);
    let touched = shop.rule("user:ada", "cookie:1", Word::Never, 1);
    assert_eq!(shop.graph.restricting(shop.profile("user:ada")), [], "a never ends it");
    assert!(touched.before.contains(&shop.profile("user:ada")));
}

#[test]
fn a_device_that_a_constraint_cuts_off_restricts() {
    let mut shop = Shop::with(
        [Kind::person("user").unique(), Kind::person("email"), Kind::device("cookie").limit(1)],
        Rules::default(),
    );
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    let _ = shop.see(2, 1, &["user:bob", "cookie:1"]);
    assert_eq!(shop.reasons(), [Cut::Unique { kind: "user".into(), found: 2 }]);
    assert_eq!(shop.graph.restricting(shop.profile("user:bob")), [shop.member("cookie:1")]);
    let touched = shop.see(3, 2, &["user:ada", "cookie:2"]);
    assert!(shop.reasons().contains(&Cut::Limit { kind: "cookie".into(), limit: 1, found: 2 }));
    assert_eq!(shop.graph.restricting(shop.profile("user:ada")), [shop.member("cookie:2")]);
    assert!(touched.before.contains(&shop.profile("user:ada")) && touched.after.contains(&shop.profile("user:ada")));
    let (ada, bob) = (shop.profile("user:ada"), shop.profile("user:bob"));
    assert_eq!(shop.graph.concerned(shop.member("cookie:1")).len(), 2);
    assert!(shop.graph.concerned(shop.member("cookie:1")).iter().all(|id| [ada, bob].contains(id)));
    let touched = shop.retract(3);
    assert_eq!(shop.graph.restricting(ada), []);
    assert!(touched.before.contains(&ada) && touched.after.contains(&ada));
}

#[test]
fn a_device_that_a_never_of_another_pair_cuts_off_restricts() {
    let mut shop = Shop::with([Kind::person("user"), Kind::device("cookie"), Kind::device("tv")], Rules::default());
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    let _ = shop.see(2, 1, &["user:bob", "cookie:1"]);
    let _ = shop.see(3, 2, &["cookie:1", "tv:1"]);
    let _ = shop.rule("user:ada", "user:bob", Word::Never, 3);
    assert!(shop.one("user:ada", "tv:1") && !shop.one("user:bob", "cookie:1"));
    assert_eq!(shop.graph.restricting(shop.profile("user:bob")), [shop.member("cookie:1")], "one hop, and no further");
    let _ = shop.rule("user:bob", "cookie:1", Word::Never, 4);
    assert_eq!(shop.graph.restricting(shop.profile("user:bob")), []);
}

#[test]
fn a_generic_device_stands_for_nobody() {
    let kinds = [Kind::person("user").unique(), Kind::device("kiosk").generic_above(1)];
    let mut shop = Shop::with(kinds, Rules::default());
    let _ = shop.see(1, 0, &["user:ada", "kiosk:1"]);
    let _ = shop.see(2, 1, &["user:bob", "kiosk:1"]);
    assert_eq!(shop.graph.restricting(shop.profile("user:bob")), []);
    let _ = shop.retract(1);
    assert!(shop.one("user:bob", "kiosk:1"));
}

#[test]
fn a_refusal_on_a_value_of_a_crowd_stays_with_the_persons_it_was_named_with() {
    let kinds = [Kind::person("email").generic_above(2), Kind::person("phone"), Kind::device("cookie")];
    let mut shop = Shop::with(kinds, Rules::default());
    let (info, ada) = (shop.member("email:info"), "phone:ada");
    let _ = shop.see(1, 0, &["email:info", "phone:ada"]);
    let _ = shop.see(2, 1, &["email:info", "phone:bob"]);
    assert!(shop.one("email:info", ada));
    let _ = shop.see(3, 2, &["email:info", "phone:cyd"]);
    for phone in [ada, "phone:bob", "phone:cyd"] {
        assert_eq!(shop.graph.restricting(shop.profile(phone)), [info]);
    }
    let touched = shop.see(4, 3, &["email:info", "phone:dan"]);
    assert_eq!(shop.graph.restricting(shop.profile("phone:dan")), [info]);
    assert_eq!(touched.after, [shop.profile("phone:dan")]);
    assert_eq!(shop.graph.concerned(info).len(), 5, "its own profile, and four that it restricts");
    let _ = shop.rule("email:info", ada, Word::Never, 4);
    assert_eq!(shop.graph.restricting(shop.profile(ada)), [], "a never ends it");
    let dan = shop.profile("phone:dan");
    let touched = shop.retract(4);
    assert!(touched.before.contains(&dan));
    let _ = shop.retract(3);
    assert!(shop.one("email:info", "phone:bob"));
}

#[test]
fn the_gate_is_asked_once_for_all_sessions_on_a_device() {
    let mut shop = Shop::new();
    shop.gate.refuses = vec![shop.member("tablet:1")];
    for event in 0..50 {
        let _ = shop.see(event, i64::from(event) * 20, &["user:ada", "email:ada", "tablet:1"]);
    }
    for member in ["tablet:1", "user:ada", "email:ada"] {
        shop.gate.asked.borrow_mut().clear();
        let touched = shop.graph.review(shop.member(member), &shop.gate, shop.now, &mut shop.news);
        let known = vec![shop.member("user:ada"), shop.member("email:ada")];
        assert_eq!(*shop.gate.asked.borrow(), [(known, shop.member("tablet:1"))]);
        assert_eq!(touched, Touched::default());
    }
    shop.gate.refuses.clear();
    let _ = shop.graph.review(shop.member("tablet:1"), &shop.gate, shop.now, &mut shop.news);
    assert_eq!(shop.graph.members(shop.profile("user:ada")).len(), 52, "another answer reaches every session");
}

#[test]
fn a_choice_in_the_ledger_links_and_unlinks() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    let cookie = shop.member("cookie:1");
    shop.gate.refuses = vec![cookie];
    let _ = shop.graph.review(cookie, &shop.gate, shop.now, &mut shop.news);
    assert!(!shop.one("user:ada", "cookie:1"));
    assert!(matches!(shop.news.last(), Some(Change { news: News::Split { .. }, cause: Cause::Consent, .. })));
    shop.gate.refuses.clear();
    let _ = shop.graph.review(cookie, &shop.gate, shop.now, &mut shop.news);
    assert!(shop.one("user:ada", "cookie:1"));
}

#[test]
fn a_permission_that_ends_parts_the_device_at_that_instant() {
    let mut shop = Shop::new();
    shop.gate.until = Some(Time(1500));
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    assert_eq!(shop.graph.next_change(), Time(1500));
    assert_eq!(shop.graph.advance(Time(1499), &shop.gate, &mut shop.news), Touched::default());
    let touched = shop.graph.advance(Time(1500), &shop.gate, &mut shop.news);
    assert!(!shop.one("user:ada", "cookie:1"));
    assert_eq!((touched.before.len(), touched.after.len()), (1, 2));
    assert!(matches!(shop.news.last(), Some(Change { cause: Cause::Timer, at: Time(1500), .. })));
    assert_eq!(shop.graph.next_change(), Time::MAX);
}

#[test]
fn a_link_that_proves_the_person_comes_before_one_to_a_device() {
    let mut shop =
        Shop::with([Kind::person("user").unique(), Kind::person("email"), Kind::device("cookie")], Rules::default());
    let _ = shop.see(1, 0, &["email:x", "cookie:1"]);
    let _ = shop.see(2, 1, &["user:ada", "cookie:1"]);
    assert!(shop.one("user:ada", "email:x"));
    let _ = shop.see(3, 2, &["user:bob", "email:x"]);
    assert!(shop.one("user:bob", "email:x") && !shop.one("user:ada", "email:x"), "later, but stronger");
}

#[test]
fn the_strongest_chain_and_the_merge_log_are_told_in_order() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    let _ = shop.see(2, 1, &["cookie:1", "email:ada"]);
    let _ = shop.see(3, 2, &["user:ada", "email:ada"]);
    let path = shop.graph.why(shop.member("user:ada"), shop.member("email:ada")).unwrap();
    assert_eq!((path.steps.len(), path.steps[0].stratum, path.steps[0].events.len()), (1, Stratum::Declared, 1));
    let how = shop.graph.how(shop.profile("user:ada"));
    assert_eq!(how.iter().map(|step| step.stratum).collect::<Vec<_>>(), [Stratum::Declared, Stratum::Device]);
    assert!(how[1].to_string().starts_with("user "), "{}", how[1]);
}

#[test]
fn why_not_names_the_cut_on_the_way() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada", "email:x"]);
    let _ = shop.see(2, 1, &["user:bob", "email:x"]);
    let _ = shop.see(3, 2, &["user:bob", "cookie:1"]);
    let why_not = shop.graph.why_not(shop.member("user:ada"), shop.member("cookie:1")).unwrap();
    let text = why_not.to_string();
    assert!(text.ends_with("the link is cut: a profile has one `user`, and this one would have 2"), "{text}");
    let _ = shop.see(4, 3, &["user:cyd"]);
    assert_eq!(shop.graph.why_not(shop.member("user:ada"), shop.member("user:cyd")), Some(WhyNot::NoEvidence));
    assert_eq!(shop.graph.cuts_of(shop.profile("user:ada")).count(), 1);
}

#[test]
fn explanations_show_no_value() {
    let mut shop = Shop::new();
    let _ = shop.see(1, 0, &["user:ada-lovelace", "email:ada-lovelace"]);
    let path = shop.graph.why(shop.member("user:ada-lovelace"), shop.member("email:ada-lovelace")).unwrap();
    assert!(!format!("{path} {path:?} {:?}", shop.graph).contains("lovelace"));
}

#[test]
fn without_a_purpose_no_gate_is_asked() {
    let mut shop = Shop::with([Kind::person("user"), Kind::device("cookie")], Rules::default());
    let _ = shop.see(1, 0, &["user:ada", "cookie:1"]);
    assert!(shop.gate.asked.borrow().is_empty() && shop.one("user:ada", "cookie:1"));
    let mut news = Vec::new();
    assert_eq!(shop.graph.advance(Time::MAX, &Ungated, &mut news), Touched::default());
}
