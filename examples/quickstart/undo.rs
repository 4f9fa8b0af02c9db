//! A mistake of support's, undone: two customers are ruled one, and then two again.

use std::time::Duration;

use onefold::model::{Identifier, Member, Members, ProfileId, Time};
use onefold::{Person, Platform};

use crate::setup::Failure;
use crate::story::{called, heading, kind_of, say};
use crate::{Run, Sabotage};

/// A person's id, members and values.
type Likeness = (ProfileId, Vec<Member>, Vec<(String, String)>);

/// What a person is: the members of her cluster, and all her values.
fn likeness(platform: &Platform, member: Member) -> Option<Likeness> {
    let id = platform.graph().profile(member)?;
    let person = platform.person(id)?;
    let values = person.traits().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
    Some((id, platform.graph().members(id).to_vec(), values))
}

fn show(when: &str, a: Option<&Likeness>, b: Option<&Likeness>) {
    let one = |likeness: Option<&Likeness>| match likeness {
        Some((id, members, values)) => {
            format!("{:.8} with {} identifiers and {} values", id.to_string(), members.len(), values.len())
        }
        None => "nobody".to_owned(),
    };
    match (a, b) {
        (Some(a), Some(b)) if a.0 == b.0 => println!("  {when:<7} one profile: {}", one(Some(a))),
        (a, b) => println!("  {when:<7} two profiles: {}; {}", one(a), one(b)),
    }
}

/// Joins two customers who have nothing to do with each other, parts them, and compares.
pub fn unlink(run: &mut Run) -> Result<bool, Failure> {
    heading("A mistake, undone");
    let emailed = |person: &Person<'_>| -> Option<Identifier> {
        person.identifiers().into_iter().find(|it| kind_of(&run.platform, it) == "email").cloned()
    };
    let settled = run.platform.persons().filter(|person| {
        person.traits().count() >= 3 && !person.identifiers().iter().any(|it| kind_of(&run.platform, it) == "user_id")
    });
    let pair: Vec<(Identifier, String)> =
        settled.filter_map(|person| Some((emailed(&person)?, called(&person)))).take(2).collect();
    let [(a, ada), (b, bob)] = pair.as_slice() else { return Ok(false) };
    let (now, looks) =
        (run.platform.now(), |run: &Run| (likeness(&run.platform, a.member()), likeness(&run.platform, b.member())));
    let before = looks(run);
    let at: Time = run.shop.now;
    let undone = at + Duration::from_secs(60);
    run.platform.link(a, b, "support, by mistake", at)?;
    let joined = looks(run);
    let is_joined = joined.0.as_ref().map(|it| it.0) == joined.1.as_ref().map(|it| it.0);
    if run.sabotage != Sabotage::NoUnlink {
        run.platform.unlink(a, b, "support, on second thoughts", undone)?;
    }
    let after = looks(run);
    // In a second run on the same store the two were parted before they could be joined again.
    let first_time = now <= at;
    let restored = before == after && before.0.is_some() && before.0 != before.1 && is_joined == first_time;
    say(&format!("Support took {ada} and {bob} for one, and thought better of it a minute later."));
    show("before", before.0.as_ref(), before.1.as_ref());
    show("linked", joined.0.as_ref(), joined.1.as_ref());
    show("parted", after.0.as_ref(), after.1.as_ref());
    if !first_time {
        say("All that is in the log already, so that nothing is joined a second time.");
    }
    say(if restored {
        "Clusters, ids and values are what they were before, to the last one."
    } else {
        "Clusters, ids and values are NOT what they were before."
    });
    Ok(restored)
}
