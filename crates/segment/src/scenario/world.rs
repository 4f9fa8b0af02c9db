//! The world of a scenario: a sheet for each customer, household and account, in memory.

use std::collections::{BTreeMap, BTreeSet};

use onefold_model::{Facts, People, ProfileId, RelationId, Sheet};

#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) sheets: BTreeMap<ProfileId, Sheet>,
    pub(super) groups: BTreeMap<ProfileId, Sheet>,
    /// The groups to which somebody has a relation.
    pub(super) belongs: BTreeMap<(ProfileId, RelationId), BTreeSet<ProfileId>>,
}

impl World {
    fn groups_of(&self, who: ProfileId, relation: RelationId) -> impl Iterator<Item = ProfileId> + '_ {
        self.belongs.get(&(who, relation)).into_iter().flatten().copied()
    }
}

impl People for World {
    fn see(&self, who: ProfileId, look: &mut dyn FnMut(&dyn Facts)) {
        if let Some(sheet) = self.sheets.get(&who).or_else(|| self.groups.get(&who)) {
            look(sheet);
        }
    }

    fn each(&self, look: &mut dyn FnMut(&dyn Facts)) {
        self.sheets.values().for_each(|sheet| look(sheet));
    }

    fn related(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        self.groups_of(who, relation).filter_map(|group| self.groups.get(&group)).for_each(|sheet| look(sheet));
    }

    fn fellows(&self, who: ProfileId, relation: RelationId, look: &mut dyn FnMut(&dyn Facts)) {
        let groups: BTreeSet<ProfileId> = self.groups_of(who, relation).collect();
        for sheet in self.sheets.values() {
            if self.groups_of(sheet.profile(), relation).any(|group| groups.contains(&group)) {
                look(sheet);
            }
        }
    }
}
