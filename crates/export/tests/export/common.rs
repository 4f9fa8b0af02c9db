//! A shop with customers who may be sent without being asked (a contract needs it), so that tests can clear rows.

use onefold_consent::{Basis, Batch, Cleared, Consent, Keep, Person, Policy, Recipient, Row};
use onefold_model::{Kind, Member, ProfileId, Schema, Time, Type, Value};

pub(crate) fn schema() -> Schema {
    Schema::builder()
        .kind(Kind::person("user_id"))
        .field("name", Type::Text)
        .field("country", Type::Text)
        .field("spent", Type::Money)
        .field("visits", Type::Int)
        .purpose("shipping")
        .build([7; 32].into())
        .unwrap()
}

pub(crate) fn consent() -> Consent {
    let carrier = Recipient::new("carrier", "shipping")
        .keep("user_id", Keep::Plain)
        .keep("spent", Keep::Plain)
        .keep("name", Keep::Plain)
        .keep("country", Keep::Plain)
        .keep("visits", Keep::Plain);
    let other = Recipient::new("other", "shipping").keep("user_id", Keep::Plain);
    Consent::new(
        Policy::builder()
            .purpose("shipping", Basis::Contract)
            .recipient(carrier)
            .recipient(other)
            .build(&schema())
            .unwrap(),
    )
}

/// A customer with some fields, for `clear`.
pub(crate) type Customer = (String, Vec<(&'static str, Value)>);

pub(crate) fn profile(id: &str) -> Member {
    schema().identifier("user_id", id).unwrap().member()
}

/// Customers by their `user_id`, which is also a field of the row unless it ends in `?`.
pub(crate) fn cleared_for(recipient: &str, customers: &[Customer]) -> Cleared<Batch> {
    let schema = schema();
    let members: Vec<[Member; 1]> =
        customers.iter().map(|(id, _)| [schema.identifier("user_id", id).unwrap().member()]).collect();
    let rows: Vec<Row<'_>> = customers
        .iter()
        .zip(&members)
        .map(|((id, fields), members)| {
            let id = (!id.ends_with('?')).then(|| ("user_id".into(), id.as_str().into()));
            let fields = fields.iter().map(|(name, value)| ((*name).into(), value.clone()));
            Row {
                person: Person::new(ProfileId(members[0].token), members),
                fields: id.into_iter().chain(fields).collect(),
            }
        })
        .collect();
    let (cleared, refused) = consent().clear(recipient, rows, Time(0)).unwrap();
    assert!(refused.is_empty());
    cleared
}

pub(crate) fn cleared(customers: &[Customer]) -> Cleared<Batch> {
    cleared_for("carrier", customers)
}

pub(crate) fn named(ids: &[&str]) -> Cleared<Batch> {
    cleared(&ids.iter().map(|id| ((*id).to_owned(), vec![])).collect::<Vec<_>>())
}
