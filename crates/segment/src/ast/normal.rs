//! The canonical form of a tree, and how deep one may be.

use super::{Events, Expr};

/// How deep conditions may nest. JSON readers stop at 128 levels, of which one condition takes up to two.
pub(crate) const MAX_DEPTH: usize = 48;

impl Expr {
    /// The same in canonical form: no `and` directly in an `and`, none of a single part.
    pub(crate) fn normal(self) -> Self {
        match self {
            Self::And(parts) => Self::all(parts.into_iter().map(Self::normal)),
            Self::Or(parts) => Self::any(parts.into_iter().map(Self::normal)),
            Self::Not(part) => Self::Not(Box::new(part.normal())),
            Self::Did { events, window } => Self::Did { events: events.normal(), window },
            Self::Count { events, window, op, value } => Self::Count { events: events.normal(), window, op, value },
            Self::Sum { events, property, window, op, value } => {
                Self::Sum { events: events.normal(), property, window, op, value }
            }
            Self::Sequence { first, step, then, second, within, window } => {
                Self::Sequence { first: first.normal(), step, then, second: second.normal(), within, window }
            }
            leaf @ (Self::Test(_) | Self::Member(_) | Self::Consent { .. }) => leaf,
        }
    }

    /// Whether it nests no deeper than this.
    pub(crate) fn fits(&self, depth: usize) -> bool {
        let Some(rest) = depth.checked_sub(1) else {
            return false;
        };
        let filter = |events: &Events| events.filter.as_ref().is_none_or(|it| it.fits(rest));
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().all(|part| part.fits(rest)),
            Self::Not(part) => part.fits(rest),
            Self::Did { events, .. } | Self::Count { events, .. } | Self::Sum { events, .. } => filter(events),
            Self::Sequence { first, second, .. } => filter(first) && filter(second),
            Self::Test(_) | Self::Member(_) | Self::Consent { .. } => true,
        }
    }

    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match (flat.pop(), flat.is_empty()) {
            (Some(one), true) => one,
            (last, _) => {
                flat.extend(last);
                Self::And(flat)
            }
        }
    }

    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match (flat.pop(), flat.is_empty()) {
            (Some(one), true) => one,
            (last, _) => {
                flat.extend(last);
                Self::Or(flat)
            }
        }
    }
}

impl Events {
    fn normal(self) -> Self {
        Self { filter: self.filter.map(|filter| Box::new(filter.normal())), ..self }
    }
}
