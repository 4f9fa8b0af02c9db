//! The ready-made tracking plan, and how one plan is laid over another.
//!
//! Most shops, apps and service desks speak of the same things: an order, a return, a ticket, a phone that two people
//! share. [`Spec::standard`] declares them once, with the labels that policies ask for, so that a first import needs a
//! list of sources and nothing else. Events are called what the Segment specification calls them in its e-commerce,
//! mobile and B2B vocabularies, as `also` names, so that existing client libraries fit unchanged.
//!
//! Two choices are worth knowing. What that specification sends as plain numbers (`revenue`, `total`, `price`) is a
//! decimal, with `currency` beside it; what this plan adds under the name `amount` is money, amount and currency in
//! one, as segments want it. And an address is one thing: its fields survive together, from one source, while
//! `country` stands alone, since it is often known without an address and much depends on it.
//!
//! Deliberately absent: sources, which are the user's own; the special categories of data (religion, health, union
//! membership), which nobody should hold by default; dictionaries, which would turn away what a source calls otherwise.

use super::{EventType, Field, Form, Group, Kind, Purpose, Spec, Survivorship, Type};
use crate::{Identity, Labels, Origin, Sensitivity, Text};

use Type::{Bool, Date, Decimal, Int, List, Map, Money, Text as Words, Time};

impl Spec {
    /// The ready-made tracking plan. Sources are left to the user.
    ///
    /// ```
    /// use onefold_model::{Party, SchemaBuilder, schema::Spec};
    /// let schema = SchemaBuilder::from(Spec::standard()).source("web", Party::First, 50).build([7; 32].into())?;
    /// assert_eq!(schema.event_type("Order Completed")?, schema.event_type("purchase")?);
    /// let bought = schema.draft("web", "Order Completed").who("email", "ada@example.com").set("amount", "49.90 EUR");
    /// # bought.receive(onefold_model::Time::EPOCH)?;
    /// # Ok::<(), onefold_model::Error>(())
    /// ```
    #[must_use]
    pub fn standard() -> Self {
        Self {
            kinds: kinds(),
            fields: FIELDS.iter().map(|(name, ty, labels)| field(name, *ty, *labels)).collect(),
            groups: vec![Group {
                name: "address".into(),
                fields: ADDRESS.map(Text::from).into(),
                keep: Survivorship::MostComplete,
            }],
            events: EVENTS.iter().map(Said::event).collect(),
            purposes: PURPOSES.iter().map(|(name, also)| Purpose { name: (*name).into(), also: texts(also) }).collect(),
            channels: ["email", "sms", "push", "post", "phone"].map(Text::from).into(),
            ..Self::default()
        }
    }

    /// This plan with another laid over it. Of two declarations of one name the other's counts, in the place of the
    /// first; an event that both declare keeps the properties and other names of both. A name that the other claims is
    /// no longer an other name of anything here. `undeclared` and the limits are the other's.
    ///
    /// ```
    /// use onefold_model::{Type, Schema, schema::Spec};
    /// let ours = Schema::builder().field("shoe_size", Type::Int).event("purchase", [("gift", Type::Bool)]).spec();
    /// let spec = Spec::standard().merge(ours);
    /// let purchase = spec.events.iter().find(|event| event.name == "purchase").unwrap();
    /// assert!(purchase.properties.iter().any(|property| property.name == "gift"));
    /// assert!(purchase.properties.iter().any(|property| property.name == "amount"));
    /// ```
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        let claimed: Vec<Text> = other.events.iter().flat_map(|it| it.also.iter().chain([&it.name])).cloned().collect();
        for event in &mut self.events {
            event.also.retain(|name| !claimed.contains(name));
        }
        let claimed: Vec<Text> =
            other.purposes.iter().flat_map(|it| it.also.iter().chain([&it.name])).cloned().collect();
        for purpose in &mut self.purposes {
            purpose.also.retain(|name| !claimed.contains(name));
        }
        lay(&mut self.sources, other.sources, |it| &it.name, |_, new| new);
        lay(&mut self.kinds, other.kinds, |it| &it.name, |_, new| new);
        lay(&mut self.fields, other.fields, |it| &it.name, |_, new| new);
        lay(&mut self.groups, other.groups, |it| &it.name, |_, new| new);
        lay(&mut self.purposes, other.purposes, |it| &it.name, |_, new| new);
        lay(&mut self.channels, other.channels, |it| it, |_, new| new);
        lay(&mut self.views, other.views, |it| &it.name, |_, new| new);
        lay(
            &mut self.events,
            other.events,
            |it| &it.name,
            |old, new| {
                let EventType { mut also, mut properties, .. } = old;
                lay(&mut also, new.also, |it| it, |_, new| new);
                lay(&mut properties, new.properties, |it| &it.name, |_, new| new);
                EventType { also, properties, ..new }
            },
        );
        Self { undeclared: other.undeclared, limits: other.limits, ..self }
    }
}

