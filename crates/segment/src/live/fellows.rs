//! Who belongs to which group, so that what one does is seen by the others, also when one leaves.

use std::collections::{BTreeSet, HashMap};

use onefold_model::{Facts, People, ProfileId, RelationId};

/// Groups of profiles, and profiles of groups, as of the last time that each was looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Fellows {
    groups: HashMap<ProfileId, Box<[(RelationId, ProfileId)]>>,
    // INVARIANT: the same by another key.
    members: HashMap<(RelationId, ProfileId), BTreeSet<ProfileId>>,
}

impl Fellows {
    /// Looks at the groups of a profile anew, and calls for all fellows that it has or had, itself not among them.
    pub(super) fn look(
        &mut self,
        who: ProfileId,
        relation: RelationId,
        people: &dyn People,
        call: &mut dyn FnMut(ProfileId),
    ) {
        let before = self.groups.get(&who).map_or(&[][..], |groups| groups);
        let mut groups: Vec<(RelationId, ProfileId)> =
            before.iter().copied().filter(|(other, _)| *other != relation).collect();
        let mut fellows = BTreeSet::new();
        for key in before.iter().filter(|(other, _)| *other == relation) {
            if let Some(members) = self.members.get_mut(key) {
                members.remove(&who);
                fellows.extend(members.iter().copied());
                if members.is_empty() {
                    self.members.remove(key);
                }
            }
        }
        people.related(who, relation, &mut |group: &dyn Facts| {
            let key = (relation, group.profile());
            groups.push(key);
            let members = self.members.entry(key).or_default();
            fellows.extend(members.iter().copied());
            members.insert(who);
        });
        self.groups.remove(&who);
        if !groups.is_empty() {
            self.groups.insert(who, groups.into());
        }
        people.fellows(who, relation, &mut |fellow| {
            fellows.insert(fellow.profile());
        });
        fellows.remove(&who);
        fellows.into_iter().for_each(call);
    }

    /// The members of a group.
    pub(super) fn members(&self, relation: RelationId, group: ProfileId) -> impl Iterator<Item = ProfileId> + '_ {
        self.members.get(&(relation, group)).into_iter().flatten().copied()
    }

    pub(super) fn bytes(&self) -> usize {
        let pair = size_of::<(RelationId, ProfileId)>();
        let groups: usize = self.groups.values().map(|groups| groups.len() * pair).sum();
        let members: usize = self.members.values().map(|members| members.len() * 2 * size_of::<ProfileId>()).sum();
        groups + members + self.groups.capacity() * 33 + self.members.capacity() * 42
    }
}
