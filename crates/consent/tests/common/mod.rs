//! The slow, obvious fold: every rule as it is written down, over the whole list of entries.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeSet;

use onefold_consent::{Entry, Seq, Status};
use onefold_model::{Action, Actor, ChannelId, Class, Kind, Member, PurposeId, Schema, Scope, Time, Token};

/// Two kinds that prove a person and two that do not.
pub(crate) fn schema() -> Schema {
    let kinds = Schema::builder().kind(Kind::person("user_id")).kind(Kind::person("email"));
    let kinds = kinds.kind(Kind::device("cookie")).kind(Kind::device("phone_app"));
    kinds
        .source("web", onefold_model::Party::First, 50)
        .field("country", onefold_model::Type::Text)
        .purpose("marketing")
        .purpose("recognition")
        .purpose("care")
        .channel("email")
        .channel("sms")
        .build([7; 32].into())
        .unwrap()
}

pub(crate) fn member(schema: &Schema, kind: &str, nth: u8) -> Member {
    Member { kind: schema.kind(kind).unwrap(), token: Token([nth; 16]) }
}

#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) purpose: PurposeId,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) members: BTreeSet<Member>,
    pub(crate) restricting: BTreeSet<Member>,
    pub(crate) via: Option<Member>,
    pub(crate) at: Time,
    pub(crate) as_of: Time,
    pub(crate) minor: bool,
    pub(crate) material_notice: u32,
}

pub(crate) type Answer = (Status, Option<Seq>, &'static str);

fn effective(entry: &Entry) -> Time {
    std::cmp::min(entry.occurred, entry.recorded)
}

fn restrictive(entry: &Entry) -> bool {
    [Action::Withdraw, Action::Refuse, Action::Object, Action::OptOut, Action::Gpc].contains(&entry.action)
}

fn granting(entry: &Entry) -> bool {
    [Action::Grant, Action::Renew, Action::OptIn].contains(&entry.action)
}

fn key(entry: &Entry) -> (Time, u8, Seq) {
    (effective(entry), u8::from(restrictive(entry) || entry.action == Action::Invalidate), entry.seq)
}

fn usable(grant: &Entry, q: &Question) -> Result<(), &'static str> {
    if grant.actor == Actor::Import && !grant.evidence {
        return Err("unproven_import");
    }
    if q.minor && grant.actor != Actor::Guardian {
        return Err("minor_without_guardian");
    }
    if grant.expires.is_some_and(|expires| expires <= q.at) {
        return Err("expired");
    }
    if grant.notice < q.material_notice {
        return Err("notice_superseded");
    }
    Ok(())
}

fn unusable(why: &'static str) -> Status {
    if why == "expired" || why == "notice_superseded" { Status::NeedsRenewal } else { Status::Unknown }
}

/// One lane: the entries for all channels, with those for `channel`.
fn one(entries: &[Entry], schema: &Schema, q: &Question, channel: Option<ChannelId>) -> Answer {
    let proves = |member: Member| schema.class(member.kind) == Class::Person;
    let mut asked: Vec<&Entry> = entries
        .iter()
        .filter(|it| it.purpose == Scope::Only(q.purpose) || it.purpose == Scope::All && !granting(it))
        .filter(|it| it.channel.is_none() || it.channel == channel)
        .filter(|it| it.recorded <= q.as_of && effective(it) <= q.at)
        .filter(|it| restrictive(it) || granting(it) || it.action == Action::Invalidate)
        .collect();
    asked.sort_by_key(|it| key(it));
    let of_person: Vec<&Entry> = asked.iter().copied().filter(|it| q.members.contains(&it.on)).collect();
    let void = |grant: &Entry| {
        of_person.iter().any(|it| it.action == Action::Invalidate && it.on == grant.on && key(it) > key(grant))
    };
    let proven = of_person.iter().copied().rfind(|it| proves(it.on) && it.action != Action::Invalidate);
    if let Some(last) = proven
        && restrictive(last)
    {
        return (Status::Denied, Some(last.seq), "authenticated_restriction");
    }
    let mut standing: Vec<&Entry> = Vec::new();
    for on in q.members.union(&q.restricting) {
        let own = asked.iter().copied().rfind(|it| it.on == *on && it.action != Action::Invalidate);
        standing.extend(own.filter(|it| restrictive(it)));
    }
    standing.retain(|it| proven.is_none_or(|proven| effective(it) >= effective(proven)));
    if let Some(winner) = standing.into_iter().max_by_key(|it| key(it)) {
        let reason = if proves(winner.on) { "authenticated_restriction" } else { "restriction_on_linked_identity" };
        return (Status::Denied, Some(winner.seq), reason);
    }
    if let Some(grant) = proven {
        if void(grant) {
            return (Status::Unknown, Some(grant.seq), "invalidated");
        }
        return match usable(grant, q) {
            Ok(()) => (Status::Granted, Some(grant.seq), "authenticated_grant"),
            Err(why) => (unusable(why), Some(grant.seq), why),
        };
    }
    let mut best: Option<((u8, Seq), Answer)> = None;
    for on in &q.members {
        let Some(grant) = of_person.iter().copied().rfind(|it| it.on == *on && granting(it)) else {
            continue;
        };
        if q.via.is_some_and(|via| via != *on) {
            continue;
        }
        let (rank, status, why) = if void(grant) {
            (0, Status::Unknown, "invalidated")
        } else {
            match usable(grant, q) {
                Ok(()) if q.via == Some(*on) => (3, Status::Granted, "device_grant"),
                Ok(()) => (2, Status::GrantedDeviceOnly, "device_grant"),
                Err(why) => (u8::from(unusable(why) == Status::NeedsRenewal), unusable(why), why),
            }
        };
        if best.as_ref().is_none_or(|(before, _)| (rank, grant.seq) > *before) {
            best = Some(((rank, grant.seq), (status, Some(grant.seq), why)));
        }
    }
    best.map_or((Status::Unknown, None, "no_choice"), |(_, answer)| answer)
}

/// How much an answer permits; the table of the documentation.
pub(crate) fn permissiveness(answer: &Answer) -> u8 {
    match answer {
        (Status::Denied, ..) => 0,
        (Status::Unknown, _, "no_choice") => 3,
        (Status::Unknown, ..) => 1,
        (Status::NeedsRenewal, ..) => 2,
        (Status::GrantedDeviceOnly, ..) => 4,
        (Status::Granted, ..) => 5,
    }
}

/// A question without a channel is one about each channel, named or not.
pub(crate) fn oracle(entries: &[Entry], schema: &Schema, q: &Question) -> Answer {
    if q.channel.is_some() {
        return one(entries, schema, q, q.channel);
    }
    let lanes = std::iter::once(None).chain((0..4).map(|id| Some(ChannelId(id))));
    lanes
        .map(|lane| one(entries, schema, q, lane))
        .reduce(|a, b| if permissiveness(&b) < permissiveness(&a) { b } else { a })
        .unwrap()
}
