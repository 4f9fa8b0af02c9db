//! Journeys as plain data: what a file or a program says, in names, before a schema and segments have checked it.
//!
//! Rust writes it step by step ([`Journey::on`] and on), and serde reads it from TOML or JSON. The parser of the text
//! stays with the caller.

use std::collections::BTreeMap;
use std::time::Duration;

use onefold_model::{Decimal, show_span};
use serde::{Deserialize, Serialize};

use super::raw::RawStep;
use crate::Zone;

/// Some journeys and what they have in common.
///
/// ```
/// use onefold_segment::journey::{Does, Journey, Source, Trigger};
/// use std::time::Duration;
///
/// let said: Source = serde_json::from_str(r#"{"journey": [{
///     "name": "welcome",
///     "start": {"entered": "customers"},
///     "step": [{"delay": {"span": "1d"}}, {"name": "hello", "act": {"action": "greet", "channel": "email"}}]
/// }]}"#)?;
/// let built = Journey::on("welcome", Trigger::Entered("customers".into()))
///     .delay(Duration::from_hours(24))
///     .act("greet", "email").named("hello");
/// assert_eq!(said, Source::default().journey(built));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Source {
    /// The journeys.
    #[serde(rename = "journey", skip_serializing_if = "Vec::is_empty")]
    pub journeys: Vec<Journey>,
    /// How many actions may reach a profile, over all journeys.
    #[serde(rename = "cap", skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// When no action may reach a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Segments whose members no action reaches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppress: Vec<String>,
    /// Whose clock counts for quiet hours and for delays until an hour; UTC where not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

/// What begins, what follows, and what ends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journey {
    /// Its name.
    pub name: String,
    /// What begins it.
    pub start: Trigger,
    /// A property of the event that begins it, such as `cart_id`: each value is a journey of its own, and the events
    /// that it waits for must have the same value where their type has that property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether a profile (with the same key) may begin it again once it has ended. It never walks twice at once.
    #[serde(default, skip_serializing_if = "Again::is_never")]
    pub again: Again,
    /// An event begins it only if it occurred at most so long before it was told; any where not said. Keeps an import
    /// of old events from starting journeys.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe_span")]
    pub fresh: Option<Duration>,
    /// Where several journeys want to act at one instant and a cap leaves room for one, the greater goes first. Ties
    /// go by the order of definition.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// It has reached what it was for, and ends. An event must have occurred since it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Trigger>,
    /// It ends at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exit: Vec<Exit>,
    /// The steps, the first at the beginning.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// Something that happens to a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// It entered a segment.
    Entered(String),
    /// It left a segment.
    Exited(String),
    /// An event of this type occurred.
    Event(String),
}

/// What ends a journey at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// Being in this segment.
    In(String),
    /// Not being in this segment.
    OutOf(String),
}

/// Whether a journey may be begun again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Once in a life.
    #[default]
    Never,
    /// So long after it last began.
    After(#[serde(with = "span")] Duration),
    /// Whenever it has ended.
    Always,
}

