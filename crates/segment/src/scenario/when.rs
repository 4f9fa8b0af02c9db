//! Instants as scenarios write them.

use std::time::Duration;

use onefold_model::{Time, parse_span};
use serde::{Deserialize, Serialize};

/// An instant: `2026-03-01T10:00:00Z`, `09:00` or `09:00:30` of the day (UTC) on which time begins, or `+1h` after it
/// begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct When(pub String);

impl From<&str> for When {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl When {
    /// The instant, if it is one.
    ///
    /// ```
    /// use onefold_segment::scenario::When;
    /// let start = "2026-03-01T09:00:00Z".parse()?;
    /// for (text, instant) in [("10:30", "2026-03-01T10:30:00Z"), ("+90m", "2026-03-01T10:30:00Z"), ("2026-03-02", "2026-03-02T00:00:00Z")] {
    ///     assert_eq!(When::from(text).after(start), Some(instant.parse()?));
    /// }
    /// assert_eq!(When::from("soon").after(start), None);
    /// # Ok::<(), onefold_model::ParseError>(())
    /// ```
    #[must_use]
    pub fn after(&self, start: Time) -> Option<Time> {
        if let Some(span) = self.0.strip_prefix('+') {
            return parse_span(span).map(|span| start + span);
        }
        if let Some(since) = clock(&self.0) {
            return Some(start.date().midnight() + since);
        }
        Time::from_calendar(&self.0).ok()
    }
}

fn clock(text: &str) -> Option<Duration> {
    let mut parts = text.split(':');
    let mut part = |below: u64| {
        let part = parts.next()?;
        let right = part.len() == 2 && part.bytes().all(|it| it.is_ascii_digit());
        part.parse().ok().filter(|number| right && *number < below)
    };
    let (hour, minute) = (part(24)?, part(60)?);
    let second = if text.len() > 5 { part(60)? } else { 0 };
    parts.next().is_none().then(|| Duration::from_secs((hour * 60 + minute) * 60 + second))
}
