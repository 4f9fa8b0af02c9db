//! Everybody but one: how a profile that is gone is looked at.

use onefold_model::{Facts, People, ProfileId, RelationId};

/// People without one of them.
pub(super) struct Without<'a> {
    pub(super) who: ProfileId,
    pub(super) people: &'a dyn People,
}

impl People for Without<'_> {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if who != self.who {
            self.people.see(who, look);
        }
    }
    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.people.each(&mut |facts| {
            if facts.profile() != self.who {
                look(facts);
            }
        });
    }
    fn related(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        if who != self.who {
            self.people.related(who, relation, look);
        }
    }
    fn fellows(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        if who != self.who {
            self.people.fellows(who, relation, &mut |facts| {
                if facts.profile() != self.who {
                    look(facts);
                }
            });
        }
    }
}
