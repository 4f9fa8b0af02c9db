//! The canonical dump: the state as lines of JSON, the same bytes for the same state, and its digest.
//!
//! What derives from arrival (duplicate counts, the change feed, places in the log) is not part of it. Values are;
//! a dump holds personal data.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::model::{Class, Event, Member, Members, Scope, Text, Value, Word};
use crate::profile::Profile;
use crate::{Error, Platform};

impl Platform {
    /// Writes the state: one JSON object a line, in canonical order. Profiles with members, accepted events and
    /// values with provenance; cuts; memberships with `until`, freshly evaluated now; the ledger and suppressions;
    /// rulings, retractions, and the hashes of what was kept aside or turned away.
    ///
    /// # Errors
    /// Where writing fails.
    pub fn dump(&self, to: &mut dyn Write) -> Result<(), Error> {
        let mut line = |kind: &str, pairs: Vec<(&str, Value)>| -> io::Result<()> {
            let mut all = vec![(Text::from("is"), Value::from(kind))];
            all.extend(pairs.into_iter().map(|(name, value)| (Text::from(name), value)));
            writeln!(to, "{}", Value::map(all).to_json())
        };
        line("state", vec![("at", self.now.into())])?;
        for id in self.graph.profiles() {
            let profile = self.profiles.get(id);
            let members = self.graph.members(id).iter().map(|member| self.show(*member)).collect::<Vec<_>>();
            let events = profile.map_or(Value::from(Vec::new()), events);
            line("profile", vec![("id", text(id)), ("members", members.into()), ("events", events)])?;
            if let Some(profile) = profile {
                self.values(profile, &mut line)?;
            }
        }
        for id in self.profiles.groups() {
            if let Some(group) = self.profiles.group(id) {
                line("group", vec![("id", text(id)), ("events", events(group))])?;
                self.values(group, &mut line)?;
            }
        }
        for cut in self.graph.cuts() {
            line(
                "cut",
                vec![("a", self.show(cut.a)), ("b", self.show(cut.b)), ("reason", cut.reason.to_string().into())],
            )?;
        }
        for (member, _) in self.graph.generic() {
            line("generic", vec![("member", self.show(member))])?;
        }
        self.memberships(&mut line)?;
        for entry in self.consent.ledger().entries() {
            let purpose = match entry.purpose {
                Scope::All => "*",
                Scope::Only(purpose) => self.schema.purpose_name(purpose),
            };
            line(
                "choice",
                vec![
                    ("on", self.show(entry.on)),
                    ("purpose", purpose.into()),
                    ("channel", entry.channel.map(|channel| self.schema.channel_name(channel)).into()),
                    ("action", entry.action.name().into()),
                    ("occurred", entry.occurred.into()),
                    ("recorded", entry.recorded.into()),
                    ("expires", entry.expires.into()),
                    ("notice", entry.notice.into()),
                    ("event", text(entry.event)),
                ],
            )?;
        }
        for (member, at) in self.consent.suppressions() {
            line("suppressed", vec![("member", self.show(member)), ("at", at.into())])?;
        }
        for ruling in self.index().rulings() {
            let word = match ruling.word {
                Word::Always => "always",
                Word::Never => "never",
                Word::Withdrawn => "withdrawn",
            };
            line(
                "ruling",
                vec![
                    ("a", self.show(ruling.a)),
                    ("b", self.show(ruling.b)),
                    ("word", word.into()),
                    ("at", ruling.at.into()),
                ],
            )?;
        }
        for id in self.index().retractions() {
            line("retracted", vec![("event", text(id))])?;
        }
        let mut kept: Vec<_> = self.index().quarantined().map(|(id, _, content, waits)| (content, id, waits)).collect();
        kept.sort();
        for (content, id, waits) in kept {
            line("quarantined", vec![("content", text(content)), ("id", text(id)), ("waits", waits.into())])?;
        }
        for (id, content) in self.index().conflicts() {
            line("conflict", vec![("event", text(id)), ("content", text(content))])?;
        }
        for id in self.index().turned_away() {
            line("turned_away", vec![("event", text(id))])?;
        }
        Ok(())
    }

    /// The SHA-256 of the dump's bytes, in lower-case hex: two platforms in the same state have the same.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Hash(Sha256::new());
        // Hashing cannot fail to write.
        let _ = self.dump(&mut hash);
        hash.0.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    fn show(&self, member: Member) -> Value {
        let kind = self.schema.kind_info(member.kind);
        let name = match kind.map(|kind| kind.class) {
            Some(Class::Record) | None => "record",
            Some(_) => kind.map_or("", |kind| &kind.name),
        };
        format!("{name}:{}", member.token).into()
    }

    fn values(
        &self,
        profile: &Profile,
        line: &mut impl FnMut(&str, Vec<(&str, Value)>) -> io::Result<()>,
    ) -> io::Result<()> {
        let by_name: BTreeMap<&str, _> = profile
            .fields()
            .map(|(field, kept)| (self.schema.field_info(field).map_or("", |info| info.declared.name.as_str()), kept))
            .collect();
        for (name, kept) in by_name {
            let source = self.schema.source_info(kept.from.source).map_or("", |source| &source.name);
            line(
                "value",
                vec![
                    ("of", text(profile.id())),
                    ("field", name.into()),
                    ("value", kept.value.clone()),
                    ("source", source.into()),
                    ("event", text(kept.from.event)),
                    ("occurred", kept.from.occurred.into()),
                    ("received", kept.from.received.into()),
                ],
            )?;
        }
        Ok(())
    }

    fn memberships(&self, line: &mut impl FnMut(&str, Vec<(&str, Value)>) -> io::Result<()>) -> io::Result<()> {
        let definitions = self.live.definitions();
        let fresh = crate::segment::batch(definitions, &self.view(), self.now);
        let by_name: BTreeMap<&str, _> =
            definitions.ids().zip(&fresh).map(|(id, members)| (definitions.name(id), members)).collect();
        for (name, members) in by_name {
            for (who, answer) in members {
                line(
                    "member",
                    vec![("segment", name.into()), ("profile", text(*who)), ("until", answer.until.into())],
                )?;
            }
        }
        Ok(())
    }
}

fn text(shown: impl ToString) -> Value {
    shown.to_string().into()
}

fn events(profile: &Profile) -> Value {
    let mut ids: Vec<_> = profile.events().map(|event: &std::sync::Arc<Event>| event.id).collect();
    ids.sort();
    ids.into_iter().map(text).collect::<Vec<_>>().into()
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
