//! Ids: dense numbers for declared names, keyed hashes for content.
//!
//! Declared ids (`u8` to `u32`) are given by the [`Schema`](crate::Schema) in the order of declaration; they are
//! never hashed and never written to disk, where names stand instead. Content ids are keyed 128-bit hashes and are
//! made by the schema's key alone, so that nobody without the key can try out identifiers against them.

use std::fmt;

macro_rules! dense {
    ($($(#[$doc:meta])* $name:ident($number:ty)),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $number);
        impl $name {
            /// The number as an index into a table by this id.
            #[must_use]
            pub const fn index(self) -> usize { self.0 as usize }
        }
    )* };
}

dense! {
    /// A declared source, such as `crm`.
    SourceId(u16),
    /// A declared kind of identifier, such as `email`. The order of ids is the order of priority.
    KindId(u8),
    /// A declared trait of profiles, or a property of one type of event.
    FieldId(u16),
    /// A type of event: the seven reserved calls, then the declared ones.
    EventTypeId(u16),
    /// A declared purpose of processing, such as `marketing`.
    PurposeId(u8),
    /// A declared channel of contact, such as `email`.
    ChannelId(u8),
    /// A declared relation between a person and a group, such as `works_at`.
    RelationId(u8),
    /// A defined segment.
    SegmentId(u32),
}

impl EventTypeId {
    /// Traits of a person or device.
    pub const IDENTIFY: Self = Self(0);
    /// Something done, of no declared type.
    pub const TRACK: Self = Self(1);
    /// A page viewed.
    pub const PAGE: Self = Self(2);
    /// A screen viewed.
    pub const SCREEN: Self = Self(3);
    /// A person belongs to a group, whose traits ride along.
    pub const GROUP: Self = Self(4);
    /// Two identifiers of one kind are the same.
    pub const ALIAS: Self = Self(5);
    /// Nothing but consent choices.
    pub const CONSENT: Self = Self(6);
}

macro_rules! hashed {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.collect_str(self) }
        }
    )* };
}

hashed! {
    /// Keyed hash of (kind, canonical value): how the crates speak of an identifier without holding it.
    Token,
    /// Keyed hash of (source, message id), or of (source, import, content, k) for the k-th row of that content.
    EventId,
    /// Keyed hash of what a record says, without the times of its transport.
    ContentHash,
}

/// An identifier without its value: what consent, store and the change feed may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Member {
    /// Its kind.
    #[serde(skip)]
    pub kind: KindId,
    /// Its keyed hash.
    pub token: Token,
}

/// The token of a cluster's root. A pure function of the cluster, so that a split restores the id it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct ProfileId(pub Token);

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in the log. The first entry stands at 1; 0 is before all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Position(pub u64);

/// A place in the change feed: the `nth` change that the log entry at `position` caused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// The log entry.
    pub position: u64,
    /// The number of the change within that entry, from 0.
    pub nth: u32,
}
