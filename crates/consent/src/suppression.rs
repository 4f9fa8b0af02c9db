//! Who must not come in again?
//!
//! A suppression holds for one identifier. Of a record that names several, the identifiers that prove *one* person
//! decide: whatever stands beside a suppressed one is the same person's, unless another value of the same kind stands
//! there too, which is somebody else's. A household's telephone number is not one person's, so a kind that is declared
//! shareable is suppressed only where it is listed itself, and never keeps the rest of the family out. The tokens are
//! keyed; a value cannot be tried out against the list without the tenant's key.
//!
//! Absent today: lifting a suppression, and the hashes of other spellings by which a person could come back.

use std::collections::BTreeMap;

use onefold_model::{Class, Member, Schema, Time};

/// What of a record is suppressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// Nothing.
    No,
    /// All of it: the record speaks of suppressed persons only, and is turned away.
    Whole,
    /// These of its identifiers; it speaks of others too.
    Parts(Vec<Member>),
}

/// The suppressed identifiers, with the instant since when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Suppressions(BTreeMap<Member, Time>);

impl Suppressions {
    /// Of two suppressions of one identifier the earlier counts.
    pub(crate) fn insert(&mut self, member: Member, at: Time) {
        self.0.entry(member).and_modify(|since| *since = at.min(*since)).or_insert(at);
    }

    pub(crate) fn contains(&self, member: Member) -> bool {
        self.0.contains_key(&member)
    }

    /// By the identifier's token, so that the order does not depend on that of the schema's kinds.
    pub(crate) fn sorted(&self) -> Vec<(Member, Time)> {
        let mut all: Vec<(Member, Time)> = self.0.iter().map(|(member, at)| (*member, *at)).collect();
        all.sort_by_key(|(member, at)| (member.token, *at, *member));
        all
    }

    /// Since when the earliest suppression of any of these holds.
    pub(crate) fn since(&self, members: impl Iterator<Item = Member>) -> Option<Time> {
        if self.0.is_empty() {
            return None;
        }
        members.filter_map(|member| self.0.get(&member).copied()).min()
    }

    pub(crate) fn of(&self, schema: &Schema, who: impl Iterator<Item = Member> + Clone) -> Suppressed {
        let mut parts: Vec<Member> = who.clone().filter(|member| self.contains(*member)).collect();
        if parts.is_empty() {
            return Suppressed::No;
        }
        let proves_one = |member: &Member| {
            schema.class(member.kind) == Class::Person
                && !schema.kind_info(member.kind).is_some_and(|kind| kind.shareable)
        };
        let (gone, others): (Vec<Member>, Vec<Member>) =
            who.filter(proves_one).partition(|member| self.contains(*member));
        // What stands beside a suppressed address is that person's too, a new login as well as a new cookie: otherwise
        // she would come back in disguise. Only another value of the same kind speaks of somebody else.
        let somebody_else = match gone.as_slice() {
            [] => !others.is_empty(),
            gone => others.iter().any(|other| gone.iter().any(|it| it.kind == other.kind)),
        };
        if !somebody_else {
            return Suppressed::Whole;
        }
        parts.sort();
        parts.dedup();
        Suppressed::Parts(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onefold_model::Kind;

    fn schema() -> Schema {
        let kinds = Schema::builder().kind(Kind::person("user_id")).kind(Kind::person("email"));
        let kinds = kinds.kind(Kind::person("phone").shareable()).kind(Kind::device("cookie"));
        kinds.build([7; 32].into()).unwrap()
    }

    fn check(suppressed: &[(&str, &str)], record: &[(&str, &str)]) -> Suppressed {
        let schema = schema();
        let member = |it: &(&str, &str)| schema.identifier(it.0, it.1).unwrap().member();
        let mut list = Suppressions::default();
        suppressed.iter().for_each(|it| list.insert(member(it), Time(1)));
        list.of(&schema, record.iter().map(member))
    }

    fn parts(of: &[(&str, &str)]) -> Suppressed {
        let schema = schema();
        let mut all: Vec<Member> = of.iter().map(|it| schema.identifier(it.0, it.1).unwrap().member()).collect();
        all.sort();
        Suppressed::Parts(all)
    }

    const ADA: (&str, &str) = ("email", "ada@example.com");
    const BOB: (&str, &str) = ("email", "bob@example.com");
    const HOME: (&str, &str) = ("phone", "+4930123456");
    const COOKIE: (&str, &str) = ("cookie", "c-1");

    #[test]
    fn a_record_of_suppressed_persons_only_is_turned_away() {
        assert_eq!(check(&[ADA], &[ADA]), Suppressed::Whole);
        assert_eq!(check(&[ADA], &[ADA, COOKIE]), Suppressed::Whole);
        assert_eq!(check(&[ADA, BOB], &[ADA, BOB]), Suppressed::Whole);
        assert_eq!(check(&[], &[ADA]), Suppressed::No);
        assert_eq!(check(&[ADA], &[]), Suppressed::No);
    }

    #[test]
    fn a_new_login_beside_a_suppressed_address_does_not_bring_the_person_back() {
        let login = ("user_id", "u-1");
        assert_eq!(check(&[ADA], &[ADA, login]), Suppressed::Whole);
        assert_eq!(check(&[login], &[ADA, login, COOKIE]), Suppressed::Whole);
        assert_eq!(check(&[ADA], &[ADA, BOB, login]), parts(&[ADA]));
    }

    #[test]
    fn a_record_that_speaks_of_others_too_loses_only_its_parts() {
        assert_eq!(check(&[ADA], &[ADA, BOB]), parts(&[ADA]));
        assert_eq!(check(&[ADA, COOKIE], &[ADA, BOB, COOKIE]), parts(&[ADA, COOKIE]));
        assert_eq!(check(&[COOKIE], &[BOB, COOKIE]), parts(&[COOKIE]));
    }

    #[test]
    fn the_family_telephone_stays_unless_it_is_listed_and_never_vouches_for_the_person() {
        assert_eq!(check(&[ADA], &[HOME]), Suppressed::No);
        assert_eq!(check(&[ADA], &[BOB, HOME]), Suppressed::No);
        assert_eq!(check(&[HOME], &[BOB, HOME]), parts(&[HOME]));
        assert_eq!(check(&[ADA], &[ADA, HOME]), Suppressed::Whole);
        assert_eq!(check(&[HOME], &[HOME]), Suppressed::Whole);
    }

    #[test]
    fn a_record_of_devices_goes_with_any_of_them() {
        assert_eq!(check(&[COOKIE], &[COOKIE, ("cookie", "c-2")]), Suppressed::Whole);
    }

    #[test]
    fn of_two_suppressions_the_earlier_counts_in_any_order() {
        let member = schema().identifier("email", "ada@example.com").unwrap().member();
        let mut list = Suppressions::default();
        for at in [Time(3), Time(1), Time(2)] {
            list.insert(member, at);
        }
        assert_eq!(list.sorted(), [(member, Time(1))]);
    }
}
