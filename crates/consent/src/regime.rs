//! Which law asks? A small table per regime, and which regimes a country brings.
//!
//! The rules of a regime are data, so that a user's counsel can read and replace them: what silence means, until
//! which age a guardian must agree, whether a legitimate interest is a basis at all, and what a sender owes in
//! return. Several regimes can ask about one person; then all of them must permit, the strictest age counts, and what
//! is owed adds up.
//!
//! **This is not legal advice.** The defaults are a cautious reading in four columns, not the statutes: GDPR articles
//! 6 to 8 and 21, article 13 of the ePrivacy directive, California Civil Code sections 1798.120 and 1798.135, 45 CFR
//! 164.508, LGPD articles 7 and 14. Whatever they leave out (sectors, exceptions, case law) is absent.

use std::fmt;

use onefold_model::Text;
use serde::{Deserialize, Serialize};

/// A body of law on personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// The European Union's General Data Protection Regulation, and the United Kingdom's copy of it.
    Gdpr,
    /// The European rules on electronic communication and on what is stored on a device.
    Eprivacy,
    /// California's Consumer Privacy Act with its amendments.
    Ccpa,
    /// The privacy rule for health data of the United States.
    Hipaa,
    /// Brazil's general law.
    Lgpd,
    /// Nobody knows which: the strictest.
    Unknown,
}

impl Regime {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("gdpr", Self::Gdpr),
        ("eprivacy", Self::Eprivacy),
        ("ccpa", Self::Ccpa),
        ("hipaa", Self::Hipaa),
        ("lgpd", Self::Lgpd),
        ("unknown", Self::Unknown),
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gdpr => "gdpr",
            Self::Eprivacy => "eprivacy",
            Self::Ccpa => "ccpa",
            Self::Hipaa => "hipaa",
            Self::Lgpd => "lgpd",
            Self::Unknown => "unknown",
        }
    }

    /// The regime of that name, in any case of letters; what is not known is [`Regime::Unknown`].
    ///
    /// ```
    /// use onefold_consent::Regime;
    /// assert_eq!(Regime::named("GDPR"), Regime::Gdpr);
    /// assert_eq!(Regime::named("the law of the sea"), Regime::Unknown);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Self {
        let found = Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
        found.map_or(Self::Unknown, |(_, regime)| *regime)
    }

    /// The rule that this crate has for it.
    ///
    /// ```
    /// use onefold_consent::{Regime, Silence};
    /// assert_eq!(Regime::Gdpr.rule().silence, Silence::Denies);
    /// assert_eq!(Regime::Ccpa.rule().silence, Silence::Permits);
    /// ```
    #[must_use]
    pub fn rule(self) -> Rule {
        let rule = |silence, guardian_below, opt_in_below, legitimate_interest, owed: &[&str]| Rule {
            regime: self,
            silence,
            guardian_below,
            opt_in_below,
            legitimate_interest,
            obligations: owed.iter().map(|it| Text::from(*it)).collect(),
        };
        match self {
            Self::Gdpr => rule(Silence::Denies, 16, 16, true, &["offer_withdrawal"]),
            Self::Eprivacy => rule(Silence::Denies, 16, 16, false, &["name_the_sender", "offer_withdrawal"]),
            Self::Ccpa => rule(Silence::Permits, 13, 16, true, &["offer_opt_out"]),
            Self::Hipaa => rule(Silence::Denies, 18, 18, false, &["minimum_necessary"]),
            Self::Lgpd => rule(Silence::Denies, 12, 12, true, &["offer_withdrawal"]),
            Self::Unknown => rule(
                Silence::Denies,
                18,
                18,
                false,
                &["minimum_necessary", "name_the_sender", "offer_opt_out", "offer_withdrawal"],
            ),
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What it means that somebody chose nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Nothing may be done: the regime asks for an opt-in.
    #[default]
    Denies,
    /// It may be done until somebody opts out.
    Permits,
}

/// What a regime asks for. Replace one with [`PolicyBuilder::rule`](crate::PolicyBuilder::rule).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whose rule it is.
    pub regime: Regime,
    /// For a purpose on the basis of consent: what no choice at all means.
    pub silence: Silence,
    /// Who is younger needs a guardian's grant.
    pub guardian_below: u8,
    /// For whom is younger silence denies, whatever it means for others.
    pub opt_in_below: u8,
    /// Whether a legitimate interest is a lawful basis.
    pub legitimate_interest: bool,
    /// What whoever uses the data owes, by code.
    #[serde(default)]
    pub obligations: Vec<Text>,
}

