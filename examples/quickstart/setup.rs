//! The shop's words: what can be said, who is who, which groups, and who may have what.

use onefold::consent::{Basis, Keep, Policy, Recipient, Regime};
use onefold::ingest::{Consented, Mapping, Segment};
use onefold::model::schema::{EventType, Field, Group};
use onefold::model::{Form, Kind, Labels, Party, Schema, Sensitivity, Survivorship, TokenKey, Type};
use onefold::segment::Definitions;
use std::time::Duration;

use crate::Sabotage;

pub type Failure = Box<dyn std::error::Error>;

/// Sources with their trust, identifiers with their limits (unless there are to be none), traits, events, purposes.
pub fn schema(key: TokenKey, limits: bool) -> Result<Schema, onefold::model::Error> {
    let money =
        |name: &str| Field { name: name.into(), ty: Type::Money, currency: "EUR".parse().ok(), ..Field::default() };
    let text = |name: &str| Field { name: name.into(), ..Field::default() };
    let birth = Labels { sensitivity: Sensitivity::Pii, ..Labels::default() };
    let event = |name: &str, also: &str, properties: Vec<Field>| EventType {
        name: name.into(),
        also: if also.is_empty() { vec![] } else { vec![also.into()] },
        properties,
        passive: false,
    };
    let unique = |kind: Kind| if limits { kind.unique() } else { kind };
    let at_most = |kind: Kind, most: u32| if limits { kind.limit(most) } else { kind };
    let mut spec = Schema::builder()
        .source("crm", Party::First, 90)
        .source("pos", Party::First, 80)
        .source("web", Party::First, 50)
        .source("support", Party::First, 60)
        .source("survey", Party::Second, 40)
        .kind(unique(Kind::person("user_id")))
        .kind(unique(Kind::person("customer_no")))
        .kind(at_most(Kind::person("card"), 2))
        .kind(at_most(Kind::person("email").form(Form::Email).generic_above(12).block("*@invalid"), 4))
        .kind(at_most(Kind::person("phone").form(Form::Phone).shareable(), 2))
        .kind(at_most(Kind::device("anonymous_id").stitch("recognition"), 8))
        .kind(Kind::device("tablet").session(Duration::from_secs(1_800)).stitch("recognition"))
        .kind(Kind::group("firm", "works_at"))
        .field("name", Type::Text)
        .declare_field(Field { keep: Some(Survivorship::MostTrusted), ..text("country") })
        .field("city", Type::Text)
        .field("postcode", Type::Text)
        .declare_field(Field {
            ty: Type::Date,
            keep: Some(Survivorship::MostTrusted),
            labels: birth,
            ..text("birth_date")
        })
        .field("sales_stage", Type::Text)
        .field("company", Type::Text)
        .field("seats", Type::Int)
        .declare_event(event("product_view", "Product Viewed", vec![text("category")]))
        .declare_event(event("add_to_cart", "Product Added", vec![text("cart_id"), text("category")]))
        .declare_event(event(
            "purchase",
            "Order Completed",
            vec![text("cart_id"), money("amount"), text("category"), text("branch")],
        ))
        .declare_event(event("preferences_saved", "Preferences Saved", vec![]))
        .declare_event(event("case_opened", "", vec![text("topic"), Field { ty: Type::Bool, ..text("urgent") }]))
        .declare_event(event("survey_answered", "", vec![Field { ty: Type::Int, ..text("recommend") }]))
        .purpose("marketing")
        .purpose("recognition")
        .channel("email")
        .spec();
    for (purpose, banner) in spec.purposes.iter_mut().zip(["Newsletter", "Recognition"]) {
        purpose.also.push(banner.into());
    }
    spec.groups.push(Group {
        name: "address".into(),
        fields: vec!["city".into(), "postcode".into()],
        keep: Survivorship::MostComplete,
    });
    spec.build(key)
}

/// The segments. The canonical text of each is what `Definitions` prints.
pub const SEGMENTS: &str = r#"
segment cart_abandoned = did add_to_cart as c then not purchase[cart_id = c.cart_id] within 1h, in last 3 days

segment active_sales_cycle = sales_stage in ("proposal", "negotiation")

segment lapsed_spenders {
  sum(purchase.amount) ever >= 300 EUR
  and not did any in last 14 days
}

# high lifetime value, silent for 14 days, not in an active sales cycle
segment win_back = in segment lapsed_spenders and not in segment active_sales_cycle

segment readers = consent(marketing, email)

segment neighbours = country in ("AT", "NL", "PL", "FR") and did any in last 60 days
"#;

/// The segments; late ones wait three weeks where they should wait two.
pub fn segments(schema: &Schema, late: bool) -> Result<Definitions, onefold::segment::Error> {
    Definitions::parse(&SEGMENTS.replace("14 days", if late { "21 days" } else { "14 days" }), schema)
}

/// The newsletter needs consent to marketing; linking a device to a person needs consent to recognition. A sabotage
/// may put another legal basis in its place, or let the newsletter have more.
pub fn policy(schema: &Schema, sabotage: Sabotage) -> Result<Policy, onefold::consent::Error> {
    let basis = |door: Sabotage| if sabotage == door { Basis::Contract } else { Basis::Consent };
    let mut newsletter = Recipient::new("newsletter", "marketing")
        .channel("email")
        .require("email", Keep::Plain)
        .keep("name", Keep::Plain)
        .keep("country", Keep::Plain);
    if sabotage == Sabotage::WidePlan {
        newsletter = newsletter.keep("birth_date", Keep::Plain);
    }
    Policy::builder()
        .regime(Regime::Gdpr)
        .purpose("marketing", basis(Sabotage::OpenDoor))
        .purpose("recognition", basis(Sabotage::OpenGate))
        .recipient(newsletter)
        .recipient(
            Recipient::new("research", "marketing")
                .require("customer_no", Keep::Pseudonym)
                .keep("country", Keep::Plain),
        )
        .build(schema)
}

pub fn web() -> Segment {
    Segment::new("web")
        .user("user_id")
        .anonymous("anonymous_id")
        .group("firm")
        .who("traits.email", "email")
        .who("context.device.id", "tablet")
}

pub fn crm() -> Mapping {
    Mapping::of("crm", "identify")
        .who("customer_no", "customer_no")
        .who("e_mail", "email")
        .who("telephone", "phone")
        .who("card", "card")
        .field("name", "name")
        .field("country", "country")
        .field("city", "city")
        .field("postcode", "postcode")
        .field("birth_date", "birth_date")
        .field("sales_stage", "sales_stage")
        .consented("newsletter", Consented { evidence: Some("sign-up form".into()), ..Consented::to("marketing") })
        .at("changed")
}

pub fn pos() -> Mapping {
    Mapping::of("pos", "purchase")
        .id("receipt")
        .who("card", "card")
        .who("e_mail", "email")
        .property("total", "amount")
        .property("branch", "branch")
        .at("at")
}

pub fn support() -> Mapping {
    Mapping::of("support", "case_opened")
        .id("ticket")
        .who("customer.email", "email")
        .who("customer.phone", "phone")
        .field("customer.name", "name")
        .property("topic", "topic")
        .property("urgent", "urgent")
        .at("opened")
}

pub fn survey() -> Mapping {
    Mapping::of("survey", "survey_answered")
        .who("e_mail", "email")
        .field("country", "country")
        .property("recommend", "recommend")
        .at("submitted")
}