/// Lays declarations over others. Of a name that the new ones say twice both stay, so that building reports it.
fn lay<T: Default>(old: &mut Vec<T>, new: Vec<T>, name: fn(&T) -> &Text, both: fn(T, T) -> T) {
    let before = old.len();
    let mut taken = vec![false; before];
    for item in new {
        let at = old.iter().take(before).position(|known| name(known) == name(&item));
        match at.and_then(|at| Some((old.get_mut(at)?, taken.get_mut(at)?))) {
            Some((place, taken)) if !*taken => {
                *place = both(std::mem::take(place), item);
                *taken = true;
            }
            _ => old.push(item),
        }
    }
}

fn kinds() -> Vec<Kind> {
    // What mailing tools and tests put where an address should be.
    let nobody = ["noreply@*", "no-reply@*", "donotreply@*", "*@example.invalid", "*@localhost"];
    let email = Kind::person("email").form(Form::Email);
    vec![
        Kind::person("user_id").unique(),
        Kind::person("loyalty_id"),
        nobody.iter().fold(email, |kind, value| kind.block(value)),
        Kind::person("phone").form(Form::Phone).shareable(),
        Kind::device("anonymous_id").stitch("recognition"),
        Kind::device("device_id").stitch("recognition"),
        Kind::group("account_id", "works_at"),
        Kind::group("household_id", "lives_in"),
    ]
}

const PLAIN: Labels = Labels { identity: Identity::None, sensitivity: Sensitivity::None, origin: Origin::Provided };
const PERSONAL: Labels = Labels { sensitivity: Sensitivity::Pii, ..PLAIN };
const INDIRECT: Labels = Labels { identity: Identity::Indirect, ..PERSONAL };
const DIRECT: Labels = Labels { identity: Identity::Direct, ..PERSONAL };
const SENSITIVE: Labels = Labels { sensitivity: Sensitivity::Sensitive, ..PERSONAL };

const ADDRESS: [&str; 6] = ["street", "street_extra", "postcode", "city", "region", "address_country"];

const FIELDS: [(&str, Type, Labels); 34] = [
    // The name, whole and in parts.
    ("name", Words, DIRECT),
    ("title", Words, PERSONAL),
    ("first_name", Words, INDIRECT),
    ("middle_name", Words, INDIRECT),
    ("last_name", Words, DIRECT),
    // Where she lives. The address survives whole.
    ("country", Words, PERSONAL),
    ("street", Words, DIRECT),
    ("street_extra", Words, DIRECT),
    ("postcode", Words, INDIRECT),
    ("city", Words, INDIRECT),
    ("region", Words, PERSONAL),
    ("address_country", Words, PERSONAL),
    ("timezone", Words, PERSONAL),
    ("language", Words, PERSONAL),
    // Demographics.
    ("birth_date", Date, INDIRECT),
    ("gender", Words, INDIRECT),
    ("marital_status", Words, SENSITIVE),
    ("household_size", Int, INDIRECT),
    ("children", Int, SENSITIVE),
    ("education", Words, INDIRECT),
    ("occupation", Words, INDIRECT),
    ("employer", Words, INDIRECT),
    ("income", Money, SENSITIVE),
    // The relation to us.
    ("customer_since", Date, PERSONAL),
    ("plan", Words, PERSONAL),
    ("loyalty_tier", Words, PERSONAL),
    ("loyalty_points", Int, PERSONAL),
    ("preferred_store", Words, PERSONAL),
    ("preferred_channel", Words, PERSONAL),
    ("sales_stage", Words, PERSONAL),
    ("account_manager", Words, PERSONAL),
    // Of an account.
    ("company_name", Words, PLAIN),
    ("industry", Words, PLAIN),
    ("employees", Int, PLAIN),
];

/// Purposes, with what banners call them. Of the categories of the Segment specification's consent object each has one.
const PURPOSES: [(&str, &[&str]); 10] = [
    ("service", &["Service", "Strictly Necessary", "Necessary"]),
    ("marketing", &["Marketing", "Direct Marketing"]),
    ("advertising", &["Advertising", "Targeting"]),
    ("analytics", &["Analytics", "Performance", "Statistics"]),
    ("personalisation", &["Personalisation", "Personalization", "personalization"]),
    ("functional", &["Functional", "Preferences"]),
    ("recognition", &["Recognition"]),
    ("profiling", &["Profiling"]),
    ("research", &["Research", "Market Research"]),
    ("sharing", &["DataSharing", "Data Sharing"]),
];