impl Again {
    const fn is_never(&self) -> bool {
        matches!(self, Self::Never)
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawStep", into = "RawStep")]
pub struct Step {
    /// Its name; its number, from 1, where not said.
    pub name: Option<String>,
    /// What it does.
    pub does: Does,
    /// The way on.
    pub then: Way,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Does {
    /// Lets time pass.
    Delay {
        /// So long.
        span: Duration,
        /// And on to this hour.
        until: Option<Moment>,
    },
    /// Waits until it happens, then goes on. Where it waits to have entered (left) a segment, being in (out) already
    /// counts.
    Wait {
        /// For what.
        what: Trigger,
        /// Less than so long.
        within: Duration,
        /// The way on where it did not happen.
        otherwise: Way,
    },
    /// Goes on for members of a segment.
    Split {
        /// Which.
        segment: String,
        /// The way on for others.
        otherwise: Way,
    },
    /// Goes one of several ways, the same for a profile each time.
    Share {
        /// Shares of different salts are independent.
        salt: String,
        /// The ways; they must add up to 100.
        arms: Vec<Arm>,
    },
    /// Wishes for an action.
    Act {
        /// Its name, by which the host knows what to do.
        action: String,
        /// The channel by which it reaches the profile. An action without one reaches nobody (a task for the staff):
        /// caps, quiet hours and suppression do not concern it.
        channel: Option<String>,
        /// What the host wants to have along.
        with: BTreeMap<String, String>,
    },
}

/// So many of a hundred go this way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// How many of a hundred; exact to a millionth.
    pub percent: Decimal,
    /// Their way on.
    #[serde(default)]
    pub then: Way,
}

/// Where it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Way {
    /// The next step in the list; after the last it ends. Written `next`.
    #[default]
    Next,
    /// Nowhere: it ends. Written `end`.
    End,
    /// This step.
    To(String),
}

impl Way {
    pub(super) const fn is_next(&self) -> bool {
        matches!(self, Self::Next)
    }
}

impl From<&str> for Way {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Way {
    fn from(text: String) -> Self {
        match text.as_str() {
            "next" => Self::Next,
            "end" => Self::End,
            _ => Self::To(text),
        }
    }
}

impl From<Way> for String {
    fn from(way: Way) -> Self {
        match way {
            Way::Next => "next".into(),
            Way::End => "end".into(),
            Way::To(step) => step,
        }
    }
}

/// An hour of the day, of any day or of one day of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// The day of the week; any where not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<Weekday>,
    /// The time of day, such as `09:00`.
    pub at: String,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they say what they are")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// At most so many actions in any span of this length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Over this channel; over all channels together where not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// How many.
    pub most: u32,
    /// In which span: any (t - within, t].
    #[serde(with = "span")]
    pub within: Duration,
    /// What becomes of an action that is one too many.
    #[serde(default)]
    pub excess: Excess,
}

/// What becomes of an action that is one too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Excess {
    /// It is left out, and the journey goes on.
    #[default]
    Skip,
    /// It waits for the first instant at which there is room.
    Postpone,
}

/// When no action may reach a profile, by its clock. Actions wait for the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// The first quiet minute, such as `21:00`.
    pub from: String,
    /// The first minute that is not quiet any more, such as `08:00`; of the next day where it is not after `from`.
    pub to: String,
    /// Over these channels; all where none is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

impl Source {
    /// Another journey.
    #[must_use]
    pub fn journey(mut self, journey: Journey) -> Self {
        self.journeys.push(journey);
        self
    }

    /// Another bound on how much reaches a profile.
    #[must_use]
    pub fn cap(mut self, channel: Option<&str>, most: u32, within: Duration, excess: Excess) -> Self {
        self.caps.push(Cap { channel: channel.map(Into::into), most, within, excess });
        self
    }

    /// Quiet hours for all channels.
    #[must_use]
    pub fn quiet(mut self, from: &str, to: &str) -> Self {
        self.quiet = Some(Quiet { from: from.into(), to: to.into(), channels: Vec::new() });
        self
    }

    /// A segment whose members no action reaches.
    #[must_use]
    pub fn suppress(mut self, segment: &str) -> Self {
        self.suppress.push(segment.into());
        self
    }

    /// Whose clock counts.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }
}