/// A set of regimes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Regimes(u8);

impl Regimes {
    pub(crate) const fn with(self, regime: Regime) -> Self {
        Self(self.0 | regime.bit())
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const NONE: Self = Self(0);

    /// How many sets there are.
    pub(crate) const SETS: u8 = 1 << Regime::ALL.len();

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    pub(crate) fn index(self) -> usize {
        self.0.into()
    }

    pub(crate) const fn has(self, regime: Regime) -> bool {
        self.0 & regime.bit() != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Regime> {
        Regime::ALL.into_iter().map(|(_, regime)| regime).filter(move |regime| self.has(*regime))
    }
}

impl FromIterator<Regime> for Regimes {
    fn from_iter<I: IntoIterator<Item = Regime>>(all: I) -> Self {
        all.into_iter().fold(Self::default(), Self::with)
    }
}

/// The rules of several regimes as one: all must permit, so the strictest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joint {
    pub(crate) silence: Silence,
    pub(crate) guardian_below: u8,
    pub(crate) opt_in_below: u8,
    pub(crate) legitimate_interest: bool,
}

impl Joint {
    pub(crate) fn of<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        let start = Self { silence: Silence::Permits, guardian_below: 0, opt_in_below: 0, legitimate_interest: true };
        rules.into_iter().fold(start, |joint, rule| Self {
            silence: if rule.silence == Silence::Denies { Silence::Denies } else { joint.silence },
            guardian_below: joint.guardian_below.max(rule.guardian_below),
            opt_in_below: joint.opt_in_below.max(rule.opt_in_below),
            legitimate_interest: joint.legitimate_interest && rule.legitimate_interest,
        })
    }
}

/// The countries of which this crate knows the regime, by ISO 3166-1: the European Economic Area and the United
/// Kingdom, Brazil, and the United States, where the best-known state law stands for all. A country that neither this
/// list nor the policy knows brings [`Regime::Unknown`].
pub const COUNTRIES: [(&str, Regime); 33] = [
    ("AT", Regime::Gdpr),
    ("BE", Regime::Gdpr),
    ("BG", Regime::Gdpr),
    ("BR", Regime::Lgpd),
    ("CY", Regime::Gdpr),
    ("CZ", Regime::Gdpr),
    ("DE", Regime::Gdpr),
    ("DK", Regime::Gdpr),
    ("EE", Regime::Gdpr),
    ("ES", Regime::Gdpr),
    ("FI", Regime::Gdpr),
    ("FR", Regime::Gdpr),
    ("GB", Regime::Gdpr),
    ("GR", Regime::Gdpr),
    ("HR", Regime::Gdpr),
    ("HU", Regime::Gdpr),
    ("IE", Regime::Gdpr),
    ("IS", Regime::Gdpr),
    ("IT", Regime::Gdpr),
    ("LI", Regime::Gdpr),
    ("LT", Regime::Gdpr),
    ("LU", Regime::Gdpr),
    ("LV", Regime::Gdpr),
    ("MT", Regime::Gdpr),
    ("NL", Regime::Gdpr),
    ("NO", Regime::Gdpr),
    ("PL", Regime::Gdpr),
    ("PT", Regime::Gdpr),
    ("RO", Regime::Gdpr),
    ("SE", Regime::Gdpr),
    ("SI", Regime::Gdpr),
    ("SK", Regime::Gdpr),
    ("US", Regime::Ccpa),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_sorted_and_named_once() {
        assert!(COUNTRIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn the_unknown_regime_is_as_strict_as_any() {
        let unknown = Joint::of([&Regime::Unknown.rule()]);
        for (name, regime) in Regime::ALL {
            assert_eq!(regime.name(), name);
            let both = Joint::of([&Regime::Unknown.rule(), &regime.rule()]);
            assert_eq!(both, unknown, "{name}");
        }
    }

    #[test]
    fn of_two_regimes_the_stricter_counts() {
        let joint = Joint::of([&Regime::Ccpa.rule(), &Regime::Gdpr.rule()]);
        assert_eq!((joint.silence, joint.guardian_below), (Silence::Denies, 16));
        assert!(joint.legitimate_interest);
        let set: Regimes = [Regime::Lgpd, Regime::Ccpa].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Regime::Ccpa, Regime::Lgpd]);
    }
}