/// Whether an event is the customer's own doing.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Her,
    Us,
}
use By::{Her, Us};

struct Said(&'static str, By, &'static [&'static str], &'static [(&'static str, Type)]);

impl Said {
    fn event(&self) -> EventType {
        let Self(name, by, also, properties) = self;
        let label = |property: &str| {
            if FREE_TEXT.contains(&property) { PERSONAL } else { PLAIN }
        };
        EventType {
            name: (*name).into(),
            also: texts(also),
            properties: properties.iter().map(|(name, ty)| field(name, *ty, label(name))).collect(),
            passive: *by == Us,
        }
    }
}

/// Properties into which people write freely, and so write about themselves.
const FREE_TEXT: [&str; 4] = ["note", "answer", "comment", "query"];

#[rustfmt::skip]
const EVENTS: &[Said] = &[
    // Looking.
    Said("search", Her, &["Products Searched"], &[("query", Words), ("results", Int)]),
    Said("list_view", Her, &["Product List Viewed"], &[("list_id", Words), ("category", Words), ("products", List)]),
    Said("list_filter", Her, &["Product List Filtered"], &[("list_id", Words), ("category", Words), ("filters", List), ("sorts", List), ("products", List)]),
    Said("product_click", Her, &["Product Clicked"], &[("product_id", Words), ("sku", Words), ("name", Words), ("brand", Words), ("category", Words), ("variant", Words), ("price", Decimal), ("currency", Words), ("quantity", Int), ("position", Int), ("coupon", Words), ("url", Words)]),
    Said("product_view", Her, &["Product Viewed"], &[("product_id", Words), ("sku", Words), ("name", Words), ("brand", Words), ("category", Words), ("variant", Words), ("price", Decimal), ("currency", Words), ("quantity", Int), ("position", Int), ("coupon", Words), ("value", Decimal), ("url", Words)]),
    Said("product_share", Her, &["Product Shared"], &[("product_id", Words), ("sku", Words), ("share_via", Words), ("name", Words), ("category", Words)]),
    Said("review", Her, &["Product Reviewed"], &[("product_id", Words), ("review_id", Words), ("rating", Decimal), ("comment", Words)]),
    // Wishes and carts.
    Said("add_to_wishlist", Her, &["Product Added to Wishlist"], &[("wishlist_id", Words), ("wishlist_name", Words), ("product_id", Words), ("sku", Words), ("name", Words), ("category", Words), ("price", Decimal), ("quantity", Int)]),
    Said("remove_from_wishlist", Her, &["Product Removed from Wishlist"], &[("wishlist_id", Words), ("wishlist_name", Words), ("product_id", Words), ("sku", Words), ("name", Words), ("category", Words), ("price", Decimal), ("quantity", Int)]),
    Said("add_to_cart", Her, &["Product Added", "Wishlist Product Added to Cart"], &[("cart_id", Words), ("product_id", Words), ("sku", Words), ("name", Words), ("brand", Words), ("category", Words), ("variant", Words), ("price", Decimal), ("currency", Words), ("quantity", Int), ("coupon", Words), ("amount", Money)]),
    Said("remove_from_cart", Her, &["Product Removed"], &[("cart_id", Words), ("product_id", Words), ("sku", Words), ("name", Words), ("brand", Words), ("category", Words), ("variant", Words), ("price", Decimal), ("currency", Words), ("quantity", Int), ("coupon", Words)]),
    Said("cart_view", Her, &["Cart Viewed"], &[("cart_id", Words), ("products", List)]),
    Said("cart_share", Her, &["Cart Shared"], &[("cart_id", Words), ("share_via", Words), ("products", List)]),
    // The order.
    Said("checkout", Her, &["Checkout Started"], &[("order_id", Words), ("cart_id", Words), ("affiliation", Words), ("value", Decimal), ("revenue", Decimal), ("shipping", Decimal), ("tax", Decimal), ("discount", Decimal), ("currency", Words), ("coupon", Words), ("products", List), ("amount", Money)]),
    Said("checkout_step_view", Her, &["Checkout Step Viewed"], &[("checkout_id", Words), ("step", Int), ("shipping_method", Words), ("payment_method", Words)]),
    Said("checkout_step", Her, &["Checkout Step Completed"], &[("checkout_id", Words), ("step", Int), ("shipping_method", Words), ("payment_method", Words)]),
    Said("payment_info", Her, &["Payment Info Entered"], &[("checkout_id", Words), ("order_id", Words), ("step", Int), ("shipping_method", Words), ("payment_method", Words)]),
    Said("purchase", Her, &["Order Completed"], &[("order_id", Words), ("cart_id", Words), ("checkout_id", Words), ("affiliation", Words), ("store", Words), ("total", Decimal), ("subtotal", Decimal), ("revenue", Decimal), ("shipping", Decimal), ("tax", Decimal), ("discount", Decimal), ("currency", Words), ("coupon", Words), ("products", List), ("category", Words), ("amount", Money)]),
    Said("order_update", Us, &["Order Updated"], &[("order_id", Words), ("status", Words), ("total", Decimal), ("revenue", Decimal), ("currency", Words), ("products", List)]),
    Said("order_cancel", Her, &["Order Cancelled"], &[("order_id", Words), ("reason", Words), ("total", Decimal), ("revenue", Decimal), ("currency", Words), ("products", List), ("amount", Money)]),
    Said("line_item", Her, &["Line Item"], &[("order_id", Words), ("product_id", Words), ("sku", Words), ("name", Words), ("brand", Words), ("category", Words), ("variant", Words), ("quantity", Decimal), ("price", Decimal), ("discount", Decimal), ("currency", Words), ("store", Words), ("amount", Money)]),
    Said("return", Us, &["Order Refunded", "Product Returned"], &[("order_id", Words), ("product_id", Words), ("reason", Words), ("quantity", Decimal), ("total", Decimal), ("currency", Words), ("products", List), ("amount", Money)]),
    Said("payment", Her, &["Payment Made"], &[("payment_id", Words), ("order_id", Words), ("invoice_id", Words), ("method", Words), ("amount", Money)]),
    Said("payment_failure", Us, &["Payment Failed"], &[("payment_id", Words), ("order_id", Words), ("invoice_id", Words), ("method", Words), ("reason", Words), ("amount", Money)]),
    Said("coupon_enter", Her, &["Coupon Entered"], &[("order_id", Words), ("cart_id", Words), ("coupon_id", Words)]),
    Said("coupon_apply", Her, &["Coupon Applied"], &[("order_id", Words), ("cart_id", Words), ("coupon_id", Words), ("coupon_name", Words), ("discount", Decimal)]),
    Said("coupon_denial", Us, &["Coupon Denied"], &[("order_id", Words), ("cart_id", Words), ("coupon_id", Words), ("reason", Words)]),
    Said("coupon_remove", Her, &["Coupon Removed"], &[("order_id", Words), ("cart_id", Words), ("coupon_id", Words), ("coupon_name", Words), ("discount", Decimal)]),
    // Bookings and subscriptions.
    Said("booking", Her, &["Booking Made", "Booking Completed"], &[("booking_id", Words), ("item", Words), ("category", Words), ("place", Words), ("begins", Time), ("ends", Time), ("persons", Int), ("amount", Money)]),
    Said("booking_cancel", Her, &["Booking Cancelled"], &[("booking_id", Words), ("reason", Words), ("amount", Money)]),
    Said("subscribe", Her, &["Subscription Started", "Trial Started"], &[("subscription_id", Words), ("plan", Words), ("trial", Bool), ("begins", Time), ("ends", Time), ("amount", Money)]),
    Said("subscription_renewal", Us, &["Subscription Renewed"], &[("subscription_id", Words), ("plan", Words), ("ends", Time), ("amount", Money)]),
    Said("subscription_change", Her, &["Subscription Changed"], &[("subscription_id", Words), ("plan", Words), ("previous_plan", Words), ("amount", Money)]),
    Said("subscription_cancel", Her, &["Subscription Cancelled"], &[("subscription_id", Words), ("plan", Words), ("reason", Words)]),
    Said("subscription_end", Us, &["Subscription Ended", "Trial Ended"], &[("subscription_id", Words), ("plan", Words), ("reason", Words)]),
    // Advertising and letters.
    Said("ad_impression", Us, &["Ad Viewed", "Promotion Viewed"], &[("promotion_id", Words), ("campaign", Words), ("creative", Words), ("placement", Words), ("position", Words), ("name", Words), ("cost", Money)]),
    Said("ad_click", Her, &["Ad Clicked", "Promotion Clicked"], &[("promotion_id", Words), ("campaign", Words), ("creative", Words), ("placement", Words), ("position", Words), ("name", Words), ("cost", Money)]),
    Said("message_delivery", Us, &["Email Delivered", "Push Notification Received"], &[("message_id", Words), ("channel", Words), ("campaign", Words)]),
    Said("message_bounce", Us, &["Email Bounced", "Push Notification Bounced"], &[("message_id", Words), ("channel", Words), ("campaign", Words), ("reason", Words)]),
    Said("message_open", Her, &["Email Opened", "Push Notification Tapped"], &[("message_id", Words), ("channel", Words), ("campaign", Words)]),
    Said("message_click", Her, &["Email Link Clicked"], &[("message_id", Words), ("channel", Words), ("campaign", Words), ("url", Words)]),
    Said("spam_report", Her, &["Email Marked as Spam"], &[("message_id", Words), ("channel", Words), ("campaign", Words)]),
    Said("unsubscribe", Her, &["Unsubscribed"], &[("message_id", Words), ("channel", Words), ("list_id", Words)]),
    // Use of the product.
    Said("sign_up", Her, &["Signed Up"], &[("method", Words), ("plan", Words)]),
    Said("login", Her, &["Signed In"], &[("method", Words)]),
    Said("logout", Her, &["Signed Out"], &[]),
    Said("app_install", Her, &["Application Installed"], &[("version", Words), ("build", Words)]),
    Said("app_open", Her, &["Application Opened"], &[("version", Words), ("build", Words), ("from_background", Bool), ("url", Words)]),
    Said("app_close", Her, &["Application Backgrounded"], &[]),
    Said("app_uninstall", Us, &["Application Uninstalled"], &[]),
    Said("usage", Her, &["Feature Used", "Product Used"], &[("product_id", Words), ("feature", Words), ("quantity", Decimal), ("unit", Words), ("seconds", Decimal)]),
    Said("reading", Us, &["Device Reading"], &[("product_id", Words), ("measure", Words), ("reading", Decimal), ("unit", Words), ("state", Map)]),
    Said("store_visit", Her, &["Store Visited"], &[("store", Words), ("seconds", Decimal)]),
    // Service.
    Said("case", Her, &["Case Opened", "Ticket Created"], &[("case_id", Words), ("subject", Words), ("topic", Words), ("priority", Words), ("channel", Words), ("product_id", Words), ("note", Words)]),
    Said("case_update", Us, &["Case Updated", "Ticket Updated"], &[("case_id", Words), ("status", Words), ("priority", Words), ("note", Words)]),
    Said("case_close", Us, &["Case Closed", "Ticket Solved"], &[("case_id", Words), ("status", Words), ("seconds", Decimal), ("note", Words)]),
    Said("call_note", Us, &["Call Logged"], &[("call_id", Words), ("case_id", Words), ("direction", Words), ("outcome", Words), ("seconds", Decimal), ("agent", Words), ("note", Words)]),
    Said("survey_answer", Her, &["Survey Answered"], &[("survey_id", Words), ("question", Words), ("score", Decimal), ("answer", Words)]),
    // Loyalty.
    Said("loyalty_join", Her, &["Loyalty Joined"], &[("programme", Words), ("tier", Words)]),
    Said("loyalty_earn", Us, &["Loyalty Points Earned"], &[("programme", Words), ("points", Int), ("order_id", Words), ("reason", Words)]),
    Said("loyalty_redeem", Her, &["Loyalty Points Redeemed"], &[("programme", Words), ("points", Int), ("reward", Words), ("order_id", Words)]),
    Said("loyalty_tier_change", Us, &["Loyalty Tier Changed"], &[("programme", Words), ("tier", Words), ("previous_tier", Words)]),
    // The sales cycle.
    Said("lead", Her, &["Lead Created", "Form Submitted"], &[("lead_id", Words), ("form", Words), ("campaign", Words), ("note", Words)]),
    Said("opportunity", Us, &["Opportunity Opened"], &[("opportunity_id", Words), ("stage", Words), ("owner", Words), ("closes", Date), ("amount", Money)]),
    Said("stage_change", Us, &["Opportunity Stage Changed"], &[("opportunity_id", Words), ("stage", Words), ("previous_stage", Words), ("owner", Words), ("closes", Date), ("amount", Money)]),
    Said("opportunity_close", Us, &["Opportunity Closed"], &[("opportunity_id", Words), ("won", Bool), ("reason", Words), ("owner", Words), ("amount", Money)]),
];

fn field(name: &str, ty: Type, labels: Labels) -> Field {
    Field { name: name.into(), ty, labels, ..Field::default() }
}

fn texts(all: &[&str]) -> Vec<Text> {
    all.iter().map(|text| Text::from(*text)).collect()
}