impl Journey {
    /// A journey without steps yet.
    #[must_use]
    pub fn on(name: &str, start: Trigger) -> Self {
        Self {
            name: name.into(),
            start,
            key: None,
            again: Again::Never,
            fresh: None,
            priority: 0,
            goal: None,
            exit: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// One journey for each value of a property of the event that begins it.
    #[must_use]
    pub fn key(mut self, property: &str) -> Self {
        self.key = Some(property.into());
        self
    }

    /// Whether it may be begun again.
    #[must_use]
    pub fn again(mut self, again: Again) -> Self {
        self.again = again;
        self
    }

    /// Only events that occurred at most so long before they were told begin it.
    #[must_use]
    pub fn fresh(mut self, span: Duration) -> Self {
        self.fresh = Some(span);
        self
    }

    /// The greater goes first.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// What it is for.
    #[must_use]
    pub fn goal(mut self, goal: Trigger) -> Self {
        self.goal = Some(goal);
        self
    }

    /// What ends it at once.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit.push(exit);
        self
    }

    /// Lets time pass.
    #[must_use]
    pub fn delay(self, span: Duration) -> Self {
        self.step(Does::Delay { span, until: None })
    }

    /// Lets time pass, and on to an hour.
    #[must_use]
    pub fn until(self, span: Duration, weekday: Option<Weekday>, at: &str) -> Self {
        self.step(Does::Delay { span, until: Some(Moment { weekday, at: at.into() }) })
    }

    /// Waits until something happens, and goes another way where it does not in time.
    #[must_use]
    pub fn wait(self, what: Trigger, within: Duration, otherwise: impl Into<Way>) -> Self {
        self.step(Does::Wait { what, within, otherwise: otherwise.into() })
    }

    /// Goes on for members of a segment, another way for others.
    #[must_use]
    pub fn split(self, segment: &str, otherwise: impl Into<Way>) -> Self {
        self.step(Does::Split { segment: segment.into(), otherwise: otherwise.into() })
    }

    /// Goes one of several ways.
    #[must_use]
    pub fn share<const N: usize>(self, salt: &str, arms: [(i64, &str); N]) -> Self {
        let arms = arms.into_iter().map(|(percent, then)| Arm { percent: percent.into(), then: then.into() });
        self.step(Does::Share { salt: salt.into(), arms: arms.collect() })
    }

    /// Wishes for an action over a channel.
    #[must_use]
    pub fn act(self, action: &str, channel: &str) -> Self {
        self.step(Does::Act { action: action.into(), channel: Some(channel.into()), with: BTreeMap::new() })
    }

    /// Wishes for an action that reaches nobody, such as a task for the staff.
    #[must_use]
    pub fn task(self, action: &str) -> Self {
        self.step(Does::Act { action: action.into(), channel: None, with: BTreeMap::new() })
    }

    /// Another step, with the next as its way on.
    #[must_use]
    pub fn step(mut self, does: Does) -> Self {
        self.steps.push(Step { name: None, does, then: Way::Next });
        self
    }

    /// A name for the last step.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.name = Some(name.into());
        }
        self
    }

    /// Something that the host wants to have along with the last step's action.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Some(Does::Act { with, .. }) = self.steps.last_mut().map(|last| &mut last.does) {
            with.insert(name.into(), value.into());
        }
        self
    }

    /// The way on after the last step.
    #[must_use]
    pub fn then(mut self, way: impl Into<Way>) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.then = way.into();
        }
        self
    }

    /// The name by which a step is spoken of.
    pub(super) fn step_name(&self, at: usize) -> String {
        let said = self.steps.get(at).and_then(|step| step.name.clone());
        said.unwrap_or_else(|| (at + 1).to_string())
    }
}

/// Spans as people write them.
pub(super) mod span {
    use std::time::Duration;

    use onefold_model::{parse_span, show_span};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in crate::journey) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&show_span(*span))
    }

    pub(in crate::journey) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        parse_span(&text)
            .ok_or_else(|| D::Error::custom("a span of time is a number and a unit, such as `30m` or `14d`"))
    }
}

/// The same where there may be none.
pub(super) mod maybe_span {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    struct Said(#[serde(with = "super::span")] Duration);

    pub(in crate::journey) fn serialize<S: Serializer>(span: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => super::span::serialize(span, to),
            None => to.serialize_none(),
        }
    }

    pub(in crate::journey) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Said>::deserialize(from)?.map(|said| said.0))
    }
}

/// A span as the reader of an explanation sees it.
pub(super) fn spoken(span: Duration) -> String {
    show_span(span)
}
