use onefold_model::schema::Field;
use onefold_model::{Kind, Labels, Schema, Sensitivity, Type};

use super::{Basis, Policy, PolicyBuilder, PolicySpec};
use crate::regime::Regimes;
use crate::{Error, Generalise, Keep, Recipient, Regime};

fn schema() -> Schema {
    let diagnosis = Field {
        name: "diagnosis".into(),
        labels: Labels { sensitivity: Sensitivity::Health, ..Labels::default() },
        ..Field::default()
    };
    let kinds = Schema::builder().kind(Kind::person("email")).field("country", Type::Text).declare_field(diagnosis);
    kinds.purpose("marketing").purpose("care").channel("email").build([7; 32].into()).unwrap()
}

fn faults(policy: PolicyBuilder) -> Vec<String> {
    match policy.build(&schema()) {
        Err(Error::Model(onefold_model::Error::Invalid(all))) => all.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let said = faults(
        Policy::builder()
            .purpose("marketting", Basis::Consent)
            .purpose("care", Basis::Consent)
            .purpose("care", Basis::Contract)
            .material_notice("marketing", 2)
            .rule(Regime::Gdpr.rule())
            .rule(Regime::Gdpr.rule())
            .recipient(Recipient::new("a", "marketing").channel("emial"))
            .recipient(
                Recipient::new("b", "care")
                    .require("country", Keep::Drop)
                    .keep("country", Keep::Plain)
                    .keep("diagnosis", Keep::Plain),
            )
            .recipient(Recipient::new("b", "care").keep("countri", Keep::Generalise(Generalise::Band(0)))),
    );
    assert_eq!(
        said,
        [
            "P09: a material notice for `marketing`, a purpose without a basis",
            "P01: unknown purpose `marketting`; did you mean `marketing`?",
            "P05: purpose `care` has two bases",
            "P04: recipient `a`: the purpose `marketing` has no basis in this policy; declare one of consent, \
             legitimate interest, contract, legal obligation",
            "P02: recipient `a`: unknown channel `emial`; did you mean `email`?",
            "P10: recipient `b`: field `country` is required and dropped",
            "P07: recipient `b`: field `country` is named twice",
            "P12: recipient `b`: field `diagnosis` is protected data that this recipient may not have; allow its \
             category for this recipient, or drop the field",
            "P06: recipient `b` is declared twice",
            "P11: recipient `b`: field `countri` is put into bands of no width",
            "P03: recipient `b`: unknown field `countri`; did you mean `country`?",
            "P08: two rules for the regime `gdpr`",
        ]
    );
}

#[test]
fn protected_data_leaves_where_its_category_is_allowed() {
    let doctor = Recipient::new("doctor", "care").allow(Sensitivity::Health).require("diagnosis", Keep::Plain);
    let policy = Policy::builder().purpose("care", Basis::Contract).recipient(doctor).build(&schema()).unwrap();
    assert_eq!(policy.recipients().collect::<Vec<_>>(), ["doctor"]);
    assert_eq!(policy.target("docter").unwrap_err().to_string(), "unknown recipient `docter`; did you mean `doctor`?");
}

#[test]
fn the_hash_is_that_of_what_is_said_not_of_its_order() {
    let one = Policy::builder().purpose("marketing", Basis::Consent).purpose("care", Basis::Contract);
    let other = Policy::builder().purpose("care", Basis::Contract).purpose("marketing", Basis::Consent);
    let hash = |policy: PolicyBuilder| policy.build(&schema()).unwrap().hash();
    assert_eq!(hash(one.clone()), hash(other.clone()));
    assert_ne!(hash(one), hash(other.material_notice("care", 1)));
}

#[test]
fn a_country_brings_its_regimes_and_an_unreadable_one_the_strictest() {
    let policy = Policy::builder().country("us-ca", [Regime::Ccpa, Regime::Hipaa]).build(&schema()).unwrap();
    let of = |country: Option<&str>| policy.regimes(country, Regimes::default()).iter().collect::<Vec<_>>();
    assert_eq!(of(Some(" de ")), [Regime::Gdpr]);
    assert_eq!(of(Some("US-NY")), [Regime::Ccpa]);
    assert_eq!(of(Some("US-CA")), [Regime::Ccpa, Regime::Hipaa]);
    for unreadable in [None, Some(""), Some("Germany"), Some("the German Reich"), Some("ZZ")] {
        assert_eq!(of(unreadable), [Regime::Unknown], "{unreadable:?}");
    }
    let base = Policy::builder().regime(Regime::Gdpr).build(&schema()).unwrap();
    assert_eq!(base.regimes(Some("US"), Regimes::default()).iter().collect::<Vec<_>>(), [Regime::Gdpr, Regime::Ccpa]);
    assert_eq!(base.regimes(None, Regimes::default()).iter().collect::<Vec<_>>(), [Regime::Gdpr]);
}

#[test]
fn a_policy_is_plain_data() {
    let spec = Policy::builder()
        .regime(Regime::Gdpr)
        .purpose("care", Basis::Contract)
        .build(&schema())
        .unwrap()
        .spec()
        .clone();
    let text = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<PolicySpec>(&text).unwrap(), spec);
    assert!(serde_json::from_str::<PolicySpec>(r#"{"regimes": []}"#).is_err());
    assert_eq!(spec.build(&schema()).unwrap().spec(), &spec);
}
