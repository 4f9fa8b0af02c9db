//! The customer data platform as a library: many records, one customer, one answer.
//!
//! onefold takes what every source says about customers, finds out who is who, keeps one explained profile per person,
//! keeps segments true to the instant, asks consent before anything leaves, and delivers. It runs inside your process,
//! and five laws hold whatever you do: order and duplicates do not matter; everything can be undone exactly; batch is
//! stream; nothing is lost silently; no consent, no exit.
//!
//! This page is the tutorial. Ada leaves a cart, logs in, is recognised, and is asked.
//!
//! # 1. What can be said
//!
//! Sources and their trust, identifiers and their limits, traits, events, purposes. The key turns identifiers into
//! tokens, so that nothing outside the log's payloads holds an address; it lives in a file of its own.
//!
//! ```
//! use onefold::model::{Form, Kind, Party, Schema, Type};
//!
//! let keys = onefold::store::KeyFile::from_bytes([7; 32]); // `KeyFile::open_or_create("shop.key")?` in earnest
//! # use onefold::store::Keys;
//! let schema = Schema::builder()
//!     .source("crm", Party::First, 90)
//!     .source("web", Party::First, 50)
//!     .kind(Kind::person("user_id").unique())
//!     .kind(Kind::person("email").form(Form::Email).limit(5))
//!     .kind(Kind::device("anonymous_id").limit(10).stitch("recognition"))
//!     .field("name", Type::Text)
//!     .field("country", Type::Text)
//!     .event("add_to_cart", [("cart_id", Type::Text)])
//!     .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
//!     .purpose("marketing")
//!     .purpose("recognition")
//!     .channel("email")
//!     .build(keys.tokens())?;
//! # Ok::<(), onefold::Error>(())
//! ```
//!
//! # 2. Who is who, which groups, and who may have what
//!
//! Rules of identity, segments in their language, and the policy without which nothing leaves.
//!
//! # 3. Open; time is told
//!
//! Definitions come first, since opening replays the log through them. `in_memory` is for trials;
//! [`open`](Builder::open) keeps the log in a folder.
//!
//! ```
//! # use onefold::model::{Form, Kind, Party, Schema, Type};
//! # let schema = Schema::builder()
//! #     .source("crm", Party::First, 90)
//! #     .source("web", Party::First, 50)
//! #     .kind(Kind::person("user_id").unique())
//! #     .kind(Kind::person("email").form(Form::Email).limit(5))
//! #     .kind(Kind::device("anonymous_id").limit(10).stitch("recognition"))
//! #     .field("name", Type::Text)
//! #     .field("country", Type::Text)
//! #     .event("add_to_cart", [("cart_id", Type::Text)])
//! #     .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
//! #     .purpose("marketing")
//! #     .purpose("recognition")
//! #     .channel("email")
//! #     .build([7; 32].into())?;
//! use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
//! use onefold::identity::Rules;
//! use onefold::model::Time;
//! use onefold::{Platform, segment::Definitions};
//!
//! let segments = Definitions::parse(r#"
//!     segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
//!     segment win_back = sum(purchase.amount) ever >= 500 EUR and not did any in last 14 days"#, &schema)?;
//! let policy = Policy::builder()
//!     .regime(Regime::Gdpr)
//!     .purpose("marketing", Basis::Consent)
//!     .purpose("recognition", Basis::Consent)
//!     .recipient(Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain))
//!     .build(&schema)?;
//! let nine: Time = "2026-03-01T09:00:00Z".parse()?;
//! let mut shop = Platform::define(schema)
//!     .identity(Rules::default().largest(50).generic_above(20))
//!     .segments(segments)
//!     .policy(policy)
//!     .in_memory(nine)?;
//! # Ok::<(), onefold::Error>(())
//! ```
//!
//! # 4. A file of the CRM
//!
//! Every row is accounted for: accepted, duplicate, quarantined, suppressed.
//!
//! ```
//! # use onefold::model::{Form, Kind, Party, Schema, Type};
//! # let schema = Schema::builder()
//! #     .source("crm", Party::First, 90)
//! #     .source("web", Party::First, 50)
//! #     .kind(Kind::person("user_id").unique())
//! #     .kind(Kind::person("email").form(Form::Email).limit(5))
//! #     .kind(Kind::device("anonymous_id").limit(10).stitch("recognition"))
//! #     .field("name", Type::Text)
//! #     .field("country", Type::Text)
//! #     .event("add_to_cart", [("cart_id", Type::Text)])
//! #     .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
//! #     .purpose("marketing")
//! #     .purpose("recognition")
//! #     .channel("email")
//! #     .build([7; 32].into())?;
//! # use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
//! # use onefold::{Platform, segment::Definitions};
//! # let segments = Definitions::parse(r#"
//! #     segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
//! #     segment win_back = sum(purchase.amount) ever >= 500 EUR and not did any in last 14 days"#, &schema)?;
//! # let policy = Policy::builder()
//! #     .regime(Regime::Gdpr)
//! #     .purpose("marketing", Basis::Consent)
//! #     .purpose("recognition", Basis::Consent)
//! #     .recipient(Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain))
//! #     .build(&schema)?;
//! # let nine: onefold::model::Time = "2026-03-01T09:00:00Z".parse()?;
//! # let mut shop = Platform::define(schema).segments(segments).policy(policy).in_memory(nine)?;
//! use onefold::ingest::{self, Mapping};
//!
//! let crm = Mapping::of("crm", "identify").who("customer", "user_id").who("mail", "email").field("land", "country");
//! let file = "customer,mail,land\nu-1,Ada@Example.com,DE\nu-2,bob@example.com,FR,what is this?\n";
//! let tally = shop.ingest(ingest::csv_reader(file.as_bytes(), &crm, shop.schema())?)?;
//! assert_eq!(tally.to_string(), "2 received = 1 accepted + 0 duplicate + 1 quarantined + 0 suppressed");
//! assert_eq!(shop.quarantined()?[0].issue.code, "wrong_cell_count");
//! # Ok::<(), onefold::Error>(())
//! ```
//!
//! # 5. A stranger fills a cart
//!
//! At ten, with no further event, she has left it. [`next_due`](Platform::next_due) says when to call
//! [`advance`](Platform::advance); calling it late changes nothing, since every timer fires at its own instant.
//!
//! ```
//! # use onefold::model::{Form, Kind, Party, Schema, Type};
//! # let schema = Schema::builder()
//! #     .source("crm", Party::First, 90)
//! #     .source("web", Party::First, 50)
//! #     .kind(Kind::person("user_id").unique())
//! #     .kind(Kind::person("email").form(Form::Email).limit(5))
//! #     .kind(Kind::device("anonymous_id").limit(10).stitch("recognition"))
//! #     .field("name", Type::Text)
//! #     .field("country", Type::Text)
//! #     .event("add_to_cart", [("cart_id", Type::Text)])
//! #     .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
//! #     .purpose("marketing")
//! #     .purpose("recognition")
//! #     .channel("email")
//! #     .build([7; 32].into())?;
//! # use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
//! # use onefold::{Platform, segment::Definitions};
//! # let segments = Definitions::parse(r#"
//! #     segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
//! #     segment win_back = sum(purchase.amount) ever >= 500 EUR and not did any in last 14 days"#, &schema)?;
//! # let policy = Policy::builder()
//! #     .regime(Regime::Gdpr)
//! #     .purpose("marketing", Basis::Consent)
//! #     .purpose("recognition", Basis::Consent)
//! #     .recipient(Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain))
//! #     .build(&schema)?;
//! # let nine: onefold::model::Time = "2026-03-01T09:00:00Z".parse()?;
//! # let mut shop = Platform::define(schema).segments(segments).policy(policy).in_memory(nine)?;
//! use std::time::Duration;
//!
//! let cart = shop.draft("web", "add_to_cart").who("anonymous_id", "a-17").at(nine).set("cart_id", "c-9");
//! assert!(shop.ingest([cart])?.adds_up());
//! assert_eq!(shop.next_due(), Some(nine + Duration::from_secs(3_600)));
//! shop.advance(nine + Duration::from_secs(3 * 3_600))?;
//! let change = shop.changes(Default::default())?.next().expect("she left the cart");
//! assert_eq!(change.at, nine + Duration::from_secs(3_600));
//! # Ok::<(), onefold::Error>(())
//! ```
//!
//! # 6. She logs in, and the stranger was Ada
//!
//! She agrees to be recognised; without that the device would stay a stranger's.
//!
//! ```
//! # use onefold::model::{Form, Kind, Party, Schema, Type};
//! # let schema = Schema::builder()
//! #     .source("crm", Party::First, 90)
//! #     .source("web", Party::First, 50)
//! #     .kind(Kind::person("user_id").unique())
//! #     .kind(Kind::person("email").form(Form::Email).limit(5))
//! #     .kind(Kind::device("anonymous_id").limit(10).stitch("recognition"))
//! #     .field("name", Type::Text)
//! #     .field("country", Type::Text)
//! #     .event("add_to_cart", [("cart_id", Type::Text)])
//! #     .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
//! #     .purpose("marketing")
//! #     .purpose("recognition")
//! #     .channel("email")
//! #     .build([7; 32].into())?;
//! # use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
//! # use onefold::{Platform, segment::Definitions};
//! # let segments = Definitions::parse(r#"
//! #     segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
//! #     segment win_back = sum(purchase.amount) ever >= 500 EUR and not did any in last 14 days"#, &schema)?;
//! # let policy = Policy::builder()
//! #     .regime(Regime::Gdpr)
//! #     .purpose("marketing", Basis::Consent)
//! #     .purpose("recognition", Basis::Consent)
//! #     .recipient(Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain))
//! #     .build(&schema)?;
//! # let nine: onefold::model::Time = "2026-03-01T09:00:00Z".parse()?;
//! # let mut shop = Platform::define(schema).segments(segments).policy(policy).in_memory(nine)?;
//! use onefold::model::Money;
//!
//! #[derive(serde::Serialize)]
//! struct Purchase {
//!     cart_id: &'static str,
//!     amount: Money,
//! }
//!
//! let bought = Purchase { cart_id: "c-9", amount: "520.00 EUR".parse()? };
//! let tally = shop.ingest([
//!     shop.draft("web", "page").who("anonymous_id", "a-17").at(nine),
//!     shop.draft("web", "identify").who("anonymous_id", "a-17").who("user_id", "u-1").at(nine).grant("recognition", "banner v3"),
//!     shop.draft("web", "purchase").who("user_id", "u-1").at(nine).properties(&bought),
//! ])?;
//! assert_eq!(tally.accepted, 3);
//! let ada = shop.find("anonymous_id", "a-17")?.expect("she is known");
//! assert_eq!(ada.events().count(), 3);
//! println!("a-17 is Ada, because {}", ada.why_one("anonymous_id", "a-17")?.expect("they are linked"));
//! println!("not in win_back yet: {}", ada.why_in("win_back")?);
//! # Ok::<(), onefold::Error>(())
//! ```
//!
//! # 7. No consent, no exit
//!
//! What is sent has been cleared by the policy, row by row; who is refused is told why, and what would permit it.
//!
//! ```
//! # use onefold::model::{Form, Kind, Party, Schema, Type};
//! # let schema = Schema::builder()
//! #     .source("crm", Party::First, 90)
//! #     .source("web", Party::First, 50)
//! #     .kind(Kind::person("user_id").unique())
//! #     .kind(Kind::person("email").form(Form::Email).limit(5))
//! #     .kind(Kind::device("anonymous_id").limit(10).stitch("recognition"))
//! #     .field("name", Type::Text)
//! #     .field("country", Type::Text)
//! #     .event("add_to_cart", [("cart_id", Type::Text)])
//! #     .event("purchase", [("cart_id", Type::Text), ("amount", Type::Money)])
//! #     .purpose("marketing")
//! #     .purpose("recognition")
//! #     .channel("email")
//! #     .build([7; 32].into())?;
//! # use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
//! # use onefold::{Platform, segment::Definitions};
//! # let segments = Definitions::parse(r#"
//! #     segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days
//! #     segment win_back = sum(purchase.amount) ever >= 500 EUR and not did any in last 14 days"#, &schema)?;
//! # let policy = Policy::builder()
//! #     .regime(Regime::Gdpr)
//! #     .purpose("marketing", Basis::Consent)
//! #     .purpose("recognition", Basis::Consent)
//! #     .recipient(Recipient::new("newsletter", "marketing").channel("email").require("email", Keep::Plain))
//! #     .build(&schema)?;
//! # let nine: onefold::model::Time = "2026-03-01T09:00:00Z".parse()?;
//! # let mut shop = Platform::define(schema).segments(segments).policy(policy).in_memory(nine)?;
//! use onefold::export::NdjsonFile;
//! use std::time::Duration;
//!
//! let folder = std::env::temp_dir().join(format!("onefold-tutorial-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! let bought = shop.draft("web", "purchase").who("email", "ada@example.com").at(nine).set("amount", "520.00 EUR");
//! assert!(shop.ingest([bought])?.adds_up());
//! shop.advance(nine + Duration::from_secs(14 * 86_400))?;
//!
//! let mut letters = NdjsonFile::create(folder.join("win_back.ndjson"))?;
//! let refused = shop.activate("win_back", "newsletter", &mut letters)?.refused;
//! println!("{}; {}", refused[0], refused[0].decision.what_would_permit());
//!
//! let yes = shop.draft("web", "consent").who("email", "ada@example.com").at(shop.now()).grant("marketing", "form 12");
//! assert!(shop.ingest([yes])?.adds_up());
//! let mut letters = NdjsonFile::create(folder.join("win_back.ndjson"))?;
//! assert_eq!(shop.activate("win_back", "newsletter", &mut letters)?.receipt.sent, 1);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), onefold::Error>(())
//! ```
//!
//! # Where to go on
//!
//! `examples/quickstart` is a whole shop with five sources; `examples/embed` an async handler; docs/ARCHITECTURE.md
//! how it is built, and what is absent today.

mod activate;
#[cfg(feature = "toml")]
mod config;
mod dump;
mod error;
mod feed;
mod fold;
mod index;
mod intake;
mod person;
mod platform;
mod view;

pub use {
    onefold_consent as consent, onefold_export as export, onefold_identity as identity, onefold_ingest as ingest,
    onefold_model as model, onefold_profile as profile, onefold_segment as segment, onefold_store as store,
};

pub use activate::Activation;
#[cfg(feature = "toml")]
pub use config::Config;
pub use error::Error;
pub use intake::Notes;
pub use person::Person;
pub use platform::{Builder, Platform};
