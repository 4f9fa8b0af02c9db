//! The traits by which siblings meet inside their own loops.

use crate::{
    ChannelId, EventTypeId, FieldId, Member, Position, ProfileId, PurposeId, RelationId, Run, Time, Until, Value,
};

/// What is known of one person now. Asked by segments and models.
pub trait Facts {
    /// Who it is.
    fn profile(&self) -> ProfileId;
    /// The surviving value of a trait; [`Value::Null`] where there is none.
    fn field(&self, field: FieldId) -> &Value;
    /// What the trait has been, by the times at which things occurred: calls with each instant from which on it had
    /// another value, in the order of time; the last is the present value. Where no past is known the present value
    /// has been so from [`Time::MIN`] on.
    fn past(&self, field: FieldId, look: &mut dyn FnMut(Time, &Value)) {
        look(Time::MIN, self.field(field));
    }
    /// The events of one type, sorted by (occurred, id).
    fn run(&self, what: EventTypeId) -> Run<'_>;
    /// Whether the person permits this purpose over this channel. Default: no.
    fn permits(&self, _purpose: PurposeId, _channel: Option<ChannelId>, _now: Time) -> Until<bool> {
        Until::always(false)
    }
}

/// Many persons: what timers, quantifiers over members and training need.
pub trait People {
    /// Looks at one, if there is such a profile.
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts));
    /// Looks at each, in the order of ids.
    fn each(&self, look: &mut dyn FnMut(&dyn Facts));
    /// Looks at those to which `who` has a relation, in the order of ids.
    fn related(&self, _who: ProfileId, _relation: RelationId, _look: &mut dyn FnMut(&dyn Facts)) {}
    /// Looks at the members of the groups to which `who` has a relation, each once, `who` included, in the order of ids.
    fn fellows(&self, _who: ProfileId, _relation: RelationId, _look: &mut dyn FnMut(&dyn Facts)) {}
}

/// Who belongs together now. Identity answers; consent asks again at each send, since a merge may bring a refusal.
pub trait Members {
    /// The identifiers of a profile, sorted; empty where there is no such profile. An id that was merged away is
    /// looked up to the cluster that its node is in now.
    fn members(&self, who: ProfileId) -> &[Member];
    /// Identifiers whose restrictions count for the person though they are no members; their grants do not count.
    /// Sorted.
    ///
    /// They are the devices that a live event named together with a member that is a person's, whatever keeps them
    /// out (the gate, a limit, somebody else's claim), the devices on which its sessions were, and the generic
    /// identifiers of persons that such an event named: a choice on a message is recorded on its strongest identifier,
    /// generic or not. One hop, no further; a ruling that the two are never one ends it. A generic device stands for
    /// nobody and restricts nobody.
    fn restricting(&self, who: ProfileId) -> &[Member];
}

/// May a device be linked to a person? Asked by identity, once an edge.
///
/// INVARIANT: answered from the given members' own ledger entries only, never from a cluster or a trait, which would
/// make the answer depend on itself.
pub trait Gate {
    /// Whether `device` may be linked to the person with the members `known`.
    fn link(&self, purpose: PurposeId, known: &[Member], device: Member, now: Time) -> Until<Verdict>;
}

/// The gate's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may be linked.
    Permit,
    /// They may not, because.
    Deny(Reason),
}

/// Why a verdict is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// A stable code, such as `no_choice`.
    pub code: &'static str,
    /// The ledger entry that decided, where one did.
    pub entry: Option<Position>,
}

/// No ledger, no gate: for identity used alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ungated;

impl Gate for Ungated {
    fn link(&self, _: PurposeId, _: &[Member], _: Member, _: Time) -> Until<Verdict> {
        Until::always(Verdict::Permit)
    }
}
