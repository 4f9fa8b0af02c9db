//! Sessions: what a customer did in one go.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use onefold_model::{Event, Time};

use crate::Profile;

/// What a customer did in one go: behaviour without a long silence in it.
#[derive(Clone, PartialEq)]
pub struct Session {
    /// When the first of its events occurred.
    pub from: Time,
    /// When the last of its events occurred.
    pub to: Time,
    /// Its events, by (occurred, id).
    pub events: Vec<Arc<Event>>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("events", &self.events.len())
            .finish()
    }
}

impl Profile {
    /// The sessions that a silence of at least `gap` ends, in the order of time. Only behaviour counts: what was
    /// done, and pages and screens viewed; a row of the CRM or a bounced letter neither opens a session nor stands in
    /// one.
    ///
    /// ```
    /// # use onefold_model::{Kind, Party, ProfileId, Schema};
    /// # use std::time::Duration;
    /// # let schema = Schema::builder().source("shop", Party::First, 50).kind(Kind::person("login")).build([7; 32].into())?;
    /// # let ada = ProfileId(schema.identifier("login", "ada")?.member().token);
    /// # let mut profiles = onefold_profile::Profiles::new(&schema);
    /// for at in ["2026-02-01T09:00:00Z", "2026-02-01T09:10:00Z", "2026-02-01T12:00:00Z"] {
    ///     let page = schema.draft("shop", "page").who("login", "ada").at(at.parse()?).receive("2026-03-01".parse()?)?;
    ///     profiles.insert(ada, page.into());
    /// }
    /// let profile = profiles.get(ada).ok_or("Ada is known")?;
    /// let sessions = profile.sessions(Duration::from_mins(30));
    /// assert_eq!(sessions.iter().map(|session| session.events.len()).collect::<Vec<_>>(), [2, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sessions(&self, gap: Duration) -> Vec<Session> {
        let mut sessions: Vec<Session> = Vec::new();
        let schema = &self.rules().schema;
        for event in self.events().filter(|event| schema.is_behaviour(event.what)) {
            let at = event.times.occurred;
            match sessions.last_mut() {
                Some(open) if at.since(open.to) < gap => {
                    open.to = at;
                    open.events.push(Arc::clone(event));
                }
                _ => sessions.push(Session { from: at, to: at, events: vec![Arc::clone(event)] }),
            }
        }
        sessions
    }
}
