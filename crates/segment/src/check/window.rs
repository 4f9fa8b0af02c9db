//! Windows of time, and whose calendar they follow.

use std::ops::Range;
use std::time::Duration;

use onefold_model::Type;

use super::Checker;
use super::kind::kind;
use crate::ast::{self, When, Window};
use crate::plan::{Span, Zone};

impl Checker<'_, '_> {
    /// The window and its zone; `calendar` where what is asked follows a calendar by itself.
    pub(super) fn window(&mut self, window: &Window, at: &Range<usize>, calendar: bool) -> Option<(Span, Zone)> {
        let zone = match &window.zone {
            Some(zone) => {
                if !calendar && !matches!(window.when, When::This(_) | When::Calendar { .. }) {
                    let message = "a zone says nothing here";
                    let help = "only calendar windows, active days and active weeks follow a calendar";
                    return self.type_error(at, message, Some(help));
                }
                self.zone(zone, at)?
            }
            None => Zone::Utc,
        };
        let span = match window.when {
            When::Ever => Span::Ever,
            When::Last(span) => Span::Last(self.micros(span, at)?),
            When::Ago { from, to } => {
                let longer = self.micros(from, at)?;
                let shorter = if to.is_zero() { 0 } else { self.micros(to, at)? };
                if longer <= shorter {
                    let help = "the longer span comes first: `between 60 days and 30 days ago`";
                    return self.fault("E09", at, "the window is empty", Some(help));
                }
                Span::Ago { from: longer, to: shorter }
            }
            When::BeforeAgo(span) => Span::BeforeAgo(self.micros(span, at)?),
            When::Since(from) => Span::Since(from),
            When::Before(to) => Span::Before(to),
            When::Between { from, to } => {
                if to <= from {
                    return self.fault("E09", at, "the window is empty", Some("the earlier instant comes first"));
                }
                Span::Between { from, to }
            }
            When::This(unit) => Span::This(unit, zone),
            When::Calendar { count: 0, .. } => {
                return self.fault("E09", at, "the window is empty", Some("say at least one unit"));
            }
            When::Calendar { count, unit } => Span::Calendar { count, unit, zone },
            When::Session(gap) => Span::Session(self.micros(gap, at)?),
        };
        Some((span, zone))
    }

    /// A span in whole microseconds, at least one. What is longer than time itself is as long as that.
    pub(super) fn micros(&mut self, span: Duration, at: &Range<usize>) -> Option<i64> {
        if span.is_zero() || !span.subsec_nanos().is_multiple_of(1000) {
            let message = "a span is a whole number of microseconds, and at least one";
            return self.fault("E09", at, message, None);
        }
        Some(i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
    }

    fn zone(&mut self, zone: &ast::Zone, at: &Range<usize>) -> Option<Zone> {
        match zone {
            ast::Zone::Named(name) => {
                if name == "UTC" {
                    return Some(Zone::Utc);
                }
                match offset(name) {
                    Some(0) => Some(Zone::Utc),
                    Some(seconds) => Some(Zone::Fixed(seconds)),
                    None => self.named(name, at),
                }
            }
            ast::Zone::Field(name) => {
                let known = self.schema.field(name.as_str());
                let field = self.known(name, known)?;
                match self.schema.type_of(field) {
                    Type::Text | Type::Any => Some(Zone::Field(field)),
                    other => {
                        let message = format!("`{}` is {}, not the name of a zone", name.as_str(), kind(other));
                        self.type_error(&name.span.0, &message, Some("a zone is a text, such as `\"Europe/Berlin\"`"))
                    }
                }
            }
        }
    }

    #[cfg(feature = "zones")]
    fn named(&mut self, name: &str, at: &Range<usize>) -> Option<Zone> {
        if crate::zone::known(name) {
            return self.plan.put_zone(name).map(Zone::Named);
        }
        let help = "zones are called as in `Europe/Berlin`, `UTC` or `+02:00`";
        self.fault("E09", at, &format!("unknown zone `{name}`"), Some(help))
    }

    #[cfg(not(feature = "zones"))]
    fn named(&mut self, name: &str, at: &Range<usize>) -> Option<Zone> {
        let help =
            "zones by name need the cargo feature `zones`; without it there are `UTC` and offsets such as `+02:00`";
        self.fault("E09", at, &format!("unknown zone `{name}`"), Some(help))
    }
}

/// What is before a window: where it looks from its beginning on, and nothing where it has none.
pub(super) const fn before(window: Span) -> Option<Span> {
    Some(match window {
        Span::Last(span) => Span::BeforeAgo(span),
        Span::Ago { from, .. } => Span::BeforeAgo(from),
        Span::Since(from) | Span::Between { from, .. } => Span::Before(from),
        Span::This(unit, zone) => Span::BeforeThis(unit, zone),
        Span::Calendar { count, unit, zone } => Span::BeforeCalendar { count, unit, zone },
        Span::Session(gap) => Span::BeforeSession(gap),
        Span::Ever
        | Span::BeforeAgo(_)
        | Span::Before(_)
        | Span::Next(_)
        | Span::BeforeThis(..)
        | Span::BeforeCalendar { .. }
        | Span::BeforeSession(_) => return None,
    })
}

/// The seconds east that an offset such as `+02:00` tells.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i32>().ok()).flatten()
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}
